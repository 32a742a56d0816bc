"""What an operator writes, and how a mistake is named."""

import base64

import pytest
from pydantic import ValidationError

from crm_api.server.secrets import generate_secrets
from crm_api.settings import CannotStart, Settings


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    for name in ("CRM_DATABASE_URL", "CRM_DATABASE_ADMIN_URL", "CRM_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_names_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "CRM_BOOTSTRAP_EMAIL": "boss@example.com",
        "CRM_BOOTSTRAP_TIME_ZONE": "Europe/Berlin",
        "CRM_CORS_ORIGINS": "https://a.example.com/, https://b.example.com",
        "CRM_DATA_DIR": "/var/lib/crm",
        "CRM_DB_ROLE_PREFIX": "sales_",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.bootstrap.email, settings.bootstrap.time_zone) == ("boss@example.com", "Europe/Berlin")
    assert settings.cors_origins == ("https://a.example.com", "https://b.example.com")
    assert (str(settings.data_dir), settings.db_role_prefix) == ("/var/lib/crm", "sales_")
    assert settings.embedded


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRM_CORS_ORIGINS", "*"),
        ("CRM_DB_ROLE_PREFIX", 'crm"; DROP'),
        ("CRM_DATABASE_URL", "postgresql+psycopg://x"),
        ("CRM_BOOTSTRAP_TIME_ZONE", "Mars/Olympus"),
        ("CRM_POOL_SIZE", "0"),
        ("CRM_OUTBOUND_ALLOW", "10.0.0.0/8,http://inside"),
    ],
)
def test_mistakes_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_keys_survive_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = generate_secrets()
    settings = Settings().running_on(
        app_dsn="postgresql://a@/crm", admin_dsn="postgresql://b@/crm", secrets=secrets
    )
    environment = settings.worker_environment()
    assert "CRM_DATABASE_ADMIN_URL" not in environment
    environment["CRM_JWT_KEY"] = environment["CRM_JWT_KEY"].replace("\n", "\\n")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().secrets == secrets
    assert not any(value in repr(Settings()) for value in secrets.as_settings().values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pepper": None}, "must be pinned"),
        ({"pepper": "not base64!"}, "CRM_PEPPER is not base64"),
        ({"field_key": None}, "must be pinned"),
        ({"field_key": "c2hvcnQ=,"}, "CRM_FIELD_KEY holds 5 bytes instead of 32"),
        ({"cursor_key": base64.b64encode(b"short").decode()}, "CRM_CURSOR_KEY holds 5 bytes instead of 32"),
        ({"jwt_key": "nonsense"}, "CRM_JWT_KEY is not an unencrypted private key"),
    ],
)
def test_bad_keys_are_named(changed: dict[str, str | None], message: str) -> None:
    values = {**generate_secrets().as_settings(), **changed}
    with pytest.raises(CannotStart, match=message):
        _ = Settings.model_validate({"database_url": "postgresql://a@/crm", **values}).secrets

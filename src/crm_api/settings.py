"""Everything an operator may set, read from the environment (`CRM_…`) and from a file `.env`."""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from crm_api.integrations.webhooks.pace import Pace
from crm_api.kit.uploads import UPLOAD_LIMIT
from crm_api.outbound import Allowed

KEY_BYTES = 32
SHARED_COUNTERS = ("valkey://", "valkeys://", "redis://", "rediss://")


class CannotStart(Exception):
    """What keeps a command from running, in words for the operator."""


class Secrets(BaseModel, frozen=True):
    """Keys that outlive a run: a changed one ends the sessions, cursors or hashes made with it."""

    jwt_private_key: str = Field(repr=False, description="PEM of an EC P-256 private key; signs ES256 tokens")
    cursor_key: bytes = Field(repr=False, min_length=KEY_BYTES, max_length=KEY_BYTES)
    pepper: bytes = Field(repr=False, min_length=KEY_BYTES, max_length=KEY_BYTES)
    field_keys: tuple[bytes, ...] = Field(repr=False, min_length=1)

    def as_settings(self) -> dict[str, str]:
        """The settings that carry these keys, encoded as an operator would write them."""
        return {
            "jwt_key": self.jwt_private_key,
            "cursor_key": base64.b64encode(self.cursor_key).decode(),
            "pepper": base64.b64encode(self.pepper).decode(),
            "field_key": ",".join(base64.b64encode(key).decode() for key in self.field_keys),
        }


class Bootstrap(BaseModel, frozen=True):
    """The first tenant and its administrator, made once on an empty database."""

    email: str = "admin@example.com"
    password: SecretStr | None = Field(default=None, description="made and printed once when absent")
    tenant: str = Field(default="My Company", min_length=1, max_length=200)
    locale: Literal["zh", "en"] = "zh"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    time_zone: str = "Asia/Shanghai"

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone of the IANA database, such as Asia/Shanghai")
        return value


class Settings(BaseSettings):
    """One value object for the whole process. `CRM_BOOTSTRAP_EMAIL` sets `bootstrap.email`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="CRM_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database_url: SecretStr | None = Field(
        default=None, description="the app role; absent: the embedded PostgreSQL"
    )
    database_admin_url: SecretStr | None = Field(default=None, description="may create roles; migrates")
    data_dir: Path = Path(".crm")
    storage_dir: Path | None = Field(
        default=None, description="where files are kept; absent: `files` in the data directory"
    )
    storage_url: str | None = Field(
        default=None, pattern=r"^s3://[^/]+(/.+)?$", description="s3://bucket/prefix; absent: a directory"
    )
    storage_file_limit: int = Field(
        default=UPLOAD_LIMIT, ge=1, le=UPLOAD_LIMIT, description="bytes of one attachment"
    )
    storage_quota: int | None = Field(
        default=None, ge=1, description="bytes of all attachments of a company; absent: no limit"
    )
    db_role_prefix: str = Field(default="crm_", pattern=r"^[a-z][a-z0-9_]{0,39}$")
    pool_size: int = Field(default=10, ge=1, le=200, description="connections of one worker process")
    job_lease_seconds: float = Field(
        default=10, ge=1, le=300, description="how long a silent worker keeps the jobs it has claimed"
    )
    jwt_key: SecretStr | None = Field(default=None, description="PEM of an EC P-256 private key")
    cursor_key: SecretStr | None = Field(default=None, description="base64 of 32 bytes")
    pepper: SecretStr | None = Field(default=None, description="base64 of 32 bytes")
    field_key: SecretStr | None = Field(
        default=None, description="base64 of 32 bytes; of several, comma separated, the first seals, all open"
    )
    public_url: str | None = Field(
        default=None, description="where clients reach the API; absent: host and port"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="hops in front whose X-Forwarded-For entry is believed"
    )
    streams: int = Field(default=100, ge=0, description="event streams of one process at a time")
    stream_seconds: float = Field(default=3600, gt=0, description="after which a client connects anew")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(default=(), description="comma separated")
    outbound_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="networks and host names inside that webhooks may call, by http too; comma separated",
    )
    rate_limits: Literal["on", "off"] = "on"
    rate_limits_url: SecretStr | None = Field(
        default=None, description="valkey:// or redis://; absent: each process counts alone"
    )
    rate_limit_key: int = Field(default=12_000, ge=1, description="requests of an API key in a minute")
    rate_limit_user: int = Field(default=12_000, ge=1, description="requests of a user in a minute")
    rate_limit_tenant: int = Field(default=60_000, ge=1, description="requests of a company in a minute")
    rate_limit_address: int = Field(
        default=1_200, ge=1, description="requests without a valid credential of an address in a minute"
    )
    workers: int = Field(default=1, ge=1, description="processes that serve; set by `crm-api serve`")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    bootstrap: Bootstrap = Bootstrap()
    webhooks: Pace = Pace()

    @field_validator("cors_origins", "outbound_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("outbound_allow")
    @classmethod
    def _inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        Allowed(value)
        return value

    @field_validator("rate_limits_url")
    @classmethod
    def _shared_counters(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(SHARED_COUNTERS):
            raise ValueError("starts with valkey://, valkeys://, redis:// or rediss://")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        value = tuple(origin.rstrip("/") for origin in value)
        if any("*" in origin or "://" not in origin for origin in value):
            raise ValueError("each origin is written in full, such as https://crm.example.com; no wildcards")
        return value

    @field_validator("database_url", "database_admin_url")
    @classmethod
    def _plain_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("starts with postgresql:// (no driver name)")
        return value

    @property
    def file_dir(self) -> Path:
        """Where files are kept when no bucket is named."""
        return self.storage_dir or self.data_dir / "files"

    @property
    def embedded(self) -> bool:
        """No database was named, so the process runs its own."""
        return self.database_url is None

    @property
    def app_dsn(self) -> str:
        """Where the API connects, as the app role."""
        if self.database_url is None:
            raise CannotStart("There is no database: CRM_DATABASE_URL is not set and no server was started.")
        return self.database_url.get_secret_value()

    @property
    def admin_dsn(self) -> str | None:
        """Where roles are made and migrations run; None when the operator keeps that to themselves."""
        return self.database_admin_url.get_secret_value() if self.database_admin_url else None

    @property
    def secrets(self) -> Secrets:
        """The pinned keys; refused when absent, rather than made up and forgotten by the next start."""
        if not (self.jwt_key and self.cursor_key and self.pepper and self.field_key):
            raise CannotStart(
                "With CRM_DATABASE_URL the keys must be pinned: set CRM_JWT_KEY (openssl ecparam -genkey -noout "
                "-name prime256v1), CRM_CURSOR_KEY, CRM_PEPPER and CRM_FIELD_KEY (openssl rand -base64 32 each).",
            )
        return Secrets(
            jwt_private_key=_p256_key(self.jwt_key.get_secret_value()),
            cursor_key=_key_bytes("CRM_CURSOR_KEY", self.cursor_key.get_secret_value()),
            pepper=_key_bytes("CRM_PEPPER", self.pepper.get_secret_value()),
            field_keys=tuple(
                _key_bytes("CRM_FIELD_KEY", key.strip())
                for key in self.field_key.get_secret_value().split(",")
            ),
        )

    def running_on(self, *, app_dsn: str, admin_dsn: str, secrets: Secrets) -> Self:
        """These settings once the embedded server is up: nothing further on knows that it is embedded."""
        keys = {name: SecretStr(value) for name, value in secrets.as_settings().items()}
        urls = {"database_url": SecretStr(app_dsn), "database_admin_url": SecretStr(admin_dsn)}
        return self.model_copy(update={**urls, **keys})

    def worker_environment(self) -> dict[str, str]:
        """What a worker process needs beyond the environment it inherits; never the admin's way in."""
        keys = {f"CRM_{name.upper()}": value for name, value in self.secrets.as_settings().items()}
        return {"CRM_DATABASE_URL": self.app_dsn, **keys}


def _p256_key(value: str) -> str:
    pem = value.replace("\\n", "\n").strip() + "\n"  # one-line form of environment files
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CannotStart("CRM_JWT_KEY is not an unencrypted private key in PEM form.") from None
    if not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        raise CannotStart("CRM_JWT_KEY is not a P-256 key: tokens are signed with ES256.")
    return pem


def _key_bytes(name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise CannotStart(f"{name} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise CannotStart(f"{name} holds {len(key)} bytes instead of {KEY_BYTES}.")
    return key

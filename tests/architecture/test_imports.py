"""The import contracts of pyproject.toml hold, and each turns red on an import that breaks it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGE, ROOT

ENTRY = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"
# Enough of a package for every contract to have something to look at.
SKELETON = {
    "cli": "",
    "encryption": "",
    "text": "",
    "document/docs": "import starlette",
    "main": "",
    "probes": "",
    "server/asgi": "import crm_api.main",
    "settings": "",
    "wiring": "import crm_api.parties.customers.router",
    "worker": "import sqlalchemy",
    "jobs/queue": "import asyncpg",
    "jobs/operations": "import sqlalchemy",
    "roles": "",
    "kit/db": "import sqlalchemy, asyncpg, fastapi, starlette",
    "outbound": "import httpx",
    "identity/users/models": "import sqlalchemy",
    "setup/custom_fields/filtering": "import sqlalchemy",
    "parties/customers/router": "import fastapi",
    "parties/customers/service": "",
    "parties/customers/repository": "import sqlalchemy",
    "parties/customers/resource": "",
    "parties/customers/models": "",
    "parties/contacts/router": "",
    "sales/opportunities/service": "",
    "workflow/approvals/access": "import sqlalchemy",
}
PLANTED = [
    ("layers", "kit.db", "identity.users.models"),
    ("layers", "identity.users.models", "parties.customers.models"),
    ("layers", "parties.customers.service", "sales.opportunities.service"),
    ("layers", "parties.customers.service", "settings"),
    ("layers", "parties.customers.service", "wiring"),
    ("package-layers", "parties.customers.models", "parties.customers.resource"),
    ("package-layers", "parties.customers.repository", "parties.customers.service"),
    ("private-routers", "sales.opportunities.service", "parties.customers.router"),
    ("private-routers", "parties.customers.service", "parties.contacts.router"),
    ("http-in-routers", "parties.customers.service", "fastapi"),
    ("http-in-routers", "parties.customers.models", "starlette"),
    ("sql-in-repositories", "parties.customers.service", "sqlalchemy"),
    ("sql-in-repositories", "parties.customers.router", "sqlalchemy"),
    ("driver-in-kit", "parties.customers.repository", "asyncpg"),
    ("one-way-out", "parties.customers.service", "httpx"),
]
OUTSIDE = {"asyncpg", "fastapi", "httpx", "sqlalchemy", "starlette"}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "400"}
    return subprocess.run(
        [sys.executable, "-c", ENTRY],
        cwd=folder.parent if folder.name == "src" else folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _package(folder: Path, modules: dict[str, str]) -> None:
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    for name, text in modules.items():
        path = folder / "crm_api" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", "utf-8")
    for directory in {path.parent for path in folder.rglob("crm_api/**/*.py")} | {folder / "crm_api"}:
        for package in (directory, *directory.parents):
            if package.is_relative_to(folder / "crm_api"):
                (package / "__init__.py").touch()


def _names() -> dict[str, str]:
    """Id of a contract → its name, which is what is printed."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return {contract["id"]: contract["name"] for contract in contracts}


def test_the_contracts_hold() -> None:
    answer = _lint(PACKAGE.parent)
    assert answer.returncode == 0, answer.stdout


def test_the_skeleton_keeps_every_contract(tmp_path: Path) -> None:
    _package(tmp_path, SKELETON)
    answer = _lint(tmp_path)
    assert answer.returncode == 0, answer.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Id of a contract → what is said of it when every fault is planted at once."""
    folder = tmp_path_factory.mktemp("planted")
    modules = dict(SKELETON)
    for _, importer, imported in PLANTED:
        path = importer.replace(".", "/")
        modules[path] += f"\nimport {_full(imported)}"
    _package(folder, modules)
    told = _lint(folder).stdout.partition("Broken contracts")[2]
    return {key: told.partition(f"{name}\n---")[2].partition("\n---")[0] for key, name in _names().items()}


def _full(module: str) -> str:
    return module if module in OUTSIDE else f"crm_api.{module}"


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_planted_import_breaks_its_contract(
    broken: dict[str, str], contract: str, importer: str, imported: str
) -> None:
    assert f"crm_api.{importer} -> {_full(imported)} " in broken[contract], broken[contract]


@pytest.mark.parametrize(
    ("contract", "modules"),
    [
        ("layers", {"gadgets/service": ""}),
        (
            "no-cycles",
            {
                "parties/contacts/service": "import crm_api.parties.customers.service",
                "parties/customers/service": "import crm_api.parties.contacts.service",
            },
        ),
    ],
)
def test_a_planted_module_breaks_its_contract(tmp_path: Path, contract: str, modules: dict[str, str]) -> None:
    _package(tmp_path, SKELETON | modules)
    assert f"{_names()[contract]} BROKEN" in _lint(tmp_path).stdout

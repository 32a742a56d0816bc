"""The command `crm-api`. Exit codes: 0 done, 1 failed, 2 wrong usage. Results on stdout, progress apart."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from pydantic import ValidationError

from crm_api.identity.provisioning.service import create_user
from crm_api.kit.errors import Problem
from crm_api.main import document
from crm_api.roles import ROLES
from crm_api.server.auditing import verify_tenants
from crm_api.server.bootstrap import new_tenant, outside_unit
from crm_api.server.database import open_database, prepare
from crm_api.server.doctor import examine
from crm_api.server.serving import make_ready
from crm_api.server.serving import serve as run_server
from crm_api.settings import CannotStart, Settings
from crm_api.worker import run_worker

Result = TypeVar("Result")

app = typer.Typer(
    help="A complete CRM as a JSON REST API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
tenants = typer.Typer(help="Companies that use this installation.", no_args_is_help=True)
users = typer.Typer(help="People who log in to a tenant.", no_args_is_help=True)
audit = typer.Typer(help="The record of what was done and looked at.", no_args_is_help=True)
app.add_typer(tenants, name="tenant")
app.add_typer(audit, name="audit")
app.add_typer(users, name="user")

Email = Annotated[str, typer.Option("--email", help="What they log in with.")]
Password = Annotated[
    str,
    typer.Option(
        "--password", help="Asked for when absent.", prompt=True, hide_input=True, confirmation_prompt=True
    ),
]


def _known_roles(given: list[str]) -> list[str]:
    if unknown := set(given) - set(ROLES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(ROLES)}")
    return given


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer requests.", min=1, max=64)] = 1,
    demo: Annotated[bool, typer.Option("--demo", help="Add a believable bilingual company, once.")] = False,
    worker: Annotated[bool, typer.Option(help="Run jobs and deliveries in a process beside it.")] = True,
) -> None:
    """Run the API. Without CRM_DATABASE_URL it runs its own PostgreSQL under CRM_DATA_DIR (./.crm)."""
    run_server(Settings(), host=host, port=port, workers=workers, demo=demo, companion=worker, report=report)


@app.command()
def worker() -> None:
    """Run jobs, schedules and deliveries without serving; as many of these as you like may run at once."""
    with open_database(Settings()) as settings:
        asyncio.run(prepare(settings, report))
        run_worker(settings)


@app.command()
def migrate() -> None:
    """Create the database roles where they are missing and bring the schema to this version."""
    with open_database(Settings()) as settings:
        asyncio.run(prepare(settings, report))
    typer.echo("The database is up to date.")


@app.command()
def demo() -> None:
    """Add the demo company without serving; does nothing where it already is."""
    with open_database(Settings()) as settings:
        asyncio.run(make_ready(settings, demo=True, report=report))
    typer.echo("The demo company is there.")


@tenants.command("create")
def create_tenant_command(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    email: Email,
    password: Password,
    slug: Annotated[str | None, typer.Option(help="Short name in Latin letters; made from the name.")] = None,
) -> None:
    """Make a tenant and its administrator, also while the server runs."""

    async def create(settings: Settings) -> str:
        tenant = await new_tenant(settings, name=name, email=email, password=password, slug=slug)
        return tenant.tenant_id

    typer.echo(_on_database(create))


@users.command("create")
def create_user_command(
    name: Annotated[str, typer.Argument(help="How colleagues call them.")],
    email: Email,
    password: Password,
    tenant: Annotated[str, typer.Option(help="Slug of the tenant.")],
    role: Annotated[list[str], typer.Option(help="Key of a role; may be repeated.", callback=_known_roles)],
) -> None:
    """Make a user of a tenant, also while the server runs."""

    async def create(settings: Settings) -> str:
        async with outside_unit(settings) as unit:
            return await create_user(
                unit, tenant=tenant, name=name, email=email, password=password, roles=role
            )

    typer.echo(_on_database(create))


@app.command()
def openapi(
    output: Annotated[Path | None, typer.Option(help="File to write; absent: stdout.")] = None,
) -> None:
    """Print the OpenAPI document. Needs no database."""
    text = orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if output:
        output.write_bytes(text)
    else:
        sys.stdout.buffer.write(text)


@app.command()
def doctor() -> None:
    """Check database, roles, row security, schema and clock; exits with 1 when anything is wrong."""
    with open_database(Settings()) as settings:
        checks = asyncio.run(examine(settings))
    width = max(len(check.name) for check in checks)
    for check in checks:
        detail = check.detail.replace("\n", "\n" + " " * (width + 8))
        typer.echo(f"{'ok' if check.sound else 'WRONG':5}  {check.name:{width}}  {detail}")
    if not all(check.sound for check in checks):
        raise typer.Exit(1)


@audit.command("verify")
def verify_audit(
    tenant: Annotated[str | None, typer.Option(help="Slug of one tenant; absent: all of them.")] = None,
) -> None:
    """Prove that no event and no access was removed, altered, inserted or moved; exits with 1 when one was.

    The seal that is printed for each log, noted elsewhere, proves later that nothing was cut off before it.
    """
    proofs = _on_database(lambda settings: verify_tenants(settings, tenant))
    for slug, proof in proofs:
        state = "ok" if not proof.findings else "BROKEN"
        typer.echo(
            f"{state:6}  {slug}  {proof.log.value}: {proof.rows} rows, {proof.erased} erased, seal {proof.seal.hex()}"
        )
        for finding in proof.findings:
            typer.echo(f"        {finding}")
    if any(proof.findings for _, proof in proofs):
        raise typer.Exit(1)


def report(line: str) -> None:
    typer.echo(line, err=True)


def _on_database(work: Callable[[Settings], Awaitable[Result]]) -> Result:
    """Do `work` on a migrated database, whether or not a server is running."""

    async def run(settings: Settings) -> Result:
        await prepare(settings, report)
        return await work(settings)

    with open_database(Settings()) as opened:
        return asyncio.run(run(opened))


def main() -> None:
    try:
        app()
    except CannotStart as failure:
        report(str(failure))
        sys.exit(1)
    except Problem as problem:
        report(
            "Refused: "
            + ", ".join([problem.code, *(f"{fault.at}: {fault.code}" for fault in problem.faults)])
        )
        sys.exit(1)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            report(f"CRM_{'_'.join(str(part) for part in error['loc']).upper()}: {error['msg']}")
        sys.exit(2)

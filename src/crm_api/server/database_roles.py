"""The four database roles, and the question whether a role could get around row security."""

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import asyncpg

from crm_api.server.locking import Connection, exclusively
from crm_api.settings import CannotStart

# A statement, a lock, a forgotten transaction or a vanished client must never hold others up for long.
APP_SETTINGS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_user_timeout": "10s",
    "client_connection_check_interval": "2s",
    # Data lies in memory or on a solid disk: with the default of 4, walks by an index look so dear that a deep page is
    # planned anew each time, in the hope of a better way.
    "random_page_cost": "1.1",
}
SCHEMA = "public"
READABLE = {"TABLES": "r", "SEQUENCES": "S"}  # by the backup role, with their letter in pg_default_acl
SCRAM_ROUNDS = 4096
CAN_SET_ROLE_SINCE = 160000  # PostgreSQL 16 tells membership from the right to SET ROLE


@dataclass(frozen=True, slots=True)
class DatabaseRoles:
    """Owner: migrates, cannot log in. App: serves. Search: owns search functions. Backup: reads all rows."""

    prefix: str

    @property
    def owner(self) -> str:
        return f"{self.prefix}owner"

    @property
    def app(self) -> str:
        return f"{self.prefix}app"

    @property
    def search(self) -> str:
        return f"{self.prefix}search"

    @property
    def backup(self) -> str:
        return f"{self.prefix}backup"


class RolesMissing(CannotStart):
    """The connection may not create what is missing; the text carries the SQL for one who may."""

    def __init__(self, statements: Iterable[str], reason: str) -> None:
        sql = "\n".join(f"{statement};" for statement in statements)
        super().__init__(f"Database roles are missing ({reason}). Run this as a superuser:\n{sql}")


async def ensure_roles(connection: Connection, roles: DatabaseRoles, app_password: str | None) -> None:
    """Create what is missing; safe to run from several processes at once, and twice.

    `app_password` is set when the app role is created, never changed afterwards. Without the right to create
    roles: `RolesMissing`.
    """
    async with exclusively(connection, "crm database roles"):
        for statement in await missing_statements(connection, roles, app_password):
            try:
                await connection.execute(statement)
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                continue  # roles belong to the whole server, the lock to one database
            except asyncpg.InsufficientPrivilegeError as refusal:
                raise RolesMissing(await missing_statements(connection, roles), refusal.args[0]) from None
        # A GRANT without the right to grant is a mere warning.
        if left := await missing_statements(connection, roles):
            raise RolesMissing(left, "this connection may not grant them")


async def missing_statements(
    connection: Connection, roles: DatabaseRoles, app_password: str | None = None
) -> list[str]:
    """The SQL that is still to be run, in order; empty when the roles are as they should be."""
    rows = await connection.fetch("SELECT rolname, rolbypassrls, rolconfig FROM pg_roles")
    present = {row["rolname"]: row["rolconfig"] or () for row in rows}
    bypassing = {row["rolname"] for row in rows if row["rolbypassrls"]}
    password = f" PASSWORD '{scram_verifier(app_password)}'" if app_password else ""
    created = {
        roles.owner: "NOLOGIN",
        roles.app: f"LOGIN{password}",
        roles.search: "NOLOGIN BYPASSRLS",
        roles.backup: "LOGIN BYPASSRLS",
    }
    statements = [f"CREATE ROLE {name} {how}" for name, how in created.items() if name not in present]
    statements += [
        f"ALTER ROLE {name} BYPASSRLS"
        for name in (roles.search, roles.backup)
        if name in present and name not in bypassing
    ]
    limits = {roles.app: APP_SETTINGS, roles.backup: {"default_transaction_read_only": "on"}}
    for name, settings in limits.items():
        unset = (item for item in settings.items() if "=".join(item) not in present.get(name, ()))
        statements += [f"ALTER ROLE {name} SET {key} = '{value}'" for key, value in unset]
    return statements + await _missing_grants(connection, roles, present)


async def _missing_grants(
    connection: Connection, roles: DatabaseRoles, present: Collection[str]
) -> list[str]:
    [row] = await connection.fetch(
        "SELECT quote_ident(current_user) AS us, quote_ident(current_database()) AS database,"
        " current_setting('is_superuser') = 'on' AS superuser,"
        " current_setting('server_version_num')::int AS version"
    )
    member = "SET" if row["version"] >= CAN_SET_ROLE_SINCE else "MEMBER"
    owner, app, search, backup = roles.owner, roles.app, roles.search, roles.backup
    schema = f"has_schema_privilege('{{}}', '{SCHEMA}', '{{}}')"
    wanted = [
        (f"GRANT {search} TO {owner}", f"pg_has_role('{owner}', '{search}', '{member}')"),
        (
            f"GRANT CONNECT, CREATE ON DATABASE {row['database']} TO {owner}",
            f"has_database_privilege('{owner}', current_database(), 'CREATE')",
        ),
        (
            f"GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO {owner}, {search}",
            " AND ".join(schema.format(role, "CREATE") for role in (owner, search)),
        ),
        (
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {app}, {backup}",
            " AND ".join(schema.format(role, "USAGE") for role in (app, backup)),
        ),
        *(
            (_readable(owner, backup, kind), _has_default(owner, backup, letter))
            for kind, letter in READABLE.items()
        ),
    ]
    if not row["superuser"]:
        wanted.insert(0, (f"GRANT {owner} TO {row['us']}", f"pg_has_role('{owner}', '{member}')"))
    if not {owner, app, search, backup}.issubset(present):
        return [sql for sql, _ in wanted]
    return [sql for sql, check in wanted if not await connection.fetchval(f"SELECT {check}")]


def _readable(owner: str, backup: str, kind: str) -> str:
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {SCHEMA} GRANT SELECT ON {kind} TO {backup}"


def _has_default(owner: str, backup: str, letter: str) -> str:
    return (
        "EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) AS acl"
        f" WHERE defaclrole = '{owner}'::regrole AND defaclobjtype = '{letter}'"
        f" AND acl.grantee = '{backup}'::regrole)"
    )


async def unsafe_reasons(connection: Connection) -> list[str]:
    """Why the role of this connection could see or change rows past row security; empty for a safe one.

    Counts what the role may become (`SET ROLE`) like what it is.
    """
    return [row["reason"] for row in await connection.fetch(_UNSAFE)]


_UNSAFE = """
WITH mine AS (
    SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication
    FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
), tables AS (
    SELECT c.oid, c.oid::regclass::text AS name, c.relowner, c.relrowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
)
SELECT format('%s is a superuser', rolname) AS reason FROM mine WHERE rolname = session_user AND rolsuper
UNION ALL
SELECT reason FROM (
    SELECT format('%s bypasses row security', rolname) AS reason FROM mine WHERE rolbypassrls
    UNION ALL SELECT format('%s may become the superuser %s', session_user, rolname) FROM mine WHERE rolsuper
    UNION ALL SELECT format('%s may create roles', rolname) FROM mine WHERE rolcreaterole
    UNION ALL SELECT format('%s may read the write-ahead log', rolname) FROM mine WHERE rolreplication
    UNION ALL SELECT format('%s reaches the files of the server (%s)', session_user, rolname) FROM mine
        WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
    UNION ALL SELECT format('%s owns the database', mine.rolname) FROM mine
        JOIN pg_database ON datdba = mine.oid AND datname = current_database()
    UNION ALL SELECT format('%s owns %s tables, %s among them', mine.rolname, count(*), min(tables.name))
        FROM mine JOIN tables ON relowner = mine.oid GROUP BY mine.rolname
    UNION ALL SELECT format('%s may create objects in schema public', session_user)
        WHERE has_schema_privilege(session_user, 'public', 'CREATE')
    UNION ALL SELECT format('%s may TRUNCATE %s', session_user, min(name)) FROM tables
        WHERE relrowsecurity AND has_table_privilege(session_user, oid, 'TRUNCATE') HAVING count(*) > 0
) AS others WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
"""


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores (RFC 5802), so that the password itself is in no statement and no server log."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac(
        "sha256", unicodedata.normalize("NFKC", password).encode(), salt, SCRAM_ROUNDS
    )
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def login_of(dsn: str) -> tuple[str | None, str | None]:
    """User and password named in a database URL."""
    parts = urlsplit(dsn)
    return (
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )

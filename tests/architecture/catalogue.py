"""What the catalogue of a migrated database must say: a walk over all of pg_class, minus a reviewed list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.architecture.tables import OPEN
from tests.database import ROLES

EXPRESSION = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"
ALL_ROWS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
FACTS = frozenset({"SELECT", "INSERT"})
# What the app role may do where it may not do everything with rows.
RIGHTS = {
    "alembic_version": frozenset({"SELECT"}),
    "events": FACTS,
    "feed": FACTS,
    "chain": FACTS,
    "erasures": FACTS,
    "access_log": FACTS,
    "unknown_sign_ins": FACTS,
    "opportunity_stage_moves": FACTS,
    "stock_movements": FACTS,
    "order_shipments": FACTS,
    "order_delay_notices": FACTS,
    "pgqueuer_id_seq": frozenset({"USAGE"}),
    "pgqueuer_log_id_seq": frozenset(),
    "tenants": ALL_ROWS - {"DELETE"},
}
# Jobs are claimed before a tenant is known; what they carry are ids.
QUEUE = {"pgqueuer", "pgqueuer_log", "job_ticks"}
WITHOUT_TENANT = {*OPEN, *QUEUE, "alembic_version"}
# Numbers of jobs; every other id is made in Python.
SEQUENCES = {"pgqueuer_id_seq", "pgqueuer_log_id_seq"}
# Functions that run as their owner, and who that is.
DEFINER = {
    "crm_search(text,text[],boolean,text,integer)": ROLES.search,
    "crm_search_similar(text,text[],boolean,integer)": ROLES.search,
    "crm_pending_tenants(uuid,integer)": ROLES.search,
    "crm_webhook_work(integer)": ROLES.search,
    "crm_refresh_statistics(text[])": ROLES.owner,
}
SEARCHED = {"search_documents", "pending_events", "feed_heads", "webhooks", "webhook_deliveries"}
KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
KINDS |= {"S": "sequence", "c": "composite type"}

RELATIONS = """
SELECT c.oid, c.relname AS name, c.relkind::text AS kind, c.relispartition AS partition, c.relrowsecurity AS enabled,
    c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner, coalesce(c.reloptions, '{}') AS options,
    n.nspname AS schema
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind NOT IN ('i', 'I', 't')
ORDER BY 2
"""
POLICIES = """
SELECT polrelid AS oid, polpermissive AS permissive, polcmd::text AS command, polroles = '{0}' AS everybody,
    pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS checked
FROM pg_policy
"""
UNIQUE = """
SELECT i.indrelid AS oid, i.indexrelid::regclass::text AS name, i.indisprimary AS primary, a.attname AS leads
FROM pg_index i LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisunique
"""
REFERENCES = """
SELECT c.conrelid AS oid, c.conname AS name, target.relname AS target,
    EXISTS (
        SELECT FROM unnest(c.conkey, c.confkey) AS pair(own, other)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = pair.own AND a.attname = 'tenant_id'
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = pair.other AND b.attname = 'tenant_id'
    ) AS composite
FROM pg_constraint c JOIN pg_class target ON target.oid = c.confrelid
WHERE c.contype = 'f'
"""
GRANTS = """
SELECT c.oid, coalesce(r.rolname, 'PUBLIC') AS role, a.privilege_type AS right
FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
UNION ALL
SELECT t.attrelid, coalesce(r.rolname, 'PUBLIC'), a.privilege_type || ' (' || t.attname || ')'
FROM pg_attribute t, aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
"""
FUNCTIONS = """
SELECT p.oid::regprocedure::text AS name, p.prosecdef AS definer, pg_get_userbyid(p.proowner) AS owner,
    coalesce(array_to_string(p.proconfig, ';'), '') AS settings,
    EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) AS open
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
CREATORS = """
SELECT nspname AS name FROM pg_namespace WHERE has_schema_privilege($1, oid, 'CREATE') AND nspname !~ '^pg_'
UNION ALL
SELECT datname FROM pg_database WHERE datname = current_database() AND has_database_privilege($1, oid, 'CREATE')
"""
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Catalogue:
    """Everything that is checked, read once."""

    relations: Rows
    policies: Rows
    unique: Rows
    references: Rows
    grants: Rows
    functions: Rows
    creators: Rows

    @classmethod
    async def read(cls, connection: "asyncpg.Connection[Any]") -> "Catalogue":
        """Of the database that the connection is in."""
        queries = (RELATIONS, POLICIES, UNIQUE, REFERENCES, GRANTS, FUNCTIONS)
        found = [await connection.fetch(query) for query in queries]
        return cls(*found, await connection.fetch(CREATORS, ROLES.app))

    @property
    def tables(self) -> Rows:
        """Those that clients' rows are in; partitions are checked apart."""
        return [row for row in self.relations if row["kind"] in "rp" and not row["partition"]]

    @property
    def tenant_tables(self) -> Rows:
        return [row for row in self.tables if row["name"] not in WITHOUT_TENANT]

    def of(self, rows: Rows, relation: Mapping[str, Any]) -> Rows:
        return [row for row in rows if row["oid"] == relation["oid"]]


def kinds(found: Catalogue) -> Iterator[str]:
    """Rows are in tables; a view sees with the eyes of the caller."""
    for row in found.relations:
        if row["schema"] != "public":
            yield f"{row['schema']}.{row['name']}: outside the schema public"
        if row["kind"] == "v" and "security_invoker=true" not in row["options"]:
            yield f"{row['name']}: a view that is not security_invoker"
        if row["kind"] not in "rpv" and row["name"] not in SEQUENCES:
            yield f"{row['name']}: a {KINDS[row['kind']]}"


def ownership(found: Catalogue) -> Iterator[str]:
    """Everything belongs to the owner role, which cannot log in; the app role can create nothing."""
    for row in found.relations:
        if row["owner"] != ROLES.owner:
            yield f"{row['name']}: owned by {row['owner']}"
    for row in found.creators:
        yield f"{row['name']}: the app role may create in it"


def row_security(found: Catalogue) -> Iterator[str]:
    """Enabled and forced, partitions too."""
    for row in found.relations:
        if row["kind"] in "rp" and row["name"] not in WITHOUT_TENANT:
            for state in ("enabled", "forced"):
                if not row[state]:
                    yield f"{row['name']}: row security is not {state}"


def policies(found: Catalogue) -> Iterator[str]:
    """One policy a tenant table, for everybody and every command, the same for reading and writing; partitions have none."""
    for row in found.tenant_tables:
        theirs = found.of(found.policies, row)
        if len(theirs) != 1:
            yield f"{row['name']}: {len(theirs)} policies"
        for policy in theirs:
            if not (policy["permissive"] and policy["everybody"] and policy["command"] == "*"):
                yield f"{row['name']}: the policy is not for everybody and every command"
            for clause in ("using", "checked"):
                if policy[clause] != EXPRESSION:
                    yield f"{row['name']}: the policy's {clause} is {policy[clause]}"


def unique_keys(found: Catalogue) -> Iterator[str]:
    """The primary key and every unique index of a tenant table are led by the tenant."""
    for row in found.tenant_tables:
        theirs = found.of(found.unique, row)
        if not any(index["primary"] for index in theirs):
            yield f"{row['name']}: no primary key"
        for index in theirs:
            if index["leads"] != "tenant_id":
                yield f"{row['name']}: {index['name']} is not led by tenant_id"


def references(found: Catalogue) -> Iterator[str]:
    """The database itself refuses a reference across tenants."""
    for row in found.tables:
        for key in found.of(found.references, row):
            if key["target"] not in WITHOUT_TENANT and not key["composite"]:
                yield f"{row['name']}: {key['name']} does not carry tenant_id"


def grants(found: Catalogue) -> Iterator[str]:
    """The app role may what it must, nobody else may anything but read for backups and search."""
    for row in found.relations:
        theirs = found.of(found.grants, row)
        rights = frozenset(grant["right"] for grant in theirs if grant["role"] == ROLES.app)
        expected = frozenset() if row["partition"] else RIGHTS.get(row["name"], ALL_ROWS)
        if rights != expected:
            yield f"{row['name']}: the app role may {', '.join(sorted(rights)) or 'nothing'}"
        for grant in theirs:
            if grant["role"] not in (ROLES.app, ROLES.owner) and not _may_read(row["name"], grant):
                yield f"{row['name']}: {grant['role']} may {grant['right']}"


def _may_read(name: str, grant: Mapping[str, Any]) -> bool:
    readers = {ROLES.backup, *([ROLES.search] if name in SEARCHED else [])}
    return grant["right"] == "SELECT" and grant["role"] in readers


def functions(found: Catalogue) -> Iterator[str]:
    """A function that runs as its owner is on the list, pins its search path and is not for everybody."""
    for row in found.functions:
        if row["definer"] and DEFINER.get(row["name"]) != row["owner"]:
            yield f"{row['name']}: SECURITY DEFINER as {row['owner']}, and on no list"
        if row["definer"] and not row["settings"].startswith("search_path=pg_catalog"):
            yield f"{row['name']}: the search path is not pinned"
        if row["definer"] and row["open"]:
            yield f"{row['name']}: everybody may run it"


CHECKERS: tuple[Callable[[Catalogue], Iterator[str]], ...] = (
    kinds,
    ownership,
    row_security,
    policies,
    unique_keys,
    references,
    grants,
    functions,
)

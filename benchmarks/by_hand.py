"""What an expert would write without the kit: Starlette, asyncpg's pool, native rows, orjson.

The same columns, the same predicates, the same token and the same cached principal; a transaction per request with the
tenant set, because the tables have row security. Access is a UNION of index ranges for pages, as by hand one would.
"""

import os
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_api.kit import clock
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.searching import misspellings, phrase
from crm_api.server.asgi import app
from crm_api.text import company_key, grams, sort_key

COLUMNS = (
    "id, kind, name, code, level, category, industry, source, region, address, phones, emails, website, tax_id, parent_id, lifecycle,"
    " lifecycle_entered_at, last_contact_at, next_contact_at, owner_id, team_id, external_ids, custom_fields, created_at, created_by, updated_at,"
    " updated_by, version, deleted_at"
)
NAMES = COLUMNS.replace(" ", "").split(",")
READ, CREATE, UPDATE = (Permission("customers", action) for action in ("read", "create", "update"))
LIVE = "tenant_id = $1 AND deleted_at IS NULL"


def plain(value: Any) -> Any:
    return str(value)


def answer(content: Any, status: int = 200) -> Response:
    return Response(
        orjson.dumps(content, default=plain, option=orjson.OPT_UTC_Z), status, media_type="application/json"
    )


class Hand:
    """The hand-written API beside the app whose pool and authentication it shares."""

    def __init__(self, crm: Any) -> None:
        self.crm = crm

    async def principal(self, request: Request) -> Principal:
        return await self.crm.state.edge.authenticate(request.headers["authorization"].partition(" ")[2])

    async def run(self, principal: Principal, sql: str, *values: Any) -> list[Any]:
        async with self.crm.state.edge.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{principal.tenant_id}'")
            rows = await connection.fetch(sql, *values)
            await connection.execute("COMMIT")
        return rows

    async def get(self, request: Request) -> Response:
        principal = await self.principal(request)
        reach = principal.reach(READ)
        values: list[Any] = [principal.tenant_id, request.path_params["id"]]
        may = ""
        if reach is Reach.OWN:
            may, values = " AND owner_id = $3", [*values, principal.id]
        elif reach is not Reach.ALL:
            may, values = (
                " AND (owner_id = $3 OR team_id = ANY($4))",
                [*values, principal.id, principal.teams(reach)],
            )
        rows = await self.run(
            principal, f"SELECT {COLUMNS} FROM customers WHERE {LIVE} AND id = $2{may}", *values
        )
        return answer(dict(rows[0])) if rows else answer({"error": "not found"}, 404)

    async def page(self, request: Request) -> Response:
        principal = await self.principal(request)
        asked = parse_qs(request.url.query)
        values: list[Any] = [principal.tenant_id]
        extra = ""
        if "level" in asked:
            values.append(asked["level"][0])
            extra += f" AND level = ${len(values)}"
        if "after" in asked:
            at, last = asked["after"][0].split("~")
            values += [datetime.fromisoformat(at), last]
            extra += f" AND (created_at, id) < (${len(values) - 1}, ${len(values)})"
        tail = "ORDER BY created_at DESC, id DESC LIMIT 51"
        reach = principal.reach(READ)
        if reach is Reach.ALL:
            sql = f"SELECT {COLUMNS} FROM customers WHERE {LIVE}{extra} {tail}"
        elif reach is Reach.OWN:
            values.append(principal.id)
            sql = f"SELECT {COLUMNS} FROM customers WHERE {LIVE}{extra} AND owner_id = ${len(values)} {tail}"
        else:
            values += [principal.id, principal.teams(reach)]
            me, teams = len(values) - 1, len(values)
            sql = (
                f"SELECT {', '.join(f'c.{n}' for n in NAMES)} FROM (SELECT created_at, id FROM ("
                f"(SELECT created_at, id FROM customers WHERE {LIVE}{extra} AND owner_id = ${me} {tail}) UNION "
                f"(SELECT p.created_at, p.id FROM unnest(${teams}::uuid[]) AS t(team_id), LATERAL "
                f"(SELECT created_at, id FROM customers WHERE {LIVE}{extra} AND customers.team_id = t.team_id {tail}) AS p)"
                f") AS k {tail}) AS f JOIN customers AS c ON c.tenant_id = $1 AND c.id = f.id ORDER BY f.created_at DESC, f.id DESC"
            )
        rows = await self.run(principal, sql, *values)
        more, rows = len(rows) > 50, rows[:50]
        last = rows[-1] if more else None
        cursor = f"{last['created_at'].isoformat()}~{last['id']}" if last else None
        return answer(
            {"data": [dict(row) for row in rows], "page": {"next_cursor": cursor, "has_more": more}}
        )

    async def create(self, request: Request) -> Response:
        principal = await self.principal(request)
        if principal.reach(CREATE) is Reach.NONE:
            return answer({"error": "forbidden"}, 403)
        given, at, made = orjson.loads(await request.body()), clock.now(), new_id()
        name = given["name"]
        row = dict.fromkeys(NAMES) | {
            "id": made,
            "kind": "company",
            "name": name,
            "industry": given.get("industry"),
            "level": given.get("level"),
            "phones": [],
            "emails": [],
            "lifecycle": "prospect",
            "lifecycle_entered_at": at,
            "owner_id": principal.id,
            "team_id": principal.team_id,
            "external_ids": [],
            "custom_fields": {},
            "created_at": at,
            "created_by": principal.id,
            "updated_at": at,
            "updated_by": principal.id,
            "version": 1,
        }
        changes = {
            key: {"from": None, "to": row[key]}
            for key in ("id", "kind", "name", "industry", "level", "lifecycle", "owner_id", "team_id")
        }
        key = company_key(name)
        async with self.crm.state.edge.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{principal.tenant_id}'")
            await connection.execute(CREATE_CUSTOMER, principal.tenant_id, *row.values(), sort_key(name), key)
            await connection.execute(
                CREATE_PERIOD, principal.tenant_id, new_id(), made, principal.id, principal.team_id, at
            )
            await connection.execute(
                CREATE_EVENT,
                principal.tenant_id,
                new_id(),
                at,
                "customer.created",
                made,
                1,
                principal.id,
                changes,
            )
            words = sorted(grams(name) | misspellings(name))
            await connection.execute(CREATE_DOCUMENT, principal.tenant_id, made, phrase(name), words)
            similar = await connection.fetch(SIMILAR, principal.tenant_id, key, made, principal.id)
            await connection.execute("COMMIT")
        return answer({**row, "possible_duplicates": [dict(other) for other in similar]}, 201)

    async def patch(self, request: Request) -> Response:
        principal = await self.principal(request)
        given, at = orjson.loads(await request.body()), clock.now()
        async with self.crm.state.edge.pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{principal.tenant_id}'")
            rows = await connection.fetch(
                f"SELECT {COLUMNS} FROM customers WHERE {LIVE} AND id = $2 AND owner_id = $3 FOR NO KEY UPDATE",
                principal.tenant_id,
                request.path_params["id"],
                principal.id,
            )
            if not rows:
                return answer({"error": "not found"}, 404)
            row = dict(rows[0])
            changes = {
                key: {"from": row[key], "to": value} for key, value in given.items() if row[key] != value
            }
            row |= given | {"updated_at": at, "updated_by": principal.id, "version": row["version"] + 1}
            await connection.execute(
                "UPDATE customers SET industry = $3, level = $4, updated_at = $5, updated_by = $6, version = $7 WHERE tenant_id = $1 AND id = $2",
                principal.tenant_id,
                row["id"],
                row["industry"],
                row["level"],
                at,
                principal.id,
                row["version"],
            )
            await connection.execute(
                CREATE_EVENT,
                principal.tenant_id,
                new_id(),
                at,
                "customer.updated",
                row["id"],
                row["version"],
                principal.id,
                changes,
            )
            await connection.execute("COMMIT")
        return answer(row)


CREATE_CUSTOMER = (
    f"INSERT INTO customers (tenant_id, {COLUMNS}, name_sort, name_key) VALUES ($1, "
    + ", ".join(f"${i + 2}" for i in range(len(NAMES) + 2))
    + ")"
)
CREATE_PERIOD = (
    "INSERT INTO ownership_periods (tenant_id, id, resource, record_id, owner_id, team_id, started_at)"
    " VALUES ($1, $2, 'customers', $3, $4, $5, $6)"
)
CREATE_EVENT = (
    "INSERT INTO events (tenant_id, id, created_at, type, schema_version, resource, record_id, version, actor_id, changes)"
    " VALUES ($1, $2, $3, $4, 1, 'customers', $5, $6, $7, $8)"
)
CREATE_DOCUMENT = "INSERT INTO search_documents (tenant_id, id, resource, title, grams, sensitive_grams) VALUES ($1, $2, 'customers', $3, $4, '{}')"
SIMILAR = (
    f"SELECT id, name FROM customers WHERE {LIVE} AND name_key = $2 AND id <> $3 AND owner_id = $4 LIMIT 5"
)


def both() -> ASGIApp:
    """The API, and under `/hand` its twin."""
    crm = app()
    hand = Hand(crm)
    return beside(
        crm,
        Route("/hand/customers", hand.page),
        Route("/hand/customers", hand.create, methods=["POST"]),
        Route("/hand/customers/{id}", hand.get),
        Route("/hand/customers/{id}", hand.patch, methods=["PATCH"]),
    )


def beside(crm: ASGIApp, *routes: Route) -> ASGIApp:
    """The API, and what was written by hand at its own paths."""
    written = Starlette(routes=list(routes))

    async def split(scope: Scope, receive: Receive, send: Send) -> None:
        by_hand = scope["type"] == "http" and scope["path"].startswith("/hand/")
        await (written if by_hand else crm)(scope, receive, send)

    assert os.environ.get("CRM_DATABASE_URL")
    return split

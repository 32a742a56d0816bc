"""One actor of every kind, for access matrices."""

from collections.abc import Awaitable, Callable

import httpx

from crm_api.roles import DEFAULT_ROLES, ROLES
from tests.factories.companies import Actor, Company

Call = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def key(company: Company, *permissions: str) -> Actor:
    """An integration with an API key; with everything an integration may do unless permissions are named."""
    granted = permissions or tuple(str(p) for p in ROLES["integration"].permissions())
    made = await company.owner.create("/api-keys", name="Shop", permissions=list(granted))
    return Actor(made["id"], company.client(made["secret"]), made["secret"])


async def everybody(company: Company) -> dict[str, Actor]:
    """A user of every default role, and an API key of an integration."""
    people = {role: await company.user(role) for role in DEFAULT_ROLES if role != "integration"}
    return {**people, "integration": await key(company)}


async def expect(company: Company, actor: Actor, call: Call, status: int, *tables: str) -> httpx.Response:
    """The answer has this status; a refusal has changed no row of the tables and emitted nothing."""
    before = {table: await company.rows(table) for table in (*tables, "events")}
    answer = await call(actor.http)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert {table: await company.rows(table) for table in before} == before
    return answer

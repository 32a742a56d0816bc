"""The streaming edge, on a planted route: the trace first, then a transaction per chunk, never a foreign row."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import Select, select

from crm_api.kit import clock, effects
from crm_api.kit.access import access_values
from crm_api.kit.dispatch import Dispatch
from crm_api.kit.errors import Unavailable
from crm_api.kit.http import KitRoute
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.streaming import Stream, chunk, streaming
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.customers.models import Customer
from crm_api.parties.customers.resource import customers
from tests.factories.companies import Actor, Company

CHUNKS = 3


def names() -> Select[Any]:
    rows = scoped(Customer, "r")
    return select(rows.c.name).order_by(rows.c.name)


async def written(uow: UnitOfWork, seen: list[Any]) -> AsyncIterator[bytes]:
    for _ in range(CHUNKS):
        async with chunk(uow) as unit:
            rows = await unit.fetch("streamed names", names, access_values(uow.principal, uow.reach))
        seen.append(uow._connection)
        yield "".join(f"{row[0]}\n" for row in rows).encode()


async def failing(error: Exception) -> AsyncIterator[bytes]:
    for _ in range(0):
        yield b""
    raise error


def planted(company: Company) -> tuple[FastAPI, list[Any]]:
    """An application with one streaming route, on the database of the test."""
    seen: list[Any] = []
    router = APIRouter(prefix="/api/v1/customers", route_class=KitRoute)

    @router.post("/stream", operation_id="customers_stream")
    async def stream_customers(uow: Annotated[UnitOfWork, streaming(customers.read)]) -> Any:
        row = Customer.new(id=uow.principal.id, version=1)
        uow.add(effects.event(uow, customers, row, "exported", {}, clock.now()))
        return Stream(written(uow, seen), "text/plain")

    @router.post("/broken/{kind}", operation_id="customers_break")
    async def break_stream(kind: str, uow: Annotated[UnitOfWork, streaming(customers.read)]) -> Any:
        return Stream(failing(Unavailable() if kind == "known" else RuntimeError("secret")), "text/plain")

    app = FastAPI()
    app.state.edge = company.served.app.state.edge
    app.middleware_stack = Dispatch(router.routes, app.build_middleware_stack())
    return app, seen


async def ask(app: FastAPI, actor: Actor, path: str = "stream") -> httpx.Response:
    headers = {"Authorization": f"Bearer {actor.token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://crm.test", headers=headers
    ) as client:
        return await client.post(f"/api/v1/customers/{path}")


async def test_every_chunk_sees_the_rows_of_its_tenant_and_the_trace_is_there_first(
    company: Company, other_company: Company
) -> None:
    await company.owner.create("/customers", name="Acme")
    await other_company.owner.create("/customers", name="Foreign")
    app, seen = planted(company)

    answer = await ask(app, company.owner)

    assert (answer.status_code, answer.text) == (200, "Acme\n" * CHUNKS)
    assert answer.headers["content-type"].startswith("text/plain")
    assert seen == [None] * CHUNKS, "a connection was held between chunks"
    assert len(await company.rows("events", type="customer.exported")) == 1


@pytest.mark.parametrize(("kind", "status"), [("known", 503), ("unknown", 500)])
async def test_what_fails_before_the_first_byte_is_refused_as_a_problem(
    company: Company, kind: str, status: int
) -> None:
    answer = await ask(planted(company)[0], company.owner, f"broken/{kind}")
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


async def test_without_the_permission_nothing_is_read_and_nothing_recorded(company: Company) -> None:
    stranger = await company.user("administrator")
    app, seen = planted(company)

    answer = await ask(app, stranger)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert seen == []
    assert await company.rows("events", type="customer.exported") == []


async def test_a_chunk_cannot_write(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    uow = UnitOfWork(company.served.pool, _principal(company), customers.read)

    async def write() -> None:
        async with chunk(uow) as unit:
            row = Customer.new(id=made["id"], version=1)
            unit.add(effects.event(unit, customers, row, "exported", {}, clock.now()))

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await write()
    assert await company.rows("events", type="customer.exported") == []


def _principal(company: Company) -> Any:
    return Principal(company.tenant_id, company.owner.id, reaches={customers.read: Reach.ALL})

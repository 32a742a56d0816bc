"""How often a request asks the database."""

import pytest

from tests.factories.companies import Company
from tests.factories.statements import Statements

READ = ["BEGIN", "SELECT", "COMMIT"]


@pytest.mark.parametrize("resource", ["customers", "contacts", "products"])
async def test_every_request_asks_as_often_as_it_must(
    company: Company, statements: Statements, resource: str
) -> None:
    http, path = company.owner.http, f"/{resource}"
    code = {"code": "P-1"} if resource == "products" else {}
    made = await company.owner.create(path, name="Acme", **code)
    one = f"{path}/{made['id']}"

    async with statements.counted() as sent:
        assert (await http.get(one)).status_code == 200
        assert sent.verbs == READ

    async with statements.counted() as sent:
        assert (await http.get(path)).status_code == 200
        assert sent.verbs == READ

    async with statements.counted() as sent:
        assert (await http.get(path, params={"include_total": "true", "q": "acme"})).status_code == 200
        assert sent.verbs == ["BEGIN", *["SELECT"] * 3, "COMMIT"]  # the words, the page, the total

    async with statements.counted() as sent:
        assert (await http.post(f"{path}/query", json={"limit": 1})).status_code == 200
        assert sent.verbs == READ

    async with statements.counted() as sent:
        assert (await http.patch(one, json={"name": "Acme Two"})).status_code == 200
        assert sent.verbs == ["BEGIN", "SELECT", "UPDATE", "WITH", "COMMIT"]  # load, row, everything else

    async with statements.counted() as sent:
        assert (await http.patch(one, json={"name": "Acme Two"})).status_code == 200
        assert sent.verbs == READ  # nothing changed

    async with statements.counted() as sent:
        assert (await http.delete(one)).status_code == 204
        assert sent.verbs == ["BEGIN", "SELECT", "UPDATE", "WITH", "COMMIT"]


async def test_a_create_costs_two_statements_and_a_customer_one_more_for_those_it_resembles(
    company: Company, statements: Statements
) -> None:
    async with statements.counted() as sent:
        await company.owner.create("/contacts", name="李娜", external_ids=[{"source": "erp", "key": "1"}])
        assert sent.verbs == ["BEGIN", "INSERT", "WITH", "COMMIT"]

    async with statements.counted() as sent:
        await company.owner.create("/products", name="Gateway", code="G1")
        assert sent.verbs == ["BEGIN", "INSERT", "WITH", "COMMIT"]

    async with statements.counted() as sent:
        await company.owner.create("/customers", name="Acme Ltd")
        assert sent.verbs == ["BEGIN", "INSERT", "SELECT", "WITH", "COMMIT"]


async def test_a_refusal_that_needs_no_row_asks_nothing(company: Company, statements: Statements) -> None:
    administrator = await company.user("administrator")
    await administrator.http.get("/auth/me")

    async with statements.counted() as sent:
        assert (await administrator.http.get("/customers")).status_code == 403
        assert (await administrator.http.post("/customers", json={"name": "x"})).status_code == 403
        assert (await company.owner.http.post("/customers", json={"nam": "x"})).status_code == 422
        assert (await company.owner.http.get("/customers?nam=x")).status_code == 400
        assert (await company.owner.http.get("/customers/no-id")).status_code == 404

    assert sent.verbs == []


@pytest.mark.parametrize("size", [1, 20])
async def test_a_page_costs_one_statement_whatever_it_holds(
    company: Company, statements: Statements, size: int
) -> None:
    for number in range(size):
        await company.owner.create("/customers", name=f"Acme {number}")

    async with statements.counted() as sent:
        page = (await company.owner.http.get("/customers?limit=20")).json()

    assert len(page["data"]) == size
    assert sent.verbs == READ

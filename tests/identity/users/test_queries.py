"""How many statements users cost; `BEGIN` names the tenant in the same round trip."""

from tests.factories.companies import Company
from tests.factories.statements import Statements


async def test_a_page_and_a_get_are_one_select(company: Company, statements: Statements) -> None:
    http = company.owner.http
    await http.get("/users")
    async with statements.counted() as sent:
        assert (await http.get("/users", params={"status": "active"})).status_code == 200
    assert sent.verbs == ["BEGIN", "SELECT", "COMMIT"]
    async with statements.counted() as sent:
        assert (await http.get(f"/users/{company.owner.id}")).status_code == 200
    assert sent.verbs == ["BEGIN", "SELECT", "COMMIT"]


async def test_a_plain_change_asks_neither_for_administrators_nor_for_logins(
    company: Company, statements: Statements
) -> None:
    await company.owner.http.get("/users")
    async with statements.counted() as sent:
        answer = await company.owner.http.patch(f"/users/{company.owner.id}", json={"title": "CEO"})
        assert answer.status_code == 200
    # load, write, and in one statement the event and the search document
    assert sent.verbs == ["BEGIN", "SELECT", "UPDATE", "WITH", "COMMIT"]


async def test_a_refusal_by_permission_costs_no_statement(company: Company, statements: Statements) -> None:
    user = await company.user("account_manager")
    await user.http.get("/users")
    async with statements.counted() as sent:
        assert (await user.http.delete(f"/users/{user.id}")).status_code == 403
    assert sent.sent == []

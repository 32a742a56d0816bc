"""Who may do what with whose receivable."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import money, open_ledger
from tests.factories.matrix import DONE, PLACES, Matrix, expected

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch"), "own"),
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    ledger = await open_ledger(company)
    body = {"name": "x", "due_on": "2026-01-01", "amount": money("100"), "customer_id": ledger.customer}
    matrix = Matrix(company, "/receivables", body, {"description": "elsewhere"}, ANY)
    await matrix.furnish()
    for role, reaches in REACH.items():
        theirs = await company.owner.create("/customers", name=role, owner_id=matrix.actors[role].id)
        matrix.body = {**body, "customer_id": theirs["id"]}
        matrix.fresh.clear()
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_a_document_out_of_sight_is_not_billed(company: Company) -> None:
    ledger = await open_ledger(company)
    agent = await company.user("account_manager", team_id=await company.team())
    mine = (await company.owner.create("/customers", name="A", owner_id=agent.id))["id"]
    contract, order = await ledger.contract(), await ledger.order()
    before = await company.digest("receivables", "events")
    item = {"name": "x", "due_on": "2026-01-01", "amount": money("1000")}
    for field, record in (("contract_id", contract), ("order_id", order), ("contract_id", {"id": mine})):
        for path, body in (("/receivables", item), ("/receivables/plan", {"instalments": [item]})):
            answer = await agent.http.post(path, json={**body, field: record["id"]})
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "reference_not_found")
    assert await company.digest("receivables", "events") == before

"""Who may do what with whose invoice."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import money, open_ledger
from tests.factories.matrix import PLACES, Matrix, expected

ACTIONS = ("get", "create", "patch", "assign")
REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(ACTIONS, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch"), "own"),
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {},
    "integration": dict.fromkeys(ACTIONS, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    await open_ledger(company)
    body = {"title": "T", "net_amount": money("9"), "tax_amount": money("0"), "gross_amount": money("9")}
    matrix = Matrix(company, "/invoices", body, {"description": "elsewhere"}, ANY)
    await matrix.furnish()
    for role, reaches in REACH.items():
        theirs = await company.owner.create("/customers", name=role, owner_id=matrix.actors[role].id)
        matrix.body = {**body, "customer_id": theirs["id"]}
        matrix.fresh.clear()
        for action in ACTIONS:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)

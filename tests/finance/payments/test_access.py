"""Who may do what with whose payment."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import open_ledger
from tests.factories.matrix import PLACES, Matrix, expected

ACTIONS = ("get", "create", "patch", "assign")
REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(ACTIONS, "subtree"),
    "account_manager": {"get": "own"},
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {},
    "integration": dict.fromkeys(ACTIONS, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    ledger = await open_ledger(company)
    matrix = Matrix(company, "/payments", {}, {"description": "elsewhere"}, ANY)
    await matrix.furnish()
    for role, reaches in REACH.items():
        theirs = await company.owner.create("/customers", name=role, owner_id=matrix.actors[role].id)
        matrix.body = ledger.payment("100", customer_id=theirs["id"])
        matrix.fresh.clear()
        for action in ACTIONS:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)

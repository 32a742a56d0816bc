"""Who may do what with whose expense claim."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.matrix import PLACES, Matrix, expected
from tests.finance.expense_claims.test_api import BODY

ACTIONS = ("get", "create", "patch", "delete", "restore")
REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(ACTIONS, "subtree"),
    "account_manager": dict.fromkeys(ACTIONS, "own"),
    "executive": {"get": "all"},
    "support_agent": dict.fromkeys(ACTIONS, "own"),
    "marketer": dict.fromkeys(ACTIONS, "own"),
    "integration": dict.fromkeys(ACTIONS, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    matrix = Matrix(company, "/expense-claims", BODY, {"description": "elsewhere"}, ANY)
    await matrix.furnish()
    for role, reaches in REACH.items():
        for action in ACTIONS:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)

"""Who sees stock levels, and who says when they are low."""

from tests.factories.companies import Company
from tests.factories.stock import Asked, Store

SEE = {"get", "list"}
MAY = {
    "administrator": SEE | {"patch"},
    "sales_supervisor": SEE | {"patch"},
    "account_manager": SEE,
    "executive": SEE,
    "support_agent": SEE,
    "marketer": SEE,
    "integration": SEE | {"patch"},
}
ASKED = {
    "get": Asked("GET", "/stock-levels/{level}"),
    "list": Asked("GET", "/stock-levels"),
    "patch": Asked("PATCH", "/stock-levels/{level}", 200, {"reorder_point": "1{count}"}),
}


async def test_role_by_action(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=1)
    await store.check_roles(MAY, ASKED)

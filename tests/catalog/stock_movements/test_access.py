"""Who books stock movements, and who reads them."""

from tests.factories.companies import Company
from tests.factories.stock import Asked, Store

SEE = {"get", "list"}
MAY = {
    "administrator": SEE | {"create"},
    "sales_supervisor": SEE | {"create"},
    "account_manager": set[str](),
    "executive": SEE,
    "support_agent": set[str](),
    "marketer": set[str](),
    "integration": SEE | {"create"},
}
RECEIPT = {"kind": "receipt", "warehouse_id": "{warehouse}", "product_id": "{product}", "quantity": "1"}
ASKED = {
    "get": Asked("GET", "/stock-movements/{movement}"),
    "list": Asked("GET", "/stock-movements"),
    "create": Asked("POST", "/stock-movements", 201, RECEIPT),
}


async def test_role_by_action(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=1)
    await store.check_roles(MAY, ASKED)

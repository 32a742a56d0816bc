"""Who may do what with warehouses."""

from tests.factories.companies import Company
from tests.factories.stock import Asked, Store

SEE = {"get", "list"}
KEEP = SEE | {"create", "patch", "delete", "restore"}
MAY = {
    "administrator": KEEP,
    "sales_supervisor": SEE,
    "account_manager": SEE,
    "executive": SEE,
    "support_agent": SEE,
    "marketer": SEE,
    "integration": KEEP,
}
ASKED = {
    "get": Asked("GET", "/warehouses/{warehouse}"),
    "list": Asked("GET", "/warehouses"),
    "create": Asked("POST", "/warehouses", 201, {"code": "{fresh}", "name": "New"}),
    "patch": Asked("PATCH", "/warehouses/{empty}", 200, {"name": "Other"}),
    "delete": Asked("DELETE", "/warehouses/{empty}", 204),
    "restore": Asked("POST", "/warehouses/{empty}/restore", deleted=True),
}


async def test_role_by_action(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=1)
    await store.check_roles(MAY, ASKED)

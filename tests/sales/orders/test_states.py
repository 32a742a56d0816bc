"""The table of states of orders, cell by cell."""

from itertools import product

from crm_api.roles import DEFAULT_ROLES
from crm_api.sales.orders.models import STATES, OrderStatus
from tests.factories.companies import Company
from tests.factories.shop import ANY, Shop
from tests.factories.states import Cells, Verb, assigned

PICKED = ("pick",)
PACKED = (*PICKED, "pack")
SHIPPED = (*PACKED, "ship")
STOCK = "order_lines stock_levels stock_movements"


def some(quantity: str) -> Verb:
    return Verb("", lambda r: {"lines": [{"line_id": r["lines"][0]["id"], "quantity": quantity}]})


VERBS = {
    "pick": Verb("picked"),
    "pack": Verb("packed"),
    "ship": Verb("shipped", beside=f"order_shipments {STOCK}"),
    "deliver": Verb("delivered", sets="delivered_at"),
    "close": Verb("closed"),
    "cancel": Verb(
        "cancelled", {"cancel_reason": "客户取消"}, sets="cancel_reason", beside=f"receivables {STOCK}"
    ),
    "cancel_remainder": Verb(
        "remainder_cancelled",
        {"cancel_reason": "停产"},
        sets="cancel_reason cancelled_amount cancelled_amount_currency",
        beside=f"receivables {STOCK}",
    ),
    "return": some("1")._replace(
        event="returned", sets="returned_amount", beside=f"receivables order_shipments {STOCK}"
    ),
    "postpone": Verb(
        "delayed",
        lambda r: {
            "reason": "supplier",
            "lines": [{"line_id": r["lines"][0]["id"], "promised_on": "2026-03-01"}],
        },
        beside="order_lines order_delay_notices",
    ),
    "update": Verb("updated", {"notes": "加急"}, "PATCH", sets="notes"),
    "assign": Verb("assigned"),
}
WAYS = {
    "placed": (),
    "picking": PICKED,
    "packed": PACKED,
    "part_shipped": (*PACKED, ("ship", some("2"))),
    "shipped": SHIPPED,
    "delivered": (*SHIPPED, "deliver"),
    "closed": (*SHIPPED, "deliver", "close"),
    "cancelled": ("cancel",),
    "returned": (*SHIPPED, ("return", some("3"))),
}


async def test_every_cell(company: Company) -> None:
    assert (STATES.steps.keys(), set(WAYS)) == (VERBS.keys(), set(OrderStatus))
    shop, team = Shop(company), await company.team()
    await shop.open(P=5000)
    recipient = await company.user("account_manager", team_id=team)
    verbs = VERBS | {"assign": assigned(recipient.id)}
    body = shop.body(("P", 3))
    body["lines"][0]["promised_on"] = "2026-02-01"
    table = Cells(company, "/orders", "order", body, STATES, verbs, WAYS, headers=ANY)
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=team)
        for verb, state in product(VERBS, WAYS):
            await table.check(role, actor, verb, state)
    await shop.check_orders()

"""Orders as a resource."""

from crm_api.kit.access import owned
from crm_api.kit.resource import Children, Resource
from crm_api.sales.orders.models import OPEN, Order, OrderLine

LINES = Children("lines", OrderLine, "order_id")
orders = Resource(
    name="orders",
    singular="order",
    model=Order,
    access=owned(),
    exportable=True,
    sorts={"created_at": "created_at", "name": "name_sort", "gross_amount": "gross_amount_micro"},
    search=("name", "number"),
    children=(LINES,),
    open_when={"status": OPEN},
    subject=True,
    guarded=True,
    events=(
        "picked",
        "packed",
        "shipped",
        "delivered",
        "closed",
        "cancelled",
        "remainder_cancelled",
        "returned",
        "promised",
        "delayed",
        "part_paid",
        "paid",
        "refunded",
    ),
)
ASSIGN = orders.action("assign")
PICK = orders.action("pick")
PACK = orders.action("pack")
SHIP = orders.action("ship")
DELIVER = orders.action("deliver")
CLOSE = orders.action("close")
CANCEL = orders.action("cancel")
CANCEL_REMAINDER = orders.action("cancel_remainder")
RETURN = orders.action("return")
POSTPONE = orders.action("postpone")
GRANT_CREDIT = orders.action("grant_credit")

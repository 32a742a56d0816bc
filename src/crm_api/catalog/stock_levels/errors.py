"""Refusals of stock."""

from collections.abc import Sequence

from crm_api.kit.errors import Conflict, Fault
from crm_api.kit.messages import register

register(
    {
        "insufficient_stock": ("There is not enough in stock.", "库存不足。"),
        "not_available": (
            "Of {product}, {available} are available and {asked} were asked for.",
            "{product} 可用数量为 {available}，请求数量为 {asked}。",
        ),
        "insufficient_reservation": (
            "By hand {reserved} are reserved and {asked} were to be released.",
            "手工预留数量为 {reserved}，请求释放 {asked}。",
        ),
        "stock_left": ("There is still stock of it.", "仍有库存。"),
        "not_elsewhere": (
            "A transfer, and nothing else, goes to another warehouse.",
            "仅调拨可填写目标仓库，且目标须为另一仓库。",
        ),
        "product_not_stocked": (
            "No stock is kept of this product: set `stocked` first.",
            "该产品不管理库存，请先将 `stocked` 设为 true。",
        ),
    }
)


class InsufficientStock(Conflict):
    """A level would fall below what is promised; each fault names the product, what is available and what was asked."""

    default_code = "insufficient_stock"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults=faults)


class InsufficientReservation(Conflict):
    """Only what was reserved by hand is released by hand; what orders reserve is theirs."""

    default_code = "insufficient_reservation"


class StockLeft(Conflict):
    """As long as something is kept or promised, its product and its warehouse stay."""

    default_code = "stock_left"

"""Refusals of orders."""

from crm_api.kit.errors import Conflict, Fault, Forbidden
from crm_api.kit.messages import register

register(
    {
        "order_unpaid": (
            "It is shipped once it is paid in full, unless credit was granted.",
            "未授予信用的订单须全额付款后才能发货。",
        ),
        "credit_not_granted": (
            "Credit is granted by those with the right `orders:grant_credit`: place it prepaid, or ask one of them.",
            "授予信用需要 `orders:grant_credit` 权限：请改为预付，或请有权限的人操作。",
        ),
        "warehouse_required": (
            "Some of it is taken from stock: say from which warehouse.",
            "订单含有库存商品，请指定发货仓库。",
        ),
        "order_paid": (
            "Money was paid for it: refund that before you cancel it.",
            "该订单已有付款，请先退款再取消。",
        ),
        "overpaid": (
            "From 0 to {total} can be paid for it.",
            "该订单可付金额为 0 至 {total}。",
        ),
        "quantity_exceeded": ("There are more asked for than there are.", "请求数量超过可处理数量。"),
        "at_most": ("At most {left} are left of this line.", "该明细最多剩余 {left}。"),
        "contract_of_another_customer": (
            "The contract is another customer's.",
            "该合同属于其他客户。",
        ),
        "contract_not_in_force": (
            "The contract is {status}: an order carries out one that is in force.",
            "合同状态为 {status}，只有生效中的合同才能下单。",
        ),
        "promised_earlier": (
            "A promise can be put off, not brought forward: it was {promised}.",
            "交期只能推迟不能提前，原交期为 {promised}。",
        ),
    }
)


class OrderUnpaid(Conflict):
    """Nothing leaves before it is paid for, unless credit allows."""

    default_code = "order_unpaid"


class CreditNotGranted(Forbidden):
    """Who may sell may not always grant credit."""

    default_code = "credit_not_granted"


class ContractNotInForce(Conflict):
    """An order carries out a contract that is signed and has not ended."""

    default_code = "contract_not_in_force"


class OrderPaid(Conflict):
    """What was paid goes back before the order is cancelled."""

    default_code = "order_paid"


class Overpaid(Conflict):
    """Nobody pays more than the order comes to."""

    default_code = "overpaid"


class QuantityExceeded(Conflict):
    """More of a line than can be shipped, or taken back."""

    default_code = "quantity_exceeded"

    def __init__(self, pointer: str, left: str) -> None:
        super().__init__(faults=[Fault("pointer", pointer, "at_most", {"left": left})])

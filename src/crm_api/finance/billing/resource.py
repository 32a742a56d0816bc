"""Which documents are billed, while they are in which states, and by which amount at most."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from crm_api.kit.resource import Resource
from crm_api.sales.contracts.models import UNSIGNED, ContractStatus
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.orders.models import OrderStatus
from crm_api.sales.orders.resource import orders


class Billable(NamedTuple):
    """A resource whose rows have a customer, an owner and a currency; `dead` ones are not billed.

    Named are the columns of its amount and of what is not owed of it, and whether it may carry out a contract.
    """

    resource: Resource
    dead: frozenset[str]
    amount: str
    less: tuple[str, ...] = ()
    of_contract: bool = False


# what is not signed yet can still change its amount
_NOT_IN_FORCE: Final = UNSIGNED | {ContractStatus.VOIDED, ContractStatus.SUPERSEDED}
DOCUMENTS: Final[Mapping[str, Billable]] = {
    "contract_id": Billable(contracts, frozenset(_NOT_IN_FORCE), "amount"),
    "order_id": Billable(
        orders,
        frozenset({OrderStatus.CANCELLED}),
        "gross_amount",
        ("returned_amount", "cancelled_amount"),
        of_contract=True,
    ),
}

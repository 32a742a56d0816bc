"""Which documents are billed, while they are in which states, and by which amount."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from crm_api.kit.resource import Resource
from crm_api.sales.contracts.models import UNSIGNED, ContractStatus
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.orders.models import OrderStatus
from crm_api.sales.orders.resource import orders


class Billable(NamedTuple):
    """A resource whose rows have a customer, an owner, a currency and an amount; `dead` ones are not billed."""

    resource: Resource
    amount: str
    dead: frozenset[str]


# what is not signed yet can still change its amount
_NOT_IN_FORCE: Final = UNSIGNED | {ContractStatus.VOIDED, ContractStatus.SUPERSEDED}
DOCUMENTS: Final[Mapping[str, Billable]] = {
    "contract_id": Billable(contracts, "amount", frozenset(_NOT_IN_FORCE)),
    "order_id": Billable(orders, "gross_amount", frozenset({OrderStatus.CANCELLED})),
}

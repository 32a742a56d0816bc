"""The contacts and deals of a document are those of its customer."""

from collections.abc import Mapping

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.messages import register
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.belonging.repository import customers_of

register(
    {
        "belongs_to_another_customer": (
            "This record belongs to another customer.",
            "该记录属于其他客户。",
        )
    }
)


async def demand_same_customer(uow: UnitOfWork, customer_id: str, named: Mapping[str, str | None]) -> None:
    """Contacts and deals, by the pointer that names them, belong to the customer, or to nobody yet."""
    given = {pointer: record_id for pointer, record_id in named.items() if record_id is not None}
    found = await customers_of(uow, given.values()) if given else {}
    faults = [
        Fault("pointer", pointer, "belongs_to_another_customer")
        for pointer, record_id in given.items()
        if found.get(record_id) not in (None, customer_id)
    ]
    if faults:
        raise Invalid(faults=faults)

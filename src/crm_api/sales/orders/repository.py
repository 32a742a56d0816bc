"""The SQL that orders have of their own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import Effect, UnitOfWork
from crm_api.sales.contracts.models import Contract
from crm_api.sales.orders.models import DelayNotice, Order, Shipment
from crm_api.sales.orders.resource import orders

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_HIDDEN = ("tenant_id", "order_id")


class OrderRepository(Repository[Order]):
    """Orders of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, orders)

    async def hold_contract(self, contract_id: str) -> tuple[str, str]:
        """Whose a contract is and how far it has come, held until the commit."""
        (row,) = await self.uow.fetch("contract of order", _contract, {"id": contract_id})
        return str(row[0]), str(row[1])

    def log(self, fact: Shipment | DelayNotice) -> None:
        """Write down what left, came back or comes later, with everything else."""
        model = type(fact)
        self.uow.add(Effect(model.__tablename__, lambda suffix: insert_of(model, suffix), fact.__dict__))

    async def shipments(self, order_id: str) -> list[dict[str, Any]]:
        """The shipments of an order in their order, as the contract shows them."""
        return [dict(row) for row in await self.uow.fetch("order shipments", _shipments, {"id": order_id})]

    async def delay_notices(self, order_id: str) -> list[dict[str, Any]]:
        """The delay notices of an order in their order, as the contract shows them."""
        return [dict(row) for row in await self.uow.fetch("delay notices", _delay_notices, {"id": order_id})]


def _contract() -> Select[Any]:
    rows = scoped(Contract, "c")
    named = select(rows.c.customer_id.cast(Text), rows.c.status).where(rows.c.id == _ID)
    return named.with_for_update(key_share=True, of=rows)


def _shipments() -> Select[Any]:
    return _facts(Shipment, "moved_at")


def _delay_notices() -> Select[Any]:
    return _facts(DelayNotice, "noticed_at")


def _facts(model: type[Shipment | DelayNotice], at: str) -> Select[Any]:
    rows = scoped(model, "f")
    columns = [
        (kind.select(rows.c[c.key]) if isinstance(kind := kind_of(c), Identifier) else rows.c[c.key]).label(
            c.key
        )
        for c in table(model).columns
        if c.key not in _HIDDEN
    ]
    return select(*columns).where(rows.c.order_id == _ID).order_by(rows.c[at], rows.c.id)

"""The SQL of documents that are billed."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, func, literal, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.billing.models import Document
from crm_api.finance.billing.resource import DOCUMENTS, Billable
from crm_api.kit.access import Scope, access_values
from crm_api.kit.principal import Reach
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.models import Contract
from crm_api.sales.orders.models import Order

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_IDS = ("id", "customer_id", "owner_id", "team_id")


class BillingRepository:
    """Documents of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def lock(
        self, field: str, document_id: str, contract: Document | None = None, *, visible: bool = False
    ) -> Document | None:
        """The document with the contract that it carries out; until the commit nobody else bills it.

        None when it carries out one that is not given, as that is held first; with `visible` also when the caller
        cannot see it.
        """
        billable, principal = DOCUMENTS[field], self.uow.principal
        resource = billable.resource
        reach = principal.reach(resource.read) if visible else Reach.ALL
        scope = resource.access.scope(principal, reach, resource.name)
        values = {**access_values(principal, reach), "id": document_id}
        alone = contract is None and billable.of_contract
        shape = ("billed document", field, scope, alone)
        rows = await self.uow.fetch(shape, lambda: _lock(billable, scope, alone=alone), values)
        return Document(field, contract, *rows[0]) if rows else None

    async def contract_of(self, order_id: str) -> str | None:
        """The contract that an order names, if it does."""
        rows = await self.uow.fetch("contract of document", _contract_of, {"id": order_id})
        return rows[0][0] if rows else None

    async def successor(self, contract_id: str) -> str:
        """The amendment whose signature superseded a contract."""
        ((found,),) = await self.uow.fetch("signed amendment", _successor, {"id": contract_id})
        return str(found)


def _successor() -> Select[Any]:
    rows = scoped(Contract, "c")
    return select(rows.c.id.cast(Text)).where(rows.c.amends_id == _ID, rows.c.signed_on.is_not(None))


def _contract_of() -> Select[Any]:
    rows = scoped(Order, "o")
    return select(rows.c.contract_id.cast(Text)).where(rows.c.id == _ID)


def _lock(billable: Billable, scope: Scope, *, alone: bool) -> Select[Any]:
    resource = billable.resource
    rows = scoped(resource.model, "d")
    ids: list[ColumnElement[Any]] = [rows.c[name].cast(Text).label(name) for name in _IDS]
    amount: ColumnElement[Any] = rows.c[billable.amount]
    for less in billable.less:
        amount -= func.coalesce(rows.c[less], literal(0))
    lone = [rows.c.contract_id.is_(None)] if alone else []
    return (
        select(*ids, rows.c.currency, amount, rows.c.status)
        .where(
            rows.c.id == _ID,
            *lone,
            resource.access.predicate(rows, scope, resource.name),
            *resource.alive(rows),
        )
        .with_for_update(key_share=True, of=rows)
    )

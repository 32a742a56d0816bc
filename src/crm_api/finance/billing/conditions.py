"""Which rows bill a document; the id of the document is bound as `id`.

A contract is one contract in all its revisions: they share their number, and what names one of them bills it.
"""

from typing import Any

from sqlalchemy import Select, Uuid, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.tenancy import scoped
from crm_api.sales.contracts.models import Contract
from crm_api.sales.orders.models import Order

_ID = bindparam("id", type_=Uuid(as_uuid=False))


def bills(rows: Alias, field: str) -> ColumnElement[bool]:
    """The rows that name the document; of a contract in any revision."""
    return rows.c.contract_id.in_(revisions()) if field == "contract_id" else rows.c[field] == _ID


def counts_within(rows: Alias, field: str) -> ColumnElement[bool]:
    """The rows that count within its amount: of a contract those of the orders that carry it out as well."""
    if field != "contract_id":
        return bills(rows, field)
    bought = scoped(Order, "bought")
    theirs = select(bought.c.id).where(bought.c.contract_id.in_(revisions()))
    return or_(bills(rows, field), rows.c.order_id.in_(theirs))


def revisions() -> Select[Any]:
    """The ids of all revisions of a contract."""
    named, same = scoped(Contract, "named"), scoped(Contract, "same")
    number = select(named.c.number).where(named.c.id == _ID).scalar_subquery()
    return select(same.c.id).where(same.c.number == number)

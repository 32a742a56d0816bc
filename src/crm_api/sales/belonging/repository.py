"""The SQL about those whom a document names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, CompoundSelect, Text, Uuid, func, select, union_all
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.models import Contact
from crm_api.sales.opportunities.models import Opportunity

_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))


async def customers_of(uow: UnitOfWork, ids: Iterable[str]) -> dict[str, str | None]:
    """The customers that contacts and deals belong to, by their ids."""
    rows = await uow.fetch("customers of the named", _customers_of, {"ids": sorted(set(ids))})
    return {row[0]: row[1] for row in rows}


def _customers_of() -> CompoundSelect[Any]:
    contacts, deals = scoped(Contact, "c"), scoped(Opportunity, "o")
    return union_all(
        *(
            select(rows.c.id.cast(Text), rows.c.customer_id.cast(Text)).where(rows.c.id == func.any(_IDS))
            for rows in (contacts, deals)
        )
    )

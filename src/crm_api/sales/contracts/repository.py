"""The SQL that contracts have of their own."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, Text, Uuid, and_, func, literal, or_, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.models import UNSIGNED, Contract, ContractStatus
from crm_api.sales.contracts.resource import contracts

_TODAY = bindparam("today", type_=Date)


class ContractRepository(Repository[Contract]):
    """Contracts of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, contracts)

    async def being_amended(self, contract_id: str) -> bool:
        """Whether an amendment is under way."""
        return bool(await self.uow.fetch("being amended", _being_amended, {"id": contract_id}))

    async def last_revision(self, number: str) -> int:
        """The last revision of a number; whoever holds the lock of the one in force may take the next."""
        rows = await self.uow.fetch("last revision", _last_revision, {"number": number})
        return int(rows[0][0])

    async def due(self, today: date, limit: int) -> list[str]:
        """Contracts that begin, come to their notice or end by a day."""
        rows = await self.uow.fetch("due contracts", _due, {"today": today, "limit": limit})
        return [row[0] for row in rows]


def _being_amended() -> Select[Any]:
    rows = scoped(Contract, "r")
    return select(rows.c.id).where(
        rows.c.amends_id == bindparam("id", type_=Uuid(as_uuid=False)),
        _stands_in(rows, *UNSIGNED),
        rows.c.deleted_at.is_(None),
    )


def _last_revision() -> Select[Any]:
    rows = scoped(Contract, "r")
    return select(func.max(rows.c.revision)).where(rows.c.number == bindparam("number", type_=Text))


def _due() -> Select[Any]:
    rows = scoped(Contract, "r")
    begins = and_(_stands_in(rows, ContractStatus.SIGNED), rows.c.starts_on <= _TODAY)
    reminds = and_(_stands_in(rows, ContractStatus.ACTIVE), rows.c.renewal_notice_on <= _TODAY)
    ends = and_(_stands_in(rows, ContractStatus.ACTIVE, ContractStatus.EXPIRING), rows.c.ends_on < _TODAY)
    return (
        select(rows.c.id.cast(Text))
        .where(or_(begins, reminds, ends), rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .limit(bindparam("limit", type_=Integer))
    )


def _stands_in(rows: Alias, *statuses: ContractStatus) -> ColumnElement[bool]:
    return or_(*(rows.c.status == literal(status.value) for status in sorted(statuses)))

"""What is kept for a while only, in SQL."""

from typing import Any

from sqlalchemy import DateTime, Integer, select
from sqlalchemy.sql.dml import ReturningDelete
from sqlalchemy.sql.expression import bindparam

from crm_api.jobs.models import Operation
from crm_api.kit import clock
from crm_api.kit.db import Base, table
from crm_api.kit.idempotency import KEPT, IdempotentAnswer
from crm_api.kit.tenancy import scoped, scoped_delete
from crm_api.kit.uow import UnitOfWork

AT_ONCE, ROUNDS = 1_000, 50


class ExpiryRepository:
    """Rows of the unit's company whose time is over."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def operations(self) -> None:
        """Operations that ended 7 days ago, with their results."""
        await self._delete(Operation, "expires_at", clock.now())

    async def answers(self) -> None:
        """Answers that no repeated request is given any more."""
        await self._delete(IdempotentAnswer, "created_at", clock.now() - KEPT)

    async def _delete(self, model: type[Base], column: str, before: object) -> None:
        """The oldest first and a bounded number: what is left is for the next hour."""
        shape, values = ("expire", model.__tablename__), {"before": before, "at_once": AT_ONCE}
        for _ in range(ROUNDS):
            rows = await self.uow.fetch(shape, lambda: _expired(model, column), values)
            if len(rows) < AT_ONCE:
                return


def _expired(model: type[Base], column: str) -> ReturningDelete[Any]:
    rows, target = scoped(model, "old"), table(model)
    old = (
        select(rows.c.id)
        .where(rows.c[column] < bindparam("before", type_=DateTime(timezone=True)))
        .order_by(rows.c[column])
        .limit(bindparam("at_once", type_=Integer))
    )
    return scoped_delete(model).where(target.c.id.in_(old)).returning(target.c.id)

"""The SQL of number series."""

from typing import Any

from sqlalchemy import Integer, Text, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import table
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.number_series.models import NumberSeries


class NumberSeriesRepository:
    """The counters of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def take(self, series: str, year: int) -> int:
        """The next number; until the commit, whoever asks for another of the series waits."""
        (row,) = await self.uow.fetch("next number", _take, {"series": series, "year": year})
        return int(row[0])


def _take() -> ReturningInsert[Any]:
    rows = table(NumberSeries)
    first = insert(rows).values(
        tenant_id=bindparam("tenant", type_=rows.c.tenant_id.type),
        series=bindparam("series", type_=Text),
        year=bindparam("year", type_=Integer),
        taken=literal(1),
    )
    return first.on_conflict_do_update(
        index_elements=["tenant_id", "series", "year"], set_={"taken": rows.c.taken + literal(1)}
    ).returning(rows.c.taken)

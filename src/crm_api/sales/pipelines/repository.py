"""The SQL that pipelines have of their own."""

from typing import Any

from sqlalchemy import Select, Text, cast, select

from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.pipelines.models import Pipeline
from crm_api.sales.pipelines.resource import pipelines


class PipelineRepository(Repository[Pipeline]):
    """Pipelines of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, pipelines)

    async def default_id(self) -> str | None:
        """The id of the default pipeline.

        All pipelines are locked, in one order: of two who move the default at the same time, the second sees
        what the first has done.
        """
        rows = await self.uow.fetch("lock pipelines", _lock, {})
        return next((row[0] for row in rows if row[1]), None)


def _lock() -> Select[Any]:
    rows = scoped(Pipeline, "r")
    return (
        select(cast(rows.c.id, Text), rows.c.is_default)
        .where(rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .with_for_update(key_share=True, of=rows)
    )

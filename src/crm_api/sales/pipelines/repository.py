"""The SQL that pipelines have of their own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, func, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import Scope, access_values
from crm_api.kit.principal import Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.pipelines.models import Pipeline, StageKind
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

    async def open_deals(self, pipeline_id: str) -> dict[str, int] | None:
        """Stage → how many live open deals within the caller's reach stand in it; None without the right."""
        deals, principal = RESOURCES["opportunities"], self.uow.principal
        reach = principal.reach(deals.read)
        if reach is Reach.NONE:
            return None
        scope = deals.access.scope(principal, reach, deals.name)
        rows = await self.uow.fetch(
            ("open deals", scope),
            lambda: _open_deals(deals, scope),
            {**access_values(principal, reach), "id": pipeline_id},
        )
        return {row[0]: row[1] for row in rows}


def _open_deals(deals: Resource, scope: Scope) -> Select[Any]:
    rows = scoped(deals.model, "r")
    columns: list[Any] = [cast(rows.c.stage_id, Text), func.count()]
    return (
        select(*columns)
        .where(
            rows.c.pipeline_id == bindparam("id", type_=Uuid(as_uuid=False)),
            rows.c.status == literal(StageKind.OPEN, Text),
            deals.access.predicate(rows, scope, deals.name),
            *deals.alive(rows),
        )
        .group_by(rows.c.stage_id)
    )


def _lock() -> Select[Any]:
    rows = scoped(Pipeline, "r")
    return (
        select(cast(rows.c.id, Text), rows.c.is_default)
        .where(rows.c.deleted_at.is_(None))
        .order_by(rows.c.id)
        .with_for_update(key_share=True, of=rows)
    )

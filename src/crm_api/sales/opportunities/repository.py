"""The SQL that opportunities have of their own."""

from typing import Any

from sqlalchemy import ARRAY, Select, Uuid, func, literal, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.errors import Invalid
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import Effect, UnitOfWork
from crm_api.sales.opportunities.models import Opportunity, StageMove
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.pipelines.models import Pipeline, PipelineStage

_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))
_ID = bindparam("id", type_=Uuid(as_uuid=False))


class OpportunityRepository(Repository[Opportunity]):
    """Opportunities of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, opportunities)

    async def stages(self, *pipeline_ids: str) -> list[PipelineStage]:
        """The stages of live pipelines in their order."""
        rows = await self.uow.fetch("stages of pipelines", _stages_of, {"ids": list(pipeline_ids)})
        return [PipelineStage.loaded(dict(row)) for row in rows]

    async def stages_to_begin_in(self, pipeline_id: str | None, stage_id: str | None) -> list[PipelineStage]:
        """The stages of the pipeline that a new deal names, directly or by its stage, else of the default."""
        if pipeline_id is not None:
            found = await self.stages(pipeline_id)
            pointer, resource = "/pipeline_id", "pipeline"
        else:
            build = _default_stages if stage_id is None else _stages_beside
            rows = await self.uow.fetch(build.__name__, build, {"id": stage_id})
            found = [PipelineStage.loaded(dict(row)) for row in rows]
            pointer, resource = "/stage_id", "stage"
        if not found:
            raise Invalid.at(pointer, "reference_not_found", resource=resource)
        return found

    def log(self, move: StageMove) -> None:
        """Write a step down with everything else."""
        self.uow.add(Effect("stage_move", lambda suffix: insert_of(StageMove, suffix), move.__dict__))

    async def moves(self, opportunity_id: str) -> list[dict[str, Any]]:
        """The steps of an opportunity in their order, as the contract shows them."""
        rows = await self.uow.fetch("stage moves", _moves, {"id": opportunity_id})
        return [dict(row) for row in rows]

    async def any_in(self, pipeline_id: str, stage_id: str | None = None) -> bool:
        """Whether an opportunity, deleted ones too, stands in a pipeline, or in one of its stages."""

        def build() -> Select[Any]:
            rows = scoped(Opportunity, "r")
            found = select(literal(1)).where(rows.c.pipeline_id == _ID).limit(literal(1))
            stage = bindparam("stage_id", type_=Uuid(as_uuid=False))
            return found if stage_id is None else found.where(rows.c.stage_id == stage)

        values = {"id": pipeline_id, "stage_id": stage_id}
        return bool(await self.uow.fetch(("any opportunity", stage_id is None), build, values))


def _native(rows: Alias, model: type[PipelineStage | StageMove]) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    for column in table(model).columns:
        kind, cell = kind_of(column), rows.c[column.key]
        found.append((kind.select(cell) if isinstance(kind, Identifier) else cell).label(column.key))
    return found


def _stages(*conditions: ColumnElement[bool], stages: Alias, pipelines: Alias) -> Select[Any]:
    return (
        select(*_native(stages, PipelineStage))
        .join_from(stages, pipelines, pipelines.c.id == stages.c.pipeline_id)
        .where(pipelines.c.deleted_at.is_(None), *conditions)
        .order_by(stages.c.position)
    )


def _stages_of() -> Select[Any]:
    stages, pipelines = scoped(PipelineStage, "s"), scoped(Pipeline, "p")
    return _stages(pipelines.c.id == func.any(_IDS), stages=stages, pipelines=pipelines)


def _default_stages() -> Select[Any]:
    stages, pipelines = scoped(PipelineStage, "s"), scoped(Pipeline, "p")
    return _stages(pipelines.c.is_default, stages=stages, pipelines=pipelines)


def _stages_beside() -> Select[Any]:
    stages, pipelines, sought = scoped(PipelineStage, "s"), scoped(Pipeline, "p"), scoped(PipelineStage, "t")
    same = select(sought.c.pipeline_id).where(sought.c.id == _ID).scalar_subquery()
    return _stages(pipelines.c.id == same, stages=stages, pipelines=pipelines)


def _moves() -> Select[Any]:
    rows = scoped(StageMove, "m")
    columns = [c for c in _native(rows, StageMove) if c.key not in ("tenant_id", "opportunity_id")]
    return select(*columns).where(rows.c.opportunity_id == _ID).order_by(rows.c.moved_at, rows.c.id)

"""The SQL that opportunities have of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Select, Text, Uuid, func, literal, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.kit.db import table
from crm_api.kit.diffs import changes_of
from crm_api.kit.effects import events, insert_of
from crm_api.kit.errors import Invalid
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_update
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

    async def allows_backward(self, pipeline_id: str) -> bool:
        """Whether the deals of a pipeline may go back."""
        rows = await self.uow.fetch("allows backward", _allows_backward, {"id": pipeline_id})
        return bool(rows[0][0])

    async def standing_in(self, stage: PipelineStage) -> list[Opportunity]:
        """Everything in a stage, locked, deleted deals too; nothing enters the stage until the commit."""
        await self.uow.fetch("lock stage", _lock_stage, {"id": stage.id})
        rows = await self.uow.fetch(
            "standing in", _standing_in, {"id": stage.id, "pipeline_id": stage.pipeline_id}
        )
        return [Opportunity.loaded(dict(row)) for row in rows]

    async def move_all(self, moved: Sequence[Opportunity], moves: Sequence[StageMove], at: datetime) -> None:
        """Store many that have entered another stage, with their steps and one event each."""
        told = [(row, changes_of(self.resource, row, row.changes())) for row in moved]
        for row in moved:
            row.apply({"updated_at": at, "updated_by": self.uow.principal.id, "version": row.version + 1})
        await self.uow.many(
            "move all", _move_all, [{f"new_{n}": v for n, v in row.__dict__.items()} for row in moved]
        )
        await self.uow.many("steps of many", lambda: insert_of(StageMove), [move.__dict__ for move in moves])
        await events(self.uow, opportunities, "moved", told, at)

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


def _allows_backward() -> Select[Any]:
    rows = scoped(Pipeline, "p")
    return select(rows.c.allow_backward).where(rows.c.id == _ID)


def _lock_stage() -> Select[Any]:
    rows = scoped(PipelineStage, "s")
    return select(rows.c.id).where(rows.c.id == _ID).with_for_update(of=rows)


def _standing_in() -> Select[Any]:
    rows = scoped(Opportunity, "r")
    ids: list[Any] = [
        rows.c[name].cast(Text).label(name)
        for name in ("id", "pipeline_id", "stage_id", "owner_id", "team_id")
    ]
    plain = [rows.c[name] for name in ("status", "probability", "stage_entered_at", "version")]
    pipeline = bindparam("pipeline_id", type_=Uuid(as_uuid=False))
    return (
        select(*ids, *plain)
        .where(rows.c.pipeline_id == pipeline, rows.c.stage_id == _ID)
        .order_by(rows.c.id)
        .with_for_update(key_share=True, of=rows)
    )


def _move_all() -> Update:
    target = table(Opportunity).c
    names = ("stage_id", "probability", "stage_entered_at", "updated_at", "updated_by", "version")
    return (
        scoped_update(Opportunity)
        .where(target.id == bindparam("new_id", type_=Uuid(as_uuid=False)))
        .values({name: bindparam(f"new_{name}", type_=target[name].type) for name in names})
    )


def _moves() -> Select[Any]:
    rows = scoped(StageMove, "m")
    columns = [c for c in _native(rows, StageMove) if c.key not in ("tenant_id", "opportunity_id")]
    return select(*columns).where(rows.c.opportunity_id == _ID).order_by(rows.c.moved_at, rows.c.id)

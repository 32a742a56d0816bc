"""The verbs of pipelines."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock, reading
from crm_api.kit.children import merged
from crm_api.kit.registries import ask_gates, react
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.pipelines.errors import DefaultPipeline
from crm_api.sales.pipelines.models import Pipeline, PipelineStage
from crm_api.sales.pipelines.repository import PipelineRepository
from crm_api.sales.pipelines.resource import STAGES, pipelines
from crm_api.sales.pipelines.stages import (
    DEFAULT_NAME,
    check_mapping,
    check_stages,
    default_stages,
    with_probability,
)


class PipelineService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = PipelineRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new pipeline; it may take the place of the default."""
        values = {name: value for name, value in given.items() if name != "id" or value}
        name, stages = values.pop("name"), values.pop("stages")
        pipeline = Pipeline.new(**values)
        pipeline.rename(name)
        listed = merged(STAGES, pipeline.id, [], [with_probability(stage) for stage in stages])
        await self._check(listed)
        if pipeline.is_default:
            await self._unset_default(pipeline.id)
        return await self._repository.add(pipeline, children={"stages": listed})

    async def update(self, pipeline_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps. A stage in which opportunities stand keeps its kind and is not dropped."""
        values = dict(given)
        if values.get("is_default"):
            await self._unset_default(pipeline_id)
        pipeline = await self._repository.load(pipeline_id)
        if pipeline.is_default and values.get("is_default") is False:
            raise DefaultPipeline
        if "name" in values:
            pipeline.rename(values.pop("name"))
        stages, mapping = values.pop("stages", None), values.pop("stage_mapping", [])
        children = {}
        if stages is not None or mapping:
            children["stages"] = await self._stages(pipeline, stages, mapping)
        pipeline.apply(values)
        return await self._repository.save(pipeline, children=children)

    async def delete(self, pipeline_id: str) -> None:
        """Softly, unless it is the default or opportunities stand in it."""
        pipeline = await self._repository.load(pipeline_id)
        if pipeline.is_default:
            raise DefaultPipeline
        await ask_gates("pipelines.delete", self.uow, pipeline)
        pipeline.deleted_at = clock.now()
        await self._repository.save(pipeline, event="deleted")

    async def restore(self, pipeline_id: str) -> dict[str, Any]:
        """Undo a deletion."""
        pipeline = await self._repository.load(pipeline_id, deleted=True)
        pipeline.deleted_at = None
        return await self._repository.save(pipeline, event="restored")

    async def stages(self, pipeline_id: str) -> list[dict[str, Any]]:
        """The stages, each with how many live open deals of the caller stand in it."""
        record = await reading.get(self.uow, pipelines, pipeline_id)
        used = await self._repository.open_deals(pipeline_id)
        return [
            {**stage, "open_opportunities": None if used is None else used.get(stage["id"], 0)}
            for stage in record["stages"]
        ]

    async def _stages(
        self, pipeline: Pipeline, given: list[dict[str, Any]] | None, mapping: list[dict[str, str]]
    ) -> list[PipelineStage]:
        """The list as the body has it. What stands in a stage that goes has moved where the mapping says."""
        before = await self._repository.children(pipeline, "stages")
        known = {stage.id: stage.kind for stage in before}
        if given is None:
            given = [{"id": stage.id} for stage in before]
        listed: list[PipelineStage] = merged(
            STAGES,
            pipeline.id,
            before,
            [item if item.get("id") in known else with_probability(item) for item in given],
        )
        await self._check(listed)
        kinds = {stage.id: stage.kind for stage in listed}
        heirs = check_mapping(mapping, known, kinds)
        for stage in before:
            if stage.id in heirs:
                told = {"stage_id": {"from": stage.id, "to": heirs[stage.id]}}
                await react("pipeline.stage_replaced", self.uow, pipeline.id, told)
            if kinds.get(stage.id) != known[stage.id]:
                await ask_gates("pipelines.drop_stage", self.uow, stage)
        return listed

    async def _check(self, stages: list[PipelineStage]) -> None:
        check_stages(stages)
        await ask_gates("pipelines.require_fields", self.uow, stages)

    async def _unset_default(self, successor_id: str) -> None:
        default_id = await self._repository.default_id()
        if default_id is not None and default_id != successor_id:
            others = PipelineRepository(self.uow)
            default = await others.load(default_id)
            default.is_default = False
            await others.save(default)


async def found_pipeline(uow: UnitOfWork, _: str, changes: Mapping[str, Any]) -> None:
    """A new company starts with a default pipeline in its language."""
    chinese = changes["locale"]["to"].startswith("zh")
    await PipelineService(uow).create(
        {"name": DEFAULT_NAME[chinese], "is_default": True, "stages": default_stages(chinese=chinese)}
    )

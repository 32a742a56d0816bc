"""What a list of stages must be, and the list a company starts with."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit.errors import Fault, Invalid
from crm_api.sales.pipelines.models import PipelineStage, StageKind

REQUIRED = ("key", "name", "kind")
FULL = 100

DEFAULT_NAME = ("Sales pipeline", "标准销售流程")
# key, English, Chinese, kind, probability in percent
DEFAULT_STAGES = (
    ("prospecting", "Prospecting", "初步接触", StageKind.OPEN, 10),
    ("qualification", "Qualification", "需求确认", StageKind.OPEN, 25),
    ("proposal", "Proposal", "方案报价", StageKind.OPEN, 50),
    ("negotiation", "Negotiation", "商务谈判", StageKind.OPEN, 75),
    ("won", "Won", "赢单", StageKind.WON, 100),
    ("lost", "Lost", "输单", StageKind.LOST, 0),
)


def default_stages(*, chinese: bool) -> list[dict[str, Any]]:
    """The stages of a new company, named in its language."""
    return [
        {"key": key, "name": zh if chinese else en, "kind": kind, "probability": probability}
        for key, en, zh, kind, probability in DEFAULT_STAGES
    ]


def with_probability(stage: dict[str, Any]) -> dict[str, Any]:
    """A won stage without a probability has 100 percent."""
    return {"probability": FULL, **stage} if stage.get("kind") == StageKind.WON else stage


def check_stages(stages: Sequence[PipelineStage]) -> None:
    """Each has key, name and kind, no key comes twice, and there is one of each kind; Invalid otherwise."""
    faults = [
        Fault("pointer", f"/stages/{position}/{name}", "required")
        for position, stage in enumerate(stages)
        for name in REQUIRED
        if getattr(stage, name) is None
    ]
    keys = [stage.key for stage in stages]
    faults += [
        Fault("pointer", f"/stages/{position}/key", "duplicate")
        for position, key in enumerate(keys)
        if key is not None and key in keys[:position]
    ]
    if not {stage.kind for stage in stages} >= set(StageKind):
        faults.append(Fault("pointer", "/stages", "stages_incomplete"))
    if faults:
        raise Invalid(faults=faults)


def check_mapping(
    given: Sequence[Mapping[str, str]], before: Mapping[str, str], after: Mapping[str, str]
) -> dict[str, str]:
    """Stage that goes → stage that takes its deals, from id → kind of the stages before and after.

    Invalid when the first stays as it is, or the second is none that stays with the same kind.
    """
    faults: list[Fault] = []
    for place, item in enumerate(given):
        source, target = item["from_stage_id"], item["to_stage_id"]
        at, kind = f"/stage_mapping/{place}", before.get(source)
        if kind is None:
            faults.append(
                Fault("pointer", f"{at}/from_stage_id", "reference_not_found", {"resource": "stage"})
            )
        elif after.get(source) == kind:
            faults.append(Fault("pointer", f"{at}/from_stage_id", "stage_stays"))
        elif source in [other["from_stage_id"] for other in given[:place]]:
            faults.append(Fault("pointer", f"{at}/from_stage_id", "duplicate"))
        if target not in before or target not in after:
            faults.append(Fault("pointer", f"{at}/to_stage_id", "reference_not_found", {"resource": "stage"}))
        elif kind is not None and {before[target], after[target]} != {kind}:
            faults.append(Fault("pointer", f"{at}/to_stage_id", "wrong_stage_kind", {"kind": kind}))
    if faults:
        raise Invalid(faults=faults)
    return {item["from_stage_id"]: item["to_stage_id"] for item in given}

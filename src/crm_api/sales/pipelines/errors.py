"""Refusals of pipelines."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "stages_incomplete": (
            "A pipeline needs at least one open, one won and one lost stage.",
            "销售流程至少需要一个进行中、一个赢单和一个输单阶段。",
        ),
        "default_pipeline": (
            "A company has exactly one default pipeline; make another one the default first.",
            "企业必须有且仅有一个默认销售流程，请先将其他流程设为默认。",
        ),
        "pipeline_in_use": ("Opportunities stand in this pipeline.", "该销售流程中仍有商机。"),
        "stage_in_use": (
            "Opportunities stand in this stage; map it to another one with stage_mapping.",
            "该阶段中仍有商机，请通过 stage_mapping 指定迁入的阶段。",
        ),
        "wrong_stage_kind": ("Choose a stage of kind {kind}.", "请选择类型为 {kind} 的阶段。"),
        "stage_stays": (
            "This stage stays what it is; only one that goes is mapped.",
            "该阶段保持不变，只有被移除的阶段才需要映射。",
        ),
        "not_requirable": ("A stage can require: {fields}.{hint}", "阶段可要求的字段：{fields}。{hint}"),
    }
)


class DefaultPipeline(Conflict):
    """The default can be moved to another pipeline, never dropped."""

    default_code = "default_pipeline"


class PipelineInUse(Conflict):
    """Opportunities, deleted ones too, stand in the pipeline."""

    default_code = "pipeline_in_use"


class StageInUse(Conflict):
    """Opportunities, deleted ones too, stand in the stage."""

    default_code = "stage_in_use"

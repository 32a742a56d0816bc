"""Pipelines as a resource."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Children, Resource
from crm_api.sales.pipelines.models import Pipeline, PipelineStage

STAGES = Children("stages", PipelineStage, "pipeline_id")
pipelines = Resource(
    name="pipelines",
    singular="pipeline",
    model=Pipeline,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    default_sort="created_at",
    children=(STAGES,),
)

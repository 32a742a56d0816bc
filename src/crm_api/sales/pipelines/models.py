"""The stages a deal goes through."""

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    column,
    false,
    true,
)
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded, Tenanted
from crm_api.text import sort_key


class StageKind(StrEnum):
    """What it means to be in a stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class PlanDemand(StrEnum):
    """How far the development plan of a deal must have come before the deal enters a stage."""

    DRAFT = "draft"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"


class Pipeline(Deletable, Recorded, Base):
    """A company has exactly one default pipeline; new deals go there unless they name another.

    `allow_backward` tells whether a deal may go back to an open stage before its own.
    """

    __tablename__ = "pipelines"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    is_default: Mapped[bool] = columns.flag(default=False)
    allow_backward: Mapped[bool] = columns.flag(default=True, server_default=true())
    __table_args__ = (
        Index(
            "pipelines_is_default_key",
            "tenant_id",
            unique=True,
            postgresql_where=and_(column("is_default"), column("deleted_at").is_(None)),
        ),
        Index("pipelines_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("pipelines_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})


class PipelineStage(Tenanted, Base):
    """A step of a pipeline. `probability` is a whole percentage, `key` its name for programs.

    Its gate: whoever enters it has a value in each of `required_fields`, a plan that has come as far as
    `required_plan_status`, and an approval where `approval_required`.

    Deals point at (pipeline, stage, kind) together: the database lets no deal stand in a stage of another
    pipeline, or have a status that its stage does not have.
    """

    __tablename__ = "pipeline_stages"
    pipeline_id: Mapped[str] = columns.reference("pipelines")
    key: Mapped[str] = columns.line(63)
    name: Mapped[str] = columns.line(200)
    kind: Mapped[str] = columns.choice(StageKind)
    probability: Mapped[int] = columns.integer(default=0)
    position: Mapped[int] = columns.integer(default=0)
    required_fields: Mapped[list[str]] = columns.texts(server_default="[]")
    required_plan_status: Mapped[str | None] = columns.choice(PlanDemand, null=True)
    approval_required: Mapped[bool] = columns.flag(default=False, server_default=false())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "pipeline_id"], ["pipelines.tenant_id", "pipelines.id"]),
        CheckConstraint(columns.choices_check("kind", list(StageKind)), name="kind"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint(
            columns.choices_check("required_plan_status", list(PlanDemand)), name="required_plan_status"
        ),
        UniqueConstraint("tenant_id", "pipeline_id", "id", "kind", name="pipeline_stages_kind_key"),
        # deferred, so that one body may exchange the keys of two stages
        UniqueConstraint(
            "tenant_id",
            "pipeline_id",
            "key",
            name="pipeline_stages_key_key",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

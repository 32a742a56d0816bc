"""What is to be done to win a deal, and what became of it."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded, Tenanted
from crm_api.kit.states import States, Step


class PlanStatus(StrEnum):
    """How far it has come; one that has succeeded or failed is history and stays as it is."""

    DRAFT = "draft"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


_OPEN: Final = frozenset({PlanStatus.DRAFT, PlanStatus.EXECUTING})
_EXECUTING: Final = frozenset({PlanStatus.EXECUTING})
STATES: Final = States(
    {
        "start": Step(frozenset({PlanStatus.DRAFT}), PlanStatus.EXECUTING),
        "complete": Step(_EXECUTING),
        "succeed": Step(_EXECUTING, PlanStatus.SUCCEEDED),
        "fail": Step(_EXECUTING, PlanStatus.FAILED),
        "update": Step(_OPEN),
        "delete": Step(frozenset({PlanStatus.DRAFT})),
    }
)


class DevelopmentPlan(Deletable, Recorded, Base):
    """One for each opportunity; a failed one makes room for the next.

    `next_due_on` is the earliest date of the items that are not done, null when nothing is due any more.
    """

    __tablename__ = "development_plans"
    name: Mapped[str] = columns.line(200)
    goal: Mapped[str | None] = columns.line(10_000, null=True)
    opportunity_id: Mapped[str] = columns.reference("opportunities")
    owner_id: Mapped[str | None] = columns.reference("users", null=True)
    status: Mapped[str] = columns.choice(PlanStatus, default=PlanStatus.DRAFT, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    next_due_on: Mapped[date | None] = columns.day(null=True, server_owned=True)
    next_due_on_sort: Mapped[date] = columns.day_or_last("next_due_on")
    failure_reason: Mapped[str | None] = columns.dictionary_code(
        "plan_failure_reason", null=True, server_owned=True
    )
    failure_note: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint(columns.choices_check("status", list(PlanStatus)), name="status"),
        CheckConstraint(
            "(status = 'failed') = (failure_reason IS NOT NULL AND failure_note IS NOT NULL)", name="failed"
        ),
        Index(
            "development_plans_opportunity_id_key",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL AND status <> 'failed'"),
        ),
        Index("development_plans_opportunity_id_idx", "tenant_id", "opportunity_id"),
        Index("development_plans_owner_id_idx", "tenant_id", "owner_id"),
        Index("development_plans_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index(
            "development_plans_next_due_on_idx", "tenant_id", "next_due_on_sort", "id", postgresql_where=LIVE
        ),
    )

    def schedule(self, items: Iterable["PlanItem"]) -> None:
        """What is due next."""
        due = [item.due_on for item in items if item.due_on is not None and not item.done]
        self.next_due_on = min(due, default=None)

    def end(self, verb: str, at: datetime, *, reason: str | None = None, note: str | None = None) -> None:
        """Succeed, or fail for a reason; nothing is due from then on."""
        STATES.take(self, verb, at)
        self.apply({"next_due_on": None, "failure_reason": reason, "failure_note": note})


class PlanItem(Tenanted, Base):
    """Something to do, until when and by whom; `result` is what came of it."""

    __tablename__ = "development_plan_items"
    plan_id: Mapped[str] = columns.reference("development_plans")
    action: Mapped[str] = columns.line(500)
    due_on: Mapped[date | None] = columns.day(null=True)
    owner_id: Mapped[str | None] = columns.reference("users", null=True)
    result: Mapped[str | None] = columns.line(2000, null=True)
    done: Mapped[bool] = columns.flag(default=False)
    done_at: Mapped[datetime | None] = columns.instant(null=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "plan_id"], ["development_plans.tenant_id", "development_plans.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint("done = (done_at IS NOT NULL)", name="done"),
        Index("development_plan_items_plan_id_idx", "tenant_id", "plan_id", "position"),
        Index("development_plan_items_owner_id_idx", "tenant_id", "owner_id"),
    )

    def tick(self, *, done: bool, at: datetime) -> None:
        """Done from now on, or not yet; the first moment counts."""
        self.apply({"done": done, "done_at": (self.done_at or at) if done else None})

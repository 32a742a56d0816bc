"""A request for approval, and who was asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, column
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded, Tenanted
from crm_api.kit.states import States, Step


class ApprovalStatus(StrEnum):
    """Pending until everybody has agreed, or somebody has ended it."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


class StepStatus(StrEnum):
    """Waiting for its turn, asked now, or what became of it; a skipped one was not needed any more."""

    WAITING = "waiting"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    SKIPPED = "skipped"
    DELEGATED = "delegated"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"


OPEN: Final = frozenset({StepStatus.WAITING, StepStatus.PENDING})
_PENDING: Final = frozenset({ApprovalStatus.PENDING})
STATES: Final = States(
    {
        "approve": Step(_PENDING, ApprovalStatus.APPROVED),
        "reject": Step(_PENDING, ApprovalStatus.REJECTED),
        "send_back": Step(_PENDING, ApprovalStatus.SENT_BACK),
        "withdraw": Step(_PENDING, ApprovalStatus.WITHDRAWN),
        "delegate": Step(_PENDING),
        "add_signer": Step(_PENDING),
    }
)


class Approval(Recorded, Base):
    """One record, submitted once, for `submitter_id`; name, type, amount and team are as they were then.

    `nodes` is the flow as it stood in `flow_version`: later versions do not touch it. `node` counts from 0,
    `approver_ids` are those who are asked now. A record has one pending approval at most.
    """

    __tablename__ = "approvals"
    subject_type: Mapped[str] = columns.line(63, server_owned=True)
    subject_id: Mapped[str] = columns.identifier(server_owned=True)
    subject_name: Mapped[str] = columns.line(200, server_owned=True)
    type: Mapped[str | None] = columns.line(63, null=True, server_owned=True)
    amount: Mapped[Decimal | None] = columns.money(null=True, server_owned=True)
    amount_currency: Mapped[str | None] = columns.currency(null=True, server_owned=True)
    amount_micro: Mapped[int] = columns.micros("amount")
    team_id: Mapped[str | None] = columns.reference("teams", null=True, server_owned=True)
    submitter_id: Mapped[str] = columns.reference("users", server_owned=True)
    flow_id: Mapped[str] = columns.reference("approval_flows", server_owned=True)
    flow_version: Mapped[int] = columns.integer(server_owned=True)
    nodes: Mapped[list[dict[str, Any]]] = columns.structure(server_owned=True)
    node: Mapped[int] = columns.integer(default=0, server_owned=True)
    approver_ids: Mapped[list[str]] = columns.texts()
    status: Mapped[str] = columns.choice(ApprovalStatus, default=ApprovalStatus.PENDING, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    comment: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "submitter_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "flow_id"], ["approval_flows.tenant_id", "approval_flows.id"]),
        CheckConstraint(columns.choices_check("status", list(ApprovalStatus)), name="status"),
        CheckConstraint("(amount IS NULL) = (amount_currency IS NULL)", name="amount_currency"),
        Index(
            "approvals_subject_key",
            "tenant_id",
            "subject_type",
            "subject_id",
            unique=True,
            postgresql_where=column("status") == ApprovalStatus.PENDING.value,
        ),
        Index("approvals_subject_idx", "tenant_id", "subject_type", "subject_id"),
        Index("approvals_created_at_idx", "tenant_id", "created_at", "id"),
        Index("approvals_submitter_id_idx", "tenant_id", "submitter_id", "created_at", "id"),
        Index("approvals_team_id_idx", "tenant_id", "team_id", "created_at", "id"),
        Index("approvals_flow_id_idx", "tenant_id", "flow_id"),
    )

    @property
    def parties(self) -> set[str]:
        """Who never decides on it: who submitted it, and for whom."""
        return {self.submitter_id, self.created_by}


class ApprovalStep(Tenanted, Base):
    """Somebody who is, was or will be asked; `for_id` is whose place they took.

    `before_id` is the step that waits for this one, which its approver has put before their own. At `chase_at` who has
    not decided is reminded, or their superior asked.
    """

    __tablename__ = "approval_steps"
    approval_id: Mapped[str] = columns.reference("approvals")
    node: Mapped[int] = columns.integer()
    approver_id: Mapped[str] = columns.reference("users")
    for_id: Mapped[str | None] = columns.reference("users", null=True)
    status: Mapped[str] = columns.choice(StepStatus, default=StepStatus.WAITING)
    comment: Mapped[str | None] = columns.line(2000, null=True)
    decided_at: Mapped[datetime | None] = columns.instant(null=True)
    before_id: Mapped[str | None] = columns.identifier(null=True)
    asked_at: Mapped[datetime | None] = columns.instant(null=True)
    reminded_at: Mapped[datetime | None] = columns.instant(null=True)
    chase_at: Mapped[datetime | None] = columns.instant(null=True, internal=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]),
        ForeignKeyConstraint(["tenant_id", "approver_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "for_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint(columns.choices_check("status", list(StepStatus)), name="status"),
        Index("approval_steps_approval_id_idx", "tenant_id", "approval_id", "position"),
        Index("approval_steps_approver_id_idx", "tenant_id", "approver_id", "approval_id"),
        Index("approval_steps_for_id_idx", "tenant_id", "for_id"),
        Index(
            "approval_steps_chase_at_idx",
            "tenant_id",
            "chase_at",
            postgresql_where=column("chase_at").is_not(None),
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to decide here."""
        return self.status in OPEN

    def end(self, status: StepStatus, comment: str | None, at: datetime) -> None:
        """It is decided, or handed on."""
        self.apply({"status": status, "comment": comment, "decided_at": at, "chase_at": None})

    def wait(self) -> None:
        """It is asked later, and its time begins anew then."""
        self.apply({"status": StepStatus.WAITING.value, "asked_at": None, "chase_at": None})

    def begin(self, node: Mapping[str, Any], at: datetime) -> None:
        """It is asked now; after so many hours who is asked is reminded, or else their superior asked."""
        hours = node.get("remind_after_hours") or node.get("escalate_after_hours")
        self.apply({"asked_at": at, "chase_at": at + timedelta(hours=hours) if hours else None})

    def chase(self, node: Mapping[str, Any], at: datetime) -> bool:
        """Once reminded, then escalated once: whether it is to be escalated now."""
        hours = node.get("escalate_after_hours")
        if node.get("remind_after_hours") and self.reminded_at is None:
            later = max(at, self.asked_at + timedelta(hours=hours)) if hours and self.asked_at else None
            self.apply({"reminded_at": at, "chase_at": later})
            return False
        self.chase_at = None
        return True

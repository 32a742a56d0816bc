"""Something to do."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from crm_api.activities.tasks.errors import DueRequired
from crm_api.kit import columns
from crm_api.kit.db import (
    LIVE,
    Base,
    Customised,
    Deletable,
    Linked,
    Owned,
    Recorded,
    Tenanted,
    page_indexes,
)
from crm_api.kit.states import States, Step

MOST_APART = 366
_REPEATED: Final = frozenset({"due_at", "recurrence", "recurrence_interval"})


class TaskStatus(StrEnum):
    """What has ended stays as it is until it is reopened."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    """How much it matters."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Recurrence(StrEnum):
    """What `recurrence_interval` counts."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


_ENDED: Final = frozenset({TaskStatus.DONE, TaskStatus.CANCELLED})
_OPEN: Final = frozenset({TaskStatus.OPEN})
STATES: Final = States(
    {
        "complete": Step(_OPEN, TaskStatus.DONE),
        "cancel": Step(_OPEN, TaskStatus.CANCELLED),
        "reopen": Step(_ENDED, TaskStatus.OPEN),
        "update": Step(_OPEN),
        "assign": Step(_OPEN),
        "delete": Step(_OPEN | _ENDED),
    }
)


class Task(Customised, Linked, Owned, Deletable, Recorded, Base):
    """`customer_id` is the customer its record belonged to when it was written.

    `recurs_from` is when the series began: each due date is counted from there, so that a month of 30 days does not
    move what is due on the 31st. `reminded_at` is when the reminder of `remind_at` was fired.
    """

    __tablename__ = "tasks"
    subject_type: Mapped[str | None] = columns.line(63, null=True)
    subject_id: Mapped[str | None] = columns.identifier(null=True)
    customer_id: Mapped[str | None] = columns.reference("customers", null=True, server_owned=True)
    title: Mapped[str] = columns.line(200)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    priority: Mapped[str] = columns.choice(Priority, default=Priority.NORMAL)
    status: Mapped[str] = columns.choice(TaskStatus, default=TaskStatus.OPEN, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    due_at: Mapped[datetime | None] = columns.instant(null=True)
    due_at_sort: Mapped[datetime] = columns.instant_or_last("due_at")
    remind_at: Mapped[datetime | None] = columns.instant(null=True)
    reminded_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    recurrence: Mapped[str | None] = columns.choice(Recurrence, null=True)
    recurrence_interval: Mapped[int] = columns.integer(default=1)
    recurrence_until: Mapped[date | None] = columns.day(null=True)
    recurs_from: Mapped[datetime | None] = columns.instant(null=True, internal=True)
    interaction_id: Mapped[str | None] = columns.reference("interactions", null=True, server_owned=True)
    next_id: Mapped[str | None] = columns.reference("tasks", null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "interaction_id"], ["interactions.tenant_id", "interactions.id"]),
        ForeignKeyConstraint(["tenant_id", "next_id"], ["tasks.tenant_id", "tasks.id"]),
        CheckConstraint(columns.choices_check("priority", list(Priority)), name="priority"),
        CheckConstraint(columns.choices_check("status", list(TaskStatus)), name="status"),
        CheckConstraint(columns.choices_check("recurrence", list(Recurrence)), name="recurrence"),
        CheckConstraint("recurrence IS NULL OR due_at IS NOT NULL", name="recurring"),
        CheckConstraint(f"recurrence_interval BETWEEN 1 AND {MOST_APART}", name="recurrence_interval"),
        CheckConstraint("(subject_type IS NULL) = (subject_id IS NULL)", name="subject"),
        Index(
            "tasks_subject_idx",
            *("tenant_id", "subject_type", "subject_id", "created_at", "id"),
            postgresql_where=LIVE,
        ),
        Index("tasks_customer_idx", "tenant_id", "customer_id", "due_at", postgresql_where=LIVE),
        Index("tasks_interaction_id_idx", "tenant_id", "interaction_id"),
        Index("tasks_next_id_key", "tenant_id", "next_id", unique=True),
        Index(
            "tasks_remind_at_idx",
            *("tenant_id", "remind_at"),
            postgresql_where=text("status = 'open' AND reminded_at IS NULL AND deleted_at IS NULL"),
        ),
        *page_indexes("tasks", "created_at", "due_at_sort"),
    )

    def plan(self, values: dict[str, Any]) -> None:
        """Take what a body says. Another time to remind at is a reminder to come, another due date another series."""
        before = {name: getattr(self, name) for name in (*_REPEATED, "remind_at")}
        self.apply(values)
        if self.remind_at != before["remind_at"]:
            self.reminded_at = None
        if any(getattr(self, name) != before[name] for name in _REPEATED):
            self.recurs_from = self.due_at
        if self.recurrence is not None and self.due_at is None:
            raise DueRequired


class ChecklistItem(Tenanted, Base):
    """One step of a task."""

    __tablename__ = "task_checklist_items"
    task_id: Mapped[str] = columns.reference("tasks")
    title: Mapped[str] = columns.line(200)
    done: Mapped[bool] = columns.flag(default=False)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "task_id"], ["tasks.tenant_id", "tasks.id"]),
        Index("task_checklist_items_task_id_idx", "tenant_id", "task_id", "position"),
    )

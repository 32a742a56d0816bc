"""A call, a visit, a mail, a message or a meeting, and who took part."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Customised, Deletable, Linked, Recorded, Tenanted

SUMMARY_CHARACTERS = 10_000
LONGEST_SECONDS = 31 * 86_400


class InteractionKind(StrEnum):
    """How it took place."""

    CALL = "call"
    VISIT = "visit"
    MAIL = "mail"
    IM = "im"
    MEETING = "meeting"


class Direction(StrEnum):
    """Whether they turned to us, or we to them."""

    IN = "in"
    OUT = "out"


class Interaction(Customised, Linked, Deletable, Recorded, Base):
    """`customer_id` is the customer its record belonged to when it was written, for whom it counts ever since."""

    __tablename__ = "interactions"
    subject_type: Mapped[str] = columns.line(63)
    subject_id: Mapped[str] = columns.identifier()
    customer_id: Mapped[str | None] = columns.reference("customers", null=True, server_owned=True)
    kind: Mapped[str] = columns.choice(InteractionKind)
    direction: Mapped[str] = columns.choice(Direction, default=Direction.OUT)
    happened_at: Mapped[datetime] = columns.instant()
    duration_seconds: Mapped[int | None] = columns.integer(null=True)
    location: Mapped[str | None] = columns.line(500, null=True)
    summary: Mapped[str] = columns.line(SUMMARY_CHARACTERS)
    outcome: Mapped[str | None] = columns.line(2000, null=True)
    next_step: Mapped[str | None] = columns.line(500, null=True)
    next_contact_at: Mapped[datetime | None] = columns.instant(null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        CheckConstraint(columns.choices_check("kind", list(InteractionKind)), name="kind"),
        CheckConstraint(columns.choices_check("direction", list(Direction)), name="direction"),
        CheckConstraint(f"duration_seconds BETWEEN 0 AND {LONGEST_SECONDS}", name="duration_seconds"),
        Index(
            "interactions_subject_idx",
            *("tenant_id", "subject_type", "subject_id", "happened_at", "id"),
            postgresql_where=LIVE,
        ),
        Index(
            "interactions_customer_idx",
            *("tenant_id", "customer_id", "happened_at", "id"),
            postgresql_where=LIVE,
        ),
        Index("interactions_happened_at_idx", "tenant_id", "happened_at", "id", postgresql_where=LIVE),
        Index("interactions_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
    )


class Participant(Tenanted, Base):
    """A contact who took part."""

    __tablename__ = "interaction_participants"
    interaction_id: Mapped[str] = columns.reference("interactions")
    contact_id: Mapped[str] = columns.reference("contacts")
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "interaction_id"], ["interactions.tenant_id", "interactions.id"]),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
        Index("interaction_participants_interaction_id_idx", "tenant_id", "interaction_id", "position"),
        Index("interaction_participants_contact_id_idx", "tenant_id", "contact_id"),
    )

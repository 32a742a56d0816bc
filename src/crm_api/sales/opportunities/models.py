"""A deal, its lines and its way through the stages."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Deletable, Linked, Owned, Recorded, Tenanted, page_indexes
from crm_api.kit.money import rounded
from crm_api.sales.document_lines.errors import TotalTooLarge
from crm_api.sales.document_lines.sums import MOST
from crm_api.sales.opportunities.errors import (
    ClosedBeforeOpened,
    OpportunityClosed,
    OpportunityIncomplete,
    OpportunityOpen,
)
from crm_api.sales.pipelines.models import PipelineStage, StageKind
from crm_api.text import sort_key


class AmountSource(StrEnum):
    """Whether the amount is the sum of the lines or was stated."""

    LINES = "lines"
    MANUAL = "manual"


class Opportunity(Customised, Linked, Owned, Deletable, Recorded, Base):
    """`status` is the kind of its stage.

    A won one has a customer, an amount and a date; a lost one a reason and a date.
    """

    __tablename__ = "opportunities"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    customer_id: Mapped[str | None] = columns.reference("customers", null=True)
    pipeline_id: Mapped[str] = columns.reference("pipelines", server_owned=True)
    stage_id: Mapped[str] = columns.identifier()
    status: Mapped[str] = columns.choice(StageKind, server_owned=True)
    stage_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    amount: Mapped[Decimal | None] = columns.money(null=True)
    amount_currency: Mapped[str | None] = columns.currency(null=True)
    amount_micro: Mapped[int] = columns.micros("amount")
    amount_source: Mapped[str] = columns.choice(AmountSource, default=AmountSource.LINES, server_owned=True)
    probability: Mapped[int] = columns.integer(default=0)
    opened_on: Mapped[date | None] = columns.day(null=True)
    expected_close_on: Mapped[date | None] = columns.day(null=True)
    expected_close_on_sort: Mapped[date] = columns.day_or_last("expected_close_on")
    closed_on: Mapped[date | None] = columns.day(null=True)
    loss_reason: Mapped[str | None] = columns.dictionary_code("loss_reason", null=True)
    loss_note: Mapped[str | None] = columns.line(2000, null=True)
    next_step: Mapped[str | None] = columns.line(500, null=True)
    last_contact_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    next_contact_at: Mapped[datetime | None] = columns.instant(null=True)
    source: Mapped[str | None] = columns.dictionary_code("opportunity_source", 200, null=True)
    description: Mapped[str | None] = columns.line(10_000, null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "pipeline_id", "stage_id", "status"],
            [f"pipeline_stages.{name}" for name in ("tenant_id", "pipeline_id", "id", "kind")],
            name="opportunities_stage_fkey",
        ),
        CheckConstraint(columns.choices_check("status", list(StageKind)), name="status"),
        CheckConstraint(columns.choices_check("amount_source", list(AmountSource)), name="amount_source"),
        CheckConstraint("(amount IS NULL) = (amount_currency IS NULL)", name="amount_currency"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        CheckConstraint("opened_on <= closed_on", name="closed_on"),
        CheckConstraint("(status = 'open') = (closed_on IS NULL)", name="closed"),
        CheckConstraint("(status = 'lost') = (loss_reason IS NOT NULL)", name="lost"),
        CheckConstraint("status <> 'won' OR (customer_id IS NOT NULL AND amount IS NOT NULL)", name="won"),
        Index("opportunities_customer_id_idx", "tenant_id", "customer_id"),
        Index("opportunities_stage_id_idx", "tenant_id", "pipeline_id", "stage_id"),
        *page_indexes("opportunities", "created_at", "name_sort", "amount_micro", "expected_close_on_sort"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})

    def demand_open(self) -> None:
        """A closed opportunity is frozen."""
        if self.status != StageKind.OPEN:
            raise OpportunityClosed

    def enter(self, stage: PipelineStage, at: datetime) -> None:
        """Stand in a stage from now on; status and probability become the stage's."""
        self.apply(
            {
                "pipeline_id": stage.pipeline_id,
                "stage_id": stage.id,
                "status": stage.kind,
                "probability": stage.probability,
                "stage_entered_at": at,
            }
        )

    def lacking(self) -> list[str]:
        """The fields without which it cannot be won."""
        return [name for name in ("customer_id", "amount") if getattr(self, name) is None]

    def win(self, stage: PipelineStage, closed_on: date, at: datetime) -> None:
        """Close it as won; it needs a customer and an amount."""
        self.demand_open()
        if missing := self.lacking():
            raise OpportunityIncomplete(missing)
        self._close(stage, closed_on, at)

    def lose(
        self, stage: PipelineStage, closed_on: date, at: datetime, *, reason: str, note: str | None
    ) -> None:
        """Close it as lost, for a reason."""
        self.demand_open()
        self._close(stage, closed_on, at)
        self.apply({"loss_reason": reason, "loss_note": note})

    def reopen(self, stage: PipelineStage, at: datetime) -> None:
        """Take it up again; how it ended remains in its events."""
        if self.status == StageKind.OPEN:
            raise OpportunityOpen
        self.enter(stage, at)
        self.apply({"closed_on": None, "loss_reason": None, "loss_note": None})

    def state_amount(self, amount: Decimal, currency: str) -> None:
        """The amount is this, whatever the lines say."""
        self.apply({"amount": amount, "amount_currency": currency, "amount_source": AmountSource.MANUAL})

    def sum_lines(self, lines: Sequence["OpportunityLine"]) -> None:
        """The amount is the sum of the lines, in minor units of their currency, below 10¹²; unknown without lines."""
        currency = lines[0].unit_price_currency if lines else None
        total = sum((line.quantity * line.unit_price for line in lines), Decimal(0))
        amount = rounded(total, currency) if currency and total < MOST else total
        if amount >= MOST:
            raise TotalTooLarge
        self.apply(
            {
                "amount": amount if currency else None,
                "amount_currency": currency,
                "amount_source": AmountSource.LINES,
            }
        )

    def _close(self, stage: PipelineStage, closed_on: date, at: datetime) -> None:
        if self.opened_on is not None and closed_on < self.opened_on:
            raise ClosedBeforeOpened
        self.enter(stage, at)
        self.closed_on = closed_on


class OpportunityLine(Tenanted, Base):
    """A product that is offered, how much of it and at which price a unit."""

    __tablename__ = "opportunity_lines"
    opportunity_id: Mapped[str] = columns.reference("opportunities")
    product_id: Mapped[str] = columns.reference("products")
    quantity: Mapped[Decimal] = columns.quantity(default=Decimal(1))
    unit_price: Mapped[Decimal] = columns.money()
    unit_price_currency: Mapped[str] = columns.currency()
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        Index("opportunity_lines_opportunity_id_idx", "tenant_id", "opportunity_id", "position"),
        Index("opportunity_lines_product_id_idx", "tenant_id", "product_id"),
    )


class StageMove(Tenanted, Base):
    """A step from stage to stage, with the names they had; `dwell_seconds` is the time spent in the first."""

    __tablename__ = "opportunity_stage_moves"
    opportunity_id: Mapped[str] = columns.reference("opportunities")
    from_stage_id: Mapped[str] = columns.identifier()
    from_stage_name: Mapped[str] = columns.line(200)
    to_stage_id: Mapped[str] = columns.identifier()
    to_stage_name: Mapped[str] = columns.line(200)
    moved_at: Mapped[datetime] = columns.instant()
    moved_by: Mapped[str] = columns.reference("principals")
    dwell_seconds: Mapped[int] = columns.integer()
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "moved_by"], ["principals.tenant_id", "principals.id"]),
        Index("opportunity_stage_moves_opportunity_id_idx", "tenant_id", "opportunity_id", "moved_at"),
    )

    @classmethod
    def between(
        cls, opportunity: Opportunity, former: PipelineStage, stage: PipelineStage, at: datetime, by: str
    ) -> "StageMove":
        """The step that an opportunity is about to take."""
        return cls.new(
            opportunity_id=opportunity.id,
            from_stage_id=former.id,
            from_stage_name=former.name,
            to_stage_id=stage.id,
            to_stage_name=stage.name,
            moved_at=at,
            moved_by=by,
            dwell_seconds=int((at - opportunity.stage_entered_at).total_seconds()),
        )

"""Answers of reports."""

from enum import StrEnum

from pydantic import Field

from crm_api.kit.schemas import Currency, Instant, Money, Schema


class Grouping(StrEnum):
    """What the rows of the sales performance report stand for."""

    OWNER = "owner"
    TEAM = "team"
    PRODUCT = "product"
    STAGE = "stage"
    MONTH = "month"


class ReportKey(Schema):
    """What a row stands for; both null for deals that have no owner, team, product or month."""

    id: str | None = Field(description="UUID of the owner, team, product or stage; the month as YYYY-MM.")
    name: str | None = Field(description="Its name; the month as YYYY-MM.", examples=["Darcel Schlecht"])


class SalesFigures(Schema):
    """Deals won, lost and open."""

    won_count: int = Field(description="Deals won in the period.", examples=[12])
    won_amount: Money = Field(description="What they are worth together.")
    lost_count: int = Field(description="Deals lost in the period.", examples=[4])
    lost_amount: Money = Field(description="What they would have been worth.")
    open_count: int = Field(description="Deals that are open now, whatever the period.", examples=[7])
    open_amount: Money = Field(description="What they may be worth.")
    win_rate: float | None = Field(
        description="Won among won and lost, by count, 4 digits; null when nothing was closed.",
        examples=[0.75],
    )


class SalesPerformanceRow(SalesFigures):
    """One owner, team, product, stage or month."""

    key: ReportKey = Field(description="What the row stands for.")


class SalesPerformance(Schema):
    """Who sold what, when, within the reach of the reader."""

    data: list[SalesPerformanceRow] = Field(
        description="Most won amount first, then by name; a key without deals has no row."
    )
    totals: SalesFigures = Field(description="All deals of the report, each counted once.")
    definition: str = Field(
        description="What is counted and how it is dated, by Accept-Language.",
        examples=["Deals closed in the period."],
    )
    as_of: Instant = Field(description="When the figures were taken.")
    currency: Currency = Field(description="Of every amount in the report.")
    excluded: int = Field(description="Deals left out because they are in another currency.", examples=[0])
    truncated: bool = Field(
        description="Whether there are more rows than shown; totals cover all.", examples=[False]
    )

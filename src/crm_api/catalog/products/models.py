"""Something that is sold."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, false
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Customised, Deletable, Linked, Recorded
from crm_api.text import sort_key


class ProductLifecycle(StrEnum):
    """A retired product is not sold any more; what was sold of it stays as it is."""

    PLANNED = "planned"
    ACTIVE = "active"
    PHASE_OUT = "phase_out"
    RETIRED = "retired"


class Offer(NamedTuple):
    """What a line needs to know of a product."""

    list_price: Decimal | None
    currency: str | None
    sellable: bool
    name: str = ""
    unit: str | None = None
    tax_rate: Decimal | None = None


class Cost(NamedTuple):
    """What one unit of a product costs us."""

    amount: Decimal
    currency: str


class Floor(NamedTuple):
    """The lowest price of one unit that nobody needs to approve."""

    price: Decimal
    currency: str


class Product(Customised, Linked, Deletable, Recorded, Base):
    """`list_price`, `cost` and `floor_price` are for one `unit`, without tax; `tax_rate` is in percent.

    What is quoted below its `floor_price` must be approved. Only of a `stocked` product is it known how much there is;
    a service, say, is not.
    """

    __tablename__ = "products"
    code: Mapped[str] = columns.line(63)
    code_sort: Mapped[str] = columns.sort_text(63)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    spec: Mapped[str | None] = columns.line(500, null=True)
    unit: Mapped[str | None] = columns.line(63, null=True)
    category: Mapped[str | None] = columns.dictionary_code("product_category", 200, null=True)
    lifecycle: Mapped[str] = columns.choice(ProductLifecycle, default=ProductLifecycle.ACTIVE)
    list_price: Mapped[Decimal | None] = columns.money(null=True)
    list_price_currency: Mapped[str | None] = columns.currency(null=True)
    list_price_micro: Mapped[int] = columns.micros("list_price")
    cost: Mapped[Decimal | None] = columns.money(null=True)
    cost_currency: Mapped[str | None] = columns.currency(null=True)
    cost_micro: Mapped[int] = columns.micros("cost")
    floor_price: Mapped[Decimal | None] = columns.money(null=True)
    floor_price_currency: Mapped[str | None] = columns.currency(null=True)
    floor_price_micro: Mapped[int] = columns.micros("floor_price")
    tax_rate: Mapped[Decimal | None] = columns.quantity(null=True)
    stocked: Mapped[bool] = columns.flag(default=False, server_default=false())
    description: Mapped[str | None] = columns.line(10_000, null=True)
    __table_args__ = (
        CheckConstraint(columns.choices_check("lifecycle", list(ProductLifecycle)), name="lifecycle"),
        CheckConstraint("(list_price IS NULL) = (list_price_currency IS NULL)", name="list_price_currency"),
        CheckConstraint("(cost IS NULL) = (cost_currency IS NULL)", name="cost_currency"),
        CheckConstraint(
            "(floor_price IS NULL) = (floor_price_currency IS NULL)", name="floor_price_currency"
        ),
        Index("products_code_key", "tenant_id", "code", unique=True, postgresql_where=LIVE),
        *(
            Index(f"products_all_{sort}_idx", "tenant_id", sort, "id", postgresql_where=LIVE)
            for sort in ("created_at", "name_sort", "code_sort", "list_price_micro")
        ),
    )

    @property
    def is_sellable(self) -> bool:
        """Whether it may stand on a new line."""
        return self.lifecycle != ProductLifecycle.RETIRED

    def put(self, values: dict[str, Any]) -> None:
        """Set columns; what code and name are sorted by follows."""
        self.apply(
            {**values, **{f"{key}_sort": sort_key(values[key]) for key in ("code", "name") & values.keys()}}
        )

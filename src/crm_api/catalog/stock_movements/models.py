"""Something that changed how much is in stock."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.catalog.stock_levels.models import NONE, Place
from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class StockMovementKind(StrEnum):
    """What happened. A count says how much was found; what it differed by is written down."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    RESERVATION = "reservation"
    RELEASE = "release"


class Change(NamedTuple):
    """What a movement does to a level."""

    on_hand: Decimal = NONE
    reserved: Decimal = NONE

    @property
    def asked(self) -> Decimal:
        """How much must be available for it."""
        return self.reserved - self.on_hand


# those after which there can be stock where there was none
OPENING = frozenset({StockMovementKind.RECEIPT, StockMovementKind.ADJUSTMENT, StockMovementKind.COUNT})


class StockMovement(Recorded, Base):
    """Written once: `on_hand_change` and `reserved_change` are what it did where it happened.

    A transfer brings `quantity` to `to_warehouse_id`. `source_type` and `source_id` name the record that asked for the
    movement, such as an order; what was booked by hand has none.
    """

    __tablename__ = "stock_movements"
    kind: Mapped[str] = columns.choice(StockMovementKind)
    warehouse_id: Mapped[str] = columns.reference("warehouses")
    product_id: Mapped[str] = columns.reference("products")
    to_warehouse_id: Mapped[str | None] = columns.reference("warehouses", null=True)
    quantity: Mapped[Decimal] = columns.quantity()
    on_hand_change: Mapped[Decimal] = columns.quantity(default=NONE, server_owned=True)
    reserved_change: Mapped[Decimal] = columns.quantity(default=NONE, server_owned=True)
    reason: Mapped[str | None] = columns.dictionary_code("stock_adjustment_reason", null=True)
    note: Mapped[str | None] = columns.line(2000, null=True)
    source_type: Mapped[str | None] = columns.line(63, null=True, server_owned=True)
    source_id: Mapped[str | None] = columns.identifier(null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "warehouse_id"], ["warehouses.tenant_id", "warehouses.id"]),
        ForeignKeyConstraint(["tenant_id", "to_warehouse_id"], ["warehouses.tenant_id", "warehouses.id"]),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        CheckConstraint(columns.choices_check("kind", list(StockMovementKind)), name="kind"),
        CheckConstraint("quantity > 0 OR kind IN ('adjustment', 'count')", name="quantity"),
        CheckConstraint("quantity >= 0 OR kind <> 'count'", name="count"),
        CheckConstraint("quantity <> 0 OR kind <> 'adjustment'", name="adjustment"),
        CheckConstraint("(kind = 'transfer') = (to_warehouse_id IS NOT NULL)", name="to_warehouse"),
        CheckConstraint("to_warehouse_id <> warehouse_id", name="elsewhere"),
        CheckConstraint("kind <> 'adjustment' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("(source_type IS NULL) = (source_id IS NULL)", name="source"),
        Index("stock_movements_created_at_idx", "tenant_id", "created_at", "id"),
        Index("stock_movements_product_id_idx", "tenant_id", "product_id", "created_at", "id"),
        Index("stock_movements_warehouse_id_idx", "tenant_id", "warehouse_id", "created_at", "id"),
        Index("stock_movements_to_warehouse_id_idx", "tenant_id", "to_warehouse_id"),
        Index("stock_movements_source_idx", "tenant_id", "source_id"),
    )

    @property
    def by_hand(self) -> bool:
        """Whether no record asked for it."""
        return self.source_id is None

    @property
    def here(self) -> Place:
        """The level that it changes."""
        return Place(self.warehouse_id, self.product_id)

    @property
    def there(self) -> Place | None:
        """The other level that a transfer changes."""
        return None if self.to_warehouse_id is None else Place(self.to_warehouse_id, self.product_id)

    @property
    def opens(self) -> list[Place]:
        """Places that may have had no stock before."""
        return [self.there] if self.there else [self.here] if self.kind in OPENING else []

    def settle(self, on_hand: Decimal) -> Change:
        """Write down what it does to a level on which so much is; of what is reserved nothing is issued by hand."""
        done = {
            StockMovementKind.RECEIPT: Change(self.quantity),
            StockMovementKind.ISSUE: Change(-self.quantity, NONE if self.by_hand else -self.quantity),
            StockMovementKind.TRANSFER: Change(-self.quantity),
            StockMovementKind.ADJUSTMENT: Change(self.quantity),
            StockMovementKind.COUNT: Change(self.quantity - on_hand),
            StockMovementKind.RESERVATION: Change(NONE, self.quantity),
            StockMovementKind.RELEASE: Change(NONE, -self.quantity),
        }[StockMovementKind(self.kind)]
        self.apply({"on_hand_change": done.on_hand, "reserved_change": done.reserved})
        return done

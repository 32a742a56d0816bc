"""How much of a product is in a warehouse."""

from decimal import Decimal
from typing import Any, NamedTuple, Self

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.catalog.stock_levels.errors import InsufficientReservation
from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded

NONE = Decimal(0)


class Place(NamedTuple):
    """What a level is about. Levels are locked in the order of their places: nobody waits in a circle."""

    warehouse_id: str
    product_id: str


class StockLevel(Recorded, Base):
    """`available` is what is on hand and not reserved; none of the three is ever negative.

    `set_aside` is the part of `reserved` that was reserved by hand. A level is `low` while less is available than its
    `reorder_point`. Only movements change quantities.
    """

    __tablename__ = "stock_levels"
    warehouse_id: Mapped[str] = columns.reference("warehouses", server_owned=True)
    product_id: Mapped[str] = columns.reference("products", server_owned=True)
    on_hand: Mapped[Decimal] = columns.quantity(default=NONE, server_owned=True)
    reserved: Mapped[Decimal] = columns.quantity(default=NONE, server_owned=True)
    available: Mapped[Decimal] = columns.quantity(default=NONE, server_owned=True)
    set_aside: Mapped[Decimal] = columns.quantity(default=NONE, internal=True)
    reorder_point: Mapped[Decimal | None] = columns.quantity(null=True)
    low: Mapped[bool] = columns.flag(default=False, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "warehouse_id"], ["warehouses.tenant_id", "warehouses.id"]),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
        CheckConstraint("available = on_hand - reserved", name="available"),
        CheckConstraint("set_aside >= 0 AND set_aside <= reserved", name="set_aside"),
        CheckConstraint("low = coalesce(available < reorder_point, false)", name="low"),
        CheckConstraint("reorder_point >= 0", name="reorder_point"),
        Index("stock_levels_place_key", "tenant_id", "warehouse_id", "product_id", unique=True),
        Index("stock_levels_product_id_idx", "tenant_id", "product_id"),
        Index("stock_levels_created_at_idx", "tenant_id", "created_at", "id"),
    )

    @classmethod
    def at(cls, place: Place, **stamps: Any) -> Self:
        """The level of a place with nothing in it."""
        return cls.new(warehouse_id=place.warehouse_id, product_id=place.product_id, **stamps)

    @property
    def is_new(self) -> bool:
        """Opened by the unit itself, for the movement that is about to be booked."""
        return self.version == 0

    def bears(self, on_hand: Decimal, reserved: Decimal) -> bool:
        """Whether such a change leaves nothing promised that is not there."""
        return self.available + on_hand - reserved >= 0

    def move(self, on_hand: Decimal, reserved: Decimal, *, by_hand: bool) -> None:
        """Change it by these; by hand no more is released than was reserved by hand."""
        aside = reserved if by_hand else NONE
        if self.set_aside + aside < 0:
            raise InsufficientReservation(reserved=_plain(self.set_aside), asked=_plain(-aside))
        self.apply(
            {
                "on_hand": self.on_hand + on_hand,
                "reserved": self.reserved + reserved,
                "available": self.available + on_hand - reserved,
                "set_aside": self.set_aside + aside,
            }
        )
        self.judge()

    def judge(self) -> None:
        """Whether it is low."""
        self.low = self.reorder_point is not None and self.available < self.reorder_point


def _plain(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")

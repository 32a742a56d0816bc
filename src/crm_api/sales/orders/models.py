"""What a customer has bought."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Customised, Linked, Owned, Recorded, Tenanted, page_indexes
from crm_api.kit.money import rounded
from crm_api.kit.states import States, Step
from crm_api.sales.document_lines.models import DocumentLine, PricedDocument, document_rules, line_rules
from crm_api.sales.orders.errors import OrderPaid, OrderUnpaid, Overpaid
from crm_api.text import sort_key

NONE: Final = Decimal(0)


class OrderStatus(StrEnum):
    """How far its goods have come; how far its money has, `payment_status` says."""

    PLACED = "placed"
    PICKING = "picking"
    PACKED = "packed"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class OrderPaymentStatus(StrEnum):
    """How much of what it comes to, less what was returned, is paid."""

    UNPAID = "unpaid"
    PART = "part"
    PAID = "paid"
    REFUNDED = "refunded"


class PaymentTerms(StrEnum):
    """Prepaid goods leave once they are paid in full; on credit they leave before."""

    PREPAID = "prepaid"
    CREDIT = "credit"


_HERE: Final = frozenset({OrderStatus.PLACED, OrderStatus.PICKING, OrderStatus.PACKED})
_GONE: Final = frozenset({OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.DELIVERED})
STATES: Final = States(
    {
        "pick": Step(frozenset({OrderStatus.PLACED}), OrderStatus.PICKING),
        "pack": Step(frozenset({OrderStatus.PICKING}), OrderStatus.PACKED),
        "ship": Step(frozenset({OrderStatus.PACKED, OrderStatus.PART_SHIPPED}), OrderStatus.SHIPPED),
        "deliver": Step(frozenset({OrderStatus.SHIPPED}), OrderStatus.DELIVERED),
        "close": Step(frozenset({OrderStatus.DELIVERED}), OrderStatus.CLOSED),
        "cancel": Step(_HERE, OrderStatus.CANCELLED),
        "cancel_remainder": Step(frozenset({OrderStatus.PART_SHIPPED}), OrderStatus.SHIPPED),
        "return": Step(_GONE),
        "postpone": Step(_HERE | {OrderStatus.PART_SHIPPED}),
        "update": Step(_HERE | _GONE),
        "assign": Step(_HERE | _GONE),
    }
)
OPEN: Final = tuple(sorted(_HERE | _GONE))
# what is owed for what was neither returned nor cancelled, as SQL
_CANCELLED: Final = "coalesce(cancelled_amount, 0)"
_OWED: Final = f"gross_amount - returned_amount - {_CANCELLED}"


class Order(Customised, Linked, Owned, Recorded, PricedDocument, Base):
    """Its lines stay as they were placed. `refund_due` is what was paid beyond what is owed for goods that stay.

    `cancelled_amount` is what the rest came to that was cancelled after a part had left, null when none was.
    """

    __tablename__ = "orders"
    number: Mapped[str] = columns.line(63, server_owned=True)
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    customer_id: Mapped[str] = columns.reference("customers")
    contact_id: Mapped[str | None] = columns.reference("contacts", null=True)
    opportunity_id: Mapped[str | None] = columns.reference("opportunities", null=True)
    quote_id: Mapped[str | None] = columns.reference("quotes", null=True, server_owned=True)
    contract_id: Mapped[str | None] = columns.identifier(null=True, server_owned=True)
    warehouse_id: Mapped[str | None] = columns.reference("warehouses", null=True)
    payment_terms: Mapped[str] = columns.choice(PaymentTerms, default=PaymentTerms.PREPAID)
    delivery_address: Mapped[str | None] = columns.line(500, null=True)
    notes: Mapped[str | None] = columns.line(10_000, null=True)
    status: Mapped[str] = columns.choice(OrderStatus, default=OrderStatus.PLACED, server_owned=True)
    status_entered_at: Mapped[datetime] = columns.instant(server_owned=True)
    delivered_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    cancel_reason: Mapped[str | None] = columns.line(2000, null=True, server_owned=True)
    payment_status: Mapped[str] = columns.choice(
        OrderPaymentStatus, default=OrderPaymentStatus.UNPAID, server_owned=True
    )
    paid_amount: Mapped[Decimal] = columns.money(default=NONE, server_owned=True)
    paid_amount_currency: Mapped[str] = columns.currency(server_owned=True)
    paid_amount_micro: Mapped[int] = columns.micros("paid_amount")
    returned_amount: Mapped[Decimal] = columns.money(default=NONE, server_owned=True)
    returned_amount_currency: Mapped[str] = columns.currency(server_owned=True)
    returned_amount_micro: Mapped[int] = columns.micros("returned_amount")
    cancelled_amount: Mapped[Decimal | None] = columns.money(null=True, server_owned=True)
    cancelled_amount_currency: Mapped[str | None] = columns.currency(null=True, server_owned=True)
    cancelled_amount_micro: Mapped[int] = columns.micros("cancelled_amount")
    refund_due: Mapped[Decimal] = columns.money(default=NONE, server_owned=True)
    refund_due_currency: Mapped[str] = columns.currency(server_owned=True)
    refund_due_micro: Mapped[int] = columns.micros("refund_due")
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        ForeignKeyConstraint(["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"]),
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "opportunity_id"], ["opportunities.tenant_id", "opportunities.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "quote_id"], ["quotes.tenant_id", "quotes.id"]),
        ForeignKeyConstraint(["tenant_id", "warehouse_id"], ["warehouses.tenant_id", "warehouses.id"]),
        *document_rules(),
        CheckConstraint(columns.choices_check("status", list(OrderStatus)), name="status"),
        CheckConstraint(
            columns.choices_check("payment_status", list(OrderPaymentStatus)), name="payment_status"
        ),
        CheckConstraint(columns.choices_check("payment_terms", list(PaymentTerms)), name="payment_terms"),
        CheckConstraint("paid_amount >= 0 AND paid_amount <= gross_amount", name="paid_amount"),
        CheckConstraint(
            f"returned_amount >= 0 AND {_CANCELLED} >= 0 AND {_OWED} >= 0", name="returned_amount"
        ),
        CheckConstraint(f"refund_due = greatest(paid_amount - ({_OWED}), 0)", name="refund_due"),
        CheckConstraint(
            "paid_amount_currency = currency AND returned_amount_currency = currency"
            " AND refund_due_currency = currency"
            " AND cancelled_amount_currency IS NOT DISTINCT FROM"
            " CASE WHEN cancelled_amount IS NOT NULL THEN currency END",
            name="money_currency",
        ),
        CheckConstraint("status <> 'cancelled' OR cancel_reason IS NOT NULL", name="cancelled"),
        CheckConstraint("status <> 'cancelled' OR paid_amount = 0", name="cancelled_paid"),
        Index("orders_number_key", "tenant_id", "number", unique=True),
        Index("orders_quote_id_key", "tenant_id", "quote_id", unique=True),
        Index("orders_contract_id_idx", "tenant_id", "contract_id"),
        Index("orders_customer_id_idx", "tenant_id", "customer_id"),
        Index("orders_contact_id_idx", "tenant_id", "contact_id"),
        Index("orders_opportunity_id_idx", "tenant_id", "opportunity_id"),
        Index("orders_warehouse_id_idx", "tenant_id", "warehouse_id"),
        *page_indexes("orders", "created_at", "name_sort", "gross_amount_micro", deletable=False),
    )

    @property
    def owed(self) -> Decimal:
        """What it comes to without what came back and what was cancelled."""
        return self.gross_amount - self.returned_amount - (self.cancelled_amount or NONE)

    def put(self, values: Mapping[str, Any]) -> None:
        """Set columns; what the name is sorted by follows."""
        self.apply({**values, **({"name_sort": sort_key(values["name"])} if "name" in values else {})})

    def ship(self, at: datetime) -> None:
        """Goods of it leave; whether some are left behind, `leave_behind` says."""
        STATES.take(self, "ship", at)
        if self.payment_terms == PaymentTerms.PREPAID and self.payment_status != OrderPaymentStatus.PAID:
            raise OrderUnpaid

    def leave_behind(self, lines: "Sequence[OrderLine]") -> None:
        """What remains of its lines follows later."""
        if any(line.remaining for line in lines):
            self.status = OrderStatus.PART_SHIPPED

    def cancel(self, reason: str, at: datetime) -> None:
        """Nothing of it has left and nothing is paid for it."""
        STATES.take(self, "cancel", at)
        if self.paid_amount:
            raise OrderPaid
        self.cancel_reason = reason

    def cancel_remainder(self, lines: "Sequence[OrderLine]", reason: str, at: datetime) -> None:
        """What `lines` say was cancelled is not owed.

        With nothing left to ship it is shipped, or returned if all that had left has come back.
        """
        self.cancel_reason = reason
        gone = sum((line.not_owed for line in lines), NONE) - self.returned_amount
        self.apply({"cancelled_amount": gone, "cancelled_amount_currency": self.currency})
        self.leave_behind(lines)
        self._end_returned(lines, at)

    def take_back(self, lines: "Sequence[OrderLine]", at: datetime) -> None:
        """What `lines` say has come back is not owed any more; when all of it has, the order is returned."""
        gone = sum((line.not_owed for line in lines), NONE)
        self.returned_amount = gone - (self.cancelled_amount or NONE)
        self._end_returned(lines, at)

    def pay(self, paid: Decimal) -> str:
        """So much is paid for it in all; the event that this is. Nobody pays more than it comes to."""
        if not 0 <= paid <= self.gross_amount or (self.status == OrderStatus.CANCELLED and paid):
            raise Overpaid(total=f"{self.gross_amount:f}")
        before, self.paid_amount = self.paid_amount, paid
        self._reckon(paid_before=before)
        if paid < before:
            return "refunded"
        return "paid" if self.payment_status == OrderPaymentStatus.PAID else "part_paid"

    def begin(self) -> None:
        """Nothing is paid yet."""
        for name in ("paid_amount", "returned_amount", "refund_due"):
            self.apply({f"{name}_currency": self.currency})
        self._reckon(paid_before=NONE)

    def _end_returned(self, lines: "Sequence[OrderLine]", at: datetime) -> None:
        if all(line.returned + line.cancelled == line.quantity for line in lines):
            self.apply({"status": OrderStatus.RETURNED, "status_entered_at": at})
        self._reckon(paid_before=self.paid_amount)

    def _reckon(self, *, paid_before: Decimal) -> None:
        self.refund_due = max(self.paid_amount - self.owed, NONE)
        if not self.paid_amount and (paid_before or self.payment_status == OrderPaymentStatus.REFUNDED):
            self.payment_status = OrderPaymentStatus.REFUNDED
        elif self.paid_amount >= self.owed:
            self.payment_status = OrderPaymentStatus.PAID
        else:
            self.payment_status = OrderPaymentStatus.PART if self.paid_amount else OrderPaymentStatus.UNPAID


class OrderLine(DocumentLine, Base):
    """What was bought, and what became of it: `reserved` are kept in stock, of the `shipped` some `returned`.

    `cancelled` of it will not be shipped.

    `first_promised_on` is the day that was promised at first, `promised_on` the one that holds. `unit_cost` is what one
    unit cost us when it was bought, null when nobody had said; a unit of its currency was worth `cost_rate` of the
    company's then. No answer about an order shows it: `/customers/{id}/profit` does, to those who may see costs.
    """

    __tablename__ = "order_lines"
    order_id: Mapped[str] = columns.reference("orders")
    promised_on: Mapped[date | None] = columns.day(null=True, sort_order=40)
    first_promised_on: Mapped[date | None] = columns.day(null=True, sort_order=41)
    stocked: Mapped[bool] = columns.flag(default=False, sort_order=42)
    reserved: Mapped[Decimal] = columns.quantity(default=NONE, sort_order=43)
    shipped: Mapped[Decimal] = columns.quantity(default=NONE, sort_order=44)
    returned: Mapped[Decimal] = columns.quantity(default=NONE, sort_order=45)
    cancelled: Mapped[Decimal] = columns.quantity(default=NONE, server_default="0", sort_order=49)
    unit_cost: Mapped[Decimal | None] = columns.money(null=True, internal=True, sort_order=46)
    unit_cost_currency: Mapped[str | None] = columns.currency(null=True, internal=True, sort_order=47)
    cost_rate: Mapped[Decimal | None] = columns.quantity(null=True, internal=True, sort_order=48)
    __table_args__ = (
        *line_rules("order_lines", "order_id", "orders"),
        CheckConstraint("shipped >= 0 AND returned >= 0 AND returned <= shipped", name="shipped"),
        CheckConstraint("reserved >= 0 AND reserved + shipped + cancelled <= quantity", name="reserved"),
        CheckConstraint("cancelled >= 0", name="cancelled"),
        CheckConstraint("stocked OR reserved = 0", name="stocked"),
        CheckConstraint("(promised_on IS NULL) = (first_promised_on IS NULL)", name="first_promised_on"),
        CheckConstraint("promised_on >= first_promised_on", name="promised_on"),
    )

    @property
    def remaining(self) -> Decimal:
        """What is still to be shipped."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def not_owed(self) -> Decimal:
        """What of its gross amount is not owed, because it came back or was cancelled."""
        gone = self.returned + self.cancelled
        return rounded(self.gross_amount * gone / self.quantity, self.gross_amount_currency)


class ShipmentKind(StrEnum):
    """Which way goods went."""

    OUT = "out"
    BACK = "back"


class Shipment(Tenanted, Base):
    """Goods of an order that left, or came back; `lines` are `{line_id, quantity}`."""

    __tablename__ = "order_shipments"
    order_id: Mapped[str] = columns.reference("orders")
    kind: Mapped[str] = columns.choice(ShipmentKind)
    warehouse_id: Mapped[str | None] = columns.reference("warehouses", null=True)
    carrier: Mapped[str | None] = columns.line(200, null=True)
    tracking_number: Mapped[str | None] = columns.line(200, null=True)
    note: Mapped[str | None] = columns.line(2000, null=True)
    lines: Mapped[list[dict[str, Any]]] = columns.structure()
    moved_at: Mapped[datetime] = columns.instant()
    moved_by: Mapped[str] = columns.reference("principals")
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        ForeignKeyConstraint(["tenant_id", "warehouse_id"], ["warehouses.tenant_id", "warehouses.id"]),
        ForeignKeyConstraint(["tenant_id", "moved_by"], ["principals.tenant_id", "principals.id"]),
        CheckConstraint(columns.choices_check("kind", list(ShipmentKind)), name="kind"),
        Index("order_shipments_order_id_idx", "tenant_id", "order_id", "moved_at", "id"),
        Index("order_shipments_warehouse_id_idx", "tenant_id", "warehouse_id"),
    )


class DelayNotice(Tenanted, Base):
    """A promise that was put off, once for each time; `lines` are `{line_id, earlier, later}`."""

    __tablename__ = "order_delay_notices"
    order_id: Mapped[str] = columns.reference("orders")
    reason: Mapped[str] = columns.line(63)
    note: Mapped[str | None] = columns.line(2000, null=True)
    lines: Mapped[list[dict[str, Any]]] = columns.structure()
    noticed_at: Mapped[datetime] = columns.instant()
    noticed_by: Mapped[str] = columns.reference("principals")
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"]),
        ForeignKeyConstraint(["tenant_id", "noticed_by"], ["principals.tenant_id", "principals.id"]),
        Index("order_delay_notices_order_id_idx", "tenant_id", "order_id", "noticed_at", "id"),
    )

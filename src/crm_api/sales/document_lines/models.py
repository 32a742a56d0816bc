"""The columns of a priced document and of its lines."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Tenanted
from crm_api.kit.errors import Fault, Invalid
from crm_api.sales.document_lines.sums import Discount, Priced, TaxMode, sums_of

_AMOUNTS = ("discount_amount", "net_amount", "tax_amount", "gross_amount")
# what of a document, and of a line, is agreed on: the rest follows
_TERMS = ("currency", "tax_mode", "discount_percent", "discount_amount", "discount_amount_currency")
_LINE_TERMS = (
    *("product_id", "description", "quantity", "unit", "unit_price", "unit_price_currency"),
    *("discount_percent", "discount_amount", "discount_amount_currency", "tax_rate", "position"),
)


class PricedDocument:
    """What a document with lines comes to, in its one currency.

    Its discount was stated as a percent or as an amount (`discount_percent` is null then); the amount is what is taken
    off in the end. All but the discount's statement follow from the lines by `settle`.
    """

    currency: Mapped[str] = columns.line(3, sort_order=60)
    tax_mode: Mapped[str] = columns.choice(TaxMode, default=TaxMode.EXCLUSIVE, sort_order=61)
    discount_percent: Mapped[Decimal | None] = columns.quantity(null=True, sort_order=62)
    discount_amount: Mapped[Decimal] = columns.money(default=Decimal(0), sort_order=63)
    discount_amount_currency: Mapped[str] = columns.currency(sort_order=64)
    discount_amount_micro: Mapped[int] = columns.micros("discount_amount")
    net_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=65)
    net_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=66)
    net_amount_micro: Mapped[int] = columns.micros("net_amount")
    tax_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=67)
    tax_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=68)
    tax_amount_micro: Mapped[int] = columns.micros("tax_amount")
    gross_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=69)
    gross_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=70)
    gross_amount_micro: Mapped[int] = columns.micros("gross_amount")

    def agree(self, other: "PricedDocument") -> None:
        """Take currency, tax mode and discount from another document; its lines are to follow."""
        self.apply({name: getattr(other, name) for name in _TERMS})  # type: ignore[attr-defined]

    def settle(self, lines: Sequence["DocumentLine"]) -> None:
        """Write the sums into the document and its lines; Invalid for a price or a discount in another currency."""
        currency = self.currency
        faults = [
            Fault("pointer", f"/lines/{position}/unit_price", "currency_mismatch")
            for position, line in enumerate(lines)
            if line.unit_price_currency != currency
        ]
        faults += [
            Fault("pointer", f"{at}/discount_amount", "currency_mismatch")
            for at, row in {"": self, **{f"/lines/{place}": line for place, line in enumerate(lines)}}.items()
            if _is_foreign(row, currency)
        ]
        if faults:
            raise Invalid(faults=faults)
        stated = Discount(self.discount_percent, self.discount_amount)
        sums = sums_of([line.priced() for line in lines], stated, currency, TaxMode(self.tax_mode))
        for line, (_, *amounts) in zip(lines, sums.lines, strict=True):
            _put(line, amounts, currency)
        _put(self, (sums.discount, sums.net, sums.tax, sums.gross), currency)


class DocumentLine(Tenanted):
    """So many units of a product at a price; what the product lent it stays as it was when the line was written.

    `net_amount`, `tax_amount` and `gross_amount` are after the line's share of the document's discount.
    """

    product_id: Mapped[str] = columns.reference("products", sort_order=10)
    description: Mapped[str] = columns.line(2000, default="", sort_order=11)
    quantity: Mapped[Decimal] = columns.quantity(default=Decimal(1), sort_order=12)
    unit: Mapped[str | None] = columns.line(63, null=True, sort_order=13)
    unit_price: Mapped[Decimal] = columns.money(sort_order=14)
    unit_price_currency: Mapped[str] = columns.currency(sort_order=15)
    discount_percent: Mapped[Decimal | None] = columns.quantity(null=True, sort_order=16)
    discount_amount: Mapped[Decimal] = columns.money(default=Decimal(0), sort_order=17)
    discount_amount_currency: Mapped[str] = columns.currency(sort_order=18)
    tax_rate: Mapped[Decimal] = columns.quantity(default=Decimal(0), sort_order=19)
    net_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=20)
    net_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=21)
    tax_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=22)
    tax_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=23)
    gross_amount: Mapped[Decimal] = columns.money(default=Decimal(0), server_owned=True, sort_order=24)
    gross_amount_currency: Mapped[str] = columns.currency(server_owned=True, sort_order=25)
    position: Mapped[int] = columns.integer(default=0, sort_order=30)

    def priced(self) -> Priced:
        """What the sums need to know of it."""
        discount = Discount(self.discount_percent, self.discount_amount)
        return Priced(self.quantity, self.unit_price, discount, self.tax_rate)

    @property
    def terms(self) -> tuple[Any, ...]:
        """What of it is agreed on, whichever id it has."""
        return tuple(getattr(self, name) for name in _LINE_TERMS if name != "discount_amount_currency")

    def copied(self, model: Any, **more: Any) -> Any:
        """The same on another document, of the kind whose lines are `model`."""
        return model.new(**{name: getattr(self, name) for name in _LINE_TERMS}, **more)


def _is_foreign(row: Any, currency: str) -> bool:
    """Whether a discount was stated as an amount, and in another currency."""
    stated = row.discount_percent is None and row.discount_amount
    return bool(stated) and row.discount_amount_currency != currency


def _put(row: Any, amounts: Sequence[Decimal], currency: str) -> None:
    row.apply(
        {
            **dict(zip(_AMOUNTS, amounts, strict=True)),
            **{f"{name}_currency": currency for name in _AMOUNTS},
        }
    )


def document_rules() -> tuple[CheckConstraint, ...]:
    """What the table of a priced document holds itself to."""
    return (
        CheckConstraint(columns.choices_check("tax_mode", list(TaxMode)), name="tax_mode"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
        CheckConstraint("net_amount + tax_amount = gross_amount", name="gross_amount"),
        CheckConstraint(
            " AND ".join(f"{name}_currency = currency" for name in _AMOUNTS), name="one_currency"
        ),
    )


def line_rules(table: str, parent: str, document: str) -> tuple[Any, ...]:
    """What a table of lines holds itself to: `parent` is the column that names its `document`."""
    return (
        ForeignKeyConstraint(["tenant_id", parent], [f"{document}.tenant_id", f"{document}.id"]),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
        CheckConstraint("net_amount + tax_amount = gross_amount", name="gross_amount"),
        CheckConstraint(
            " AND ".join(f"{name}_currency = unit_price_currency" for name in _AMOUNTS), name="one_currency"
        ),
        Index(f"{table}_{parent}_idx", "tenant_id", parent, "position"),
        Index(f"{table}_product_id_idx", "tenant_id", "product_id"),
    )

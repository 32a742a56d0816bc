"""The rest of an order of which a part has left can be cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0052_cancelled_remainders"
down_revision = "0051_order_line_costs"
branch_labels = None
depends_on = None

MICRO = "coalesce((cancelled_amount * 1000000)::bigint, 9223372036854775807)"
OWED = "gross_amount - returned_amount - coalesce(cancelled_amount, 0)"
# what they were, what they become, which 0053 finds true of the rows that are there
RULES = {
    "orders_returned_amount_check": (
        "returned_amount >= 0 AND returned_amount <= gross_amount",
        f"returned_amount >= 0 AND coalesce(cancelled_amount, 0) >= 0 AND {OWED} >= 0",
    ),
    "orders_refund_due_check": (
        "refund_due = greatest(paid_amount - (gross_amount - returned_amount), 0)",
        f"refund_due = greatest(paid_amount - ({OWED}), 0)",
    ),
    "orders_money_currency_check": (
        "paid_amount_currency = currency AND returned_amount_currency = currency AND refund_due_currency = currency",
        "paid_amount_currency = currency AND returned_amount_currency = currency AND refund_due_currency = currency"
        " AND cancelled_amount_currency IS NOT DISTINCT FROM CASE WHEN cancelled_amount IS NOT NULL THEN currency END",
    ),
    "orders_cancelled_check": (
        "(status = 'cancelled') = (cancel_reason IS NOT NULL)",
        "status <> 'cancelled' OR cancel_reason IS NOT NULL",
    ),
    "order_lines_reserved_check": (
        "reserved >= 0 AND reserved + shipped <= quantity",
        "reserved >= 0 AND reserved + shipped + cancelled <= quantity",
    ),
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("cancelled_amount", sa.Numeric(precision=18, scale=6), nullable=True))
    op.add_column("orders", sa.Column("cancelled_amount_currency", sa.Text(), nullable=True))
    # what is sorted by is made by the database: it writes the table anew, once
    op.execute(
        "-- squawk-ignore adding-field-with-default\n"
        f"ALTER TABLE orders ADD COLUMN cancelled_amount_micro bigint NOT NULL GENERATED ALWAYS AS ({MICRO}) STORED"
    )
    op.execute(
        "ALTER TABLE order_lines ADD COLUMN cancelled numeric(18, 6) NOT NULL DEFAULT 0"
        " CONSTRAINT order_lines_cancelled_check CHECK (cancelled >= 0)"
    )
    _become(1, " NOT VALID")


def downgrade() -> None:
    _become(0, "")
    op.drop_column("order_lines", "cancelled")
    op.drop_column("orders", "cancelled_amount_micro")
    op.drop_column("orders", "cancelled_amount_currency")
    op.drop_column("orders", "cancelled_amount")


def _become(version: int, how: str) -> None:
    for name, rules in RULES.items():
        table = "orders" if name.startswith("orders") else "order_lines"
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rules[version]}){how}")

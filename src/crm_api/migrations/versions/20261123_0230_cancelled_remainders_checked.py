"""The rules of cancelled remainders hold for the rows that are there: checked in a transaction of its own."""

from alembic import op

revision = "0053_remainders_checked"
down_revision = "0052_cancelled_remainders"
branch_labels = None
depends_on = None

RULES = {
    "orders": ("returned_amount", "refund_due", "money_currency", "cancelled"),
    "order_lines": ("reserved",),
}


def upgrade() -> None:
    for table, rules in RULES.items():
        for rule in rules:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{rule}_check")


def downgrade() -> None:
    """They stay as sound as they were."""

"""What the goods of an order cost us when it was placed."""

import sqlalchemy as sa
from alembic import op

revision = "0051_order_line_costs"
down_revision = "0050_payment_refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("unit_cost", sa.Numeric(precision=18, scale=6), nullable=True))
    op.add_column("order_lines", sa.Column("unit_cost_currency", sa.Text(), nullable=True))
    op.add_column("order_lines", sa.Column("cost_rate", sa.Numeric(precision=18, scale=6), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "cost_rate")
    op.drop_column("order_lines", "unit_cost_currency")
    op.drop_column("order_lines", "unit_cost")

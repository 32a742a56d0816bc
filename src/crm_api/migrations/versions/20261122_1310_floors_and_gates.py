"""The lowest price of a product that needs no approval, and stages that ask for one."""

import sqlalchemy as sa
from alembic import op

revision = "0046_floors_and_gates"
down_revision = "0045_expense_claims"
branch_labels = None
depends_on = None

MICRO = "coalesce((floor_price * 1000000)::bigint, 9223372036854775807)"


def upgrade() -> None:
    op.add_column("pipeline_stages", sa.Column("approval_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("products", sa.Column("floor_price", sa.Numeric(precision=18, scale=6), nullable=True))
    # columns and their rules in one: there is no row yet that could break them
    op.execute(
        "ALTER TABLE products ADD COLUMN floor_price_currency text"
        " CONSTRAINT products_floor_price_currency_check CHECK ((floor_price IS NULL) = (floor_price_currency IS NULL))"
    )
    # a catalogue is small: writing it anew takes no time
    op.execute(
        f"-- squawk-ignore adding-field-with-default\nALTER TABLE products ADD COLUMN floor_price_micro bigint NOT NULL GENERATED ALWAYS AS ({MICRO}) STORED"
    )


def downgrade() -> None:
    op.drop_column("products", "floor_price_micro")
    op.drop_column("products", "floor_price_currency")
    op.drop_column("products", "floor_price")
    op.drop_column("pipeline_stages", "approval_required")

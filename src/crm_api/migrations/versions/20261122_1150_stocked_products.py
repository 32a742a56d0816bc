"""Products of which stock is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0038_stocked_products"
down_revision = "0037_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("products", sa.Column("stocked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("products", "stocked")

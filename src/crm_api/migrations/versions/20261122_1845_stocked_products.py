"""Products of which stock is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0045_stocked_products"
down_revision = "0041_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("products", sa.Column("stocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("products", "stocked", server_default=None)


def downgrade() -> None:
    op.drop_column("products", "stocked")

"""Exchange rates."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0050_exchange_rates"
down_revision = "0047_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('exchange_rates',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('rate_on', sa.Date(), nullable=False),
    sa.Column('rate', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('rate > 0', name=op.f('exchange_rates_rate_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('exchange_rates_pkey'))
    )
    op.create_index('exchange_rates_created_at_idx', 'exchange_rates', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('exchange_rates_day_key', 'exchange_rates', ['tenant_id', 'currency', 'rate_on'], unique=True)
    op.create_index('exchange_rates_rate_on_idx', 'exchange_rates', ['tenant_id', 'rate_on', 'id'], unique=False)
    protect("exchange_rates")


def downgrade() -> None:
    op.drop_table('exchange_rates')

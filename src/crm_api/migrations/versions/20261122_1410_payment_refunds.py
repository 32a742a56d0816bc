"""What of payments was paid back."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0050_payment_refunds"
down_revision = "0049_joined_documents_found"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payment_refunds',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('payment_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('refunded_on', sa.Date(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('base_amount_micro', sa.BigInteger(), sa.Computed('coalesce((base_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('base_amount', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('base_amount_currency', sa.Text(), nullable=True),
    sa.Column('rate', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('rate_on', sa.Date(), nullable=True),
    sa.CheckConstraint("method IN ('bank_transfer', 'cash', 'card', 'wechat', 'alipay', 'cheque', 'other')", name=op.f('payment_refunds_method_check')),
    sa.CheckConstraint('amount > 0', name=op.f('payment_refunds_amount_check')),
    sa.CheckConstraint('num_nulls(base_amount, base_amount_currency, rate, rate_on) IN (0, 4)', name=op.f('payment_refunds_based_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('payment_refunds_tenant_id_order_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'payment_id'], ['payments.tenant_id', 'payments.id'], name=op.f('payment_refunds_tenant_id_payment_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('payment_refunds_pkey'))
    )
    op.create_index('payment_refunds_order_id_idx', 'payment_refunds', ['tenant_id', 'order_id'], unique=False)
    op.create_index('payment_refunds_payment_id_idx', 'payment_refunds', ['tenant_id', 'payment_id', 'position'], unique=False)
    protect("payment_refunds")


def downgrade() -> None:
    op.drop_table('payment_refunds')

"""Payments and what they settle."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0043_payments"
down_revision = "0042_receivables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payments',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reverse_reason', sa.Text(), nullable=True),
    sa.Column('allocated_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('allocated_amount_currency', sa.Text(), nullable=False),
    sa.Column('allocated_amount_micro', sa.BigInteger(), sa.Computed('coalesce((allocated_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('base_amount_micro', sa.BigInteger(), sa.Computed('coalesce((base_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('base_amount', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('base_amount_currency', sa.Text(), nullable=True),
    sa.Column('rate', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('rate_on', sa.Date(), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status = 'reversed') = (reverse_reason IS NOT NULL)", name=op.f('payments_reversed_check')),
    sa.CheckConstraint("method IN ('bank_transfer', 'cash', 'card', 'wechat', 'alipay', 'cheque', 'other')", name=op.f('payments_method_check')),
    sa.CheckConstraint("status <> 'reversed' OR allocated_amount = 0", name=op.f('payments_reversed_allocated_check')),
    sa.CheckConstraint("status IN ('received', 'reversed')", name=op.f('payments_status_check')),
    sa.CheckConstraint('allocated_amount >= 0 AND allocated_amount <= amount', name=op.f('payments_allocated_amount_check')),
    sa.CheckConstraint('allocated_amount_currency = amount_currency', name=op.f('payments_one_currency_check')),
    sa.CheckConstraint('amount > 0', name=op.f('payments_amount_check')),
    sa.CheckConstraint('num_nulls(base_amount, base_amount_currency, rate, rate_on) IN (0, 4)', name=op.f('payments_based_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('payments_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('payments_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('payments_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('payments_pkey'))
    )
    op.create_index('payments_all_created_at_idx', 'payments', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('payments_all_received_on_idx', 'payments', ['tenant_id', 'received_on', 'id'], unique=False)
    op.create_index('payments_customer_id_idx', 'payments', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('payments_number_key', 'payments', ['tenant_id', 'number'], unique=True)
    op.create_index('payments_owner_created_at_idx', 'payments', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False)
    op.create_index('payments_owner_received_on_idx', 'payments', ['tenant_id', 'owner_id', 'received_on', 'id'], unique=False)
    op.create_index('payments_team_created_at_idx', 'payments', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False)
    op.create_index('payments_team_received_on_idx', 'payments', ['tenant_id', 'team_id', 'received_on', 'id'], unique=False)
    op.create_table('payment_allocations',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('payment_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('receivable_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('allocated_on', sa.Date(), nullable=False),
    sa.Column('released_on', sa.Date(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('payment_allocations_amount_check')),
    sa.CheckConstraint('released_on >= allocated_on', name=op.f('payment_allocations_released_on_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'payment_id'], ['payments.tenant_id', 'payments.id'], name=op.f('payment_allocations_tenant_id_payment_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'receivable_id'], ['receivables.tenant_id', 'receivables.id'], name=op.f('payment_allocations_tenant_id_receivable_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('payment_allocations_pkey'))
    )
    op.create_index('payment_allocations_payment_id_idx', 'payment_allocations', ['tenant_id', 'payment_id', 'position'], unique=False)
    op.create_index('payment_allocations_receivable_id_idx', 'payment_allocations', ['tenant_id', 'receivable_id'], unique=False)
    protect("payments", "payment_allocations")


def downgrade() -> None:
    op.drop_table('payment_allocations')
    op.drop_table('payments')

"""Receivables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0042_receivables"
down_revision = "0041_exchange_rates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('receivables',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('paid_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('paid_amount_currency', sa.Text(), nullable=False),
    sa.Column('paid_amount_micro', sa.BigInteger(), sa.Computed('coalesce((paid_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contract_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'paid') = (paid_amount = amount)", name=op.f('receivables_paid_check')),
    sa.CheckConstraint("(status = 'part') = (paid_amount > 0 AND paid_amount < amount)", name=op.f('receivables_part_check')),
    sa.CheckConstraint("status IN ('open', 'part', 'paid', 'cancelled')", name=op.f('receivables_status_check')),
    sa.CheckConstraint('amount > 0', name=op.f('receivables_amount_check')),
    sa.CheckConstraint('contract_id IS NULL OR order_id IS NULL', name=op.f('receivables_one_document_check')),
    sa.CheckConstraint('paid_amount = 0 OR deleted_at IS NULL', name=op.f('receivables_deleted_check')),
    sa.CheckConstraint('paid_amount >= 0 AND paid_amount <= amount', name=op.f('receivables_paid_amount_check')),
    sa.CheckConstraint('paid_amount_currency = amount_currency', name=op.f('receivables_one_currency_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('receivables_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'contract_id'], ['contracts.tenant_id', 'contracts.id'], name=op.f('receivables_tenant_id_contract_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('receivables_tenant_id_order_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('receivables_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('receivables_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('receivables_pkey'))
    )
    op.create_index('receivables_all_created_at_idx', 'receivables', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('receivables_all_due_on_idx', 'receivables', ['tenant_id', 'due_on', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('receivables_contract_id_idx', 'receivables', ['tenant_id', 'contract_id'], unique=False)
    op.create_index('receivables_customer_id_idx', 'receivables', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('receivables_order_id_idx', 'receivables', ['tenant_id', 'order_id'], unique=False)
    op.create_index('receivables_owner_created_at_idx', 'receivables', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('receivables_owner_due_on_idx', 'receivables', ['tenant_id', 'owner_id', 'due_on', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('receivables_team_created_at_idx', 'receivables', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('receivables_team_due_on_idx', 'receivables', ['tenant_id', 'team_id', 'due_on', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    protect("receivables")


def downgrade() -> None:
    op.drop_table('receivables')

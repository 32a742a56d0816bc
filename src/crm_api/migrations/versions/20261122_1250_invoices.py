"""Invoices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0044_invoices"
down_revision = "0043_payments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('invoices',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('tax_id', sa.Text(), nullable=True),
    sa.Column('bank', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('net_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount_currency', sa.Text(), nullable=False),
    sa.Column('net_amount_micro', sa.BigInteger(), sa.Computed('coalesce((net_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('tax_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount_micro', sa.BigInteger(), sa.Computed('coalesce((tax_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('gross_amount_currency', sa.Text(), nullable=False),
    sa.Column('gross_amount_micro', sa.BigInteger(), sa.Computed('coalesce((gross_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('void_reason', sa.Text(), nullable=True),
    sa.Column('red_letter_reason', sa.Text(), nullable=True),
    sa.Column('corrects_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('corrected_by_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('base_amount_micro', sa.BigInteger(), sa.Computed('coalesce((base_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contract_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=True),
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
    sa.CheckConstraint("(status = 'red_lettered') = (corrected_by_id IS NOT NULL)", name=op.f('invoices_red_lettered_check')),
    sa.CheckConstraint("(status = 'voided') = (void_reason IS NOT NULL)", name=op.f('invoices_voided_check')),
    sa.CheckConstraint("(status IN ('issued', 'delivered', 'red_lettered')) = (number IS NOT NULL)", name=op.f('invoices_number_check')),
    sa.CheckConstraint("kind IN ('special', 'general')", name=op.f('invoices_kind_check')),
    sa.CheckConstraint("status IN ('applied', 'approved', 'issued', 'delivered', 'voided', 'red_lettered')", name=op.f('invoices_status_check')),
    sa.CheckConstraint('(corrects_id IS NULL AND gross_amount > 0 AND net_amount >= 0 AND tax_amount >= 0) OR (corrects_id IS NOT NULL AND gross_amount < 0 AND net_amount <= 0 AND tax_amount <= 0)', name=op.f('invoices_sign_check')),
    sa.CheckConstraint('(number IS NULL) = (issued_on IS NULL)', name=op.f('invoices_issued_on_check')),
    sa.CheckConstraint('contract_id IS NULL OR order_id IS NULL', name=op.f('invoices_one_document_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('invoices_gross_amount_check')),
    sa.CheckConstraint('net_amount_currency = gross_amount_currency AND tax_amount_currency = gross_amount_currency', name=op.f('invoices_one_currency_check')),
    sa.CheckConstraint('num_nulls(base_amount, base_amount_currency, rate, rate_on) IN (0, 4)', name=op.f('invoices_based_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'approved_by'], ['principals.tenant_id', 'principals.id'], name=op.f('invoices_tenant_id_approved_by_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'corrected_by_id'], ['invoices.tenant_id', 'invoices.id'], name=op.f('invoices_tenant_id_corrected_by_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'corrects_id'], ['invoices.tenant_id', 'invoices.id'], name=op.f('invoices_tenant_id_corrects_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('invoices_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'contract_id'], ['contracts.tenant_id', 'contracts.id'], name=op.f('invoices_tenant_id_contract_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('invoices_tenant_id_order_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('invoices_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('invoices_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('invoices_pkey'))
    )
    op.create_index('invoices_all_created_at_idx', 'invoices', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('invoices_all_gross_amount_micro_idx', 'invoices', ['tenant_id', 'gross_amount_micro', 'id'], unique=False)
    op.create_index('invoices_contract_id_idx', 'invoices', ['tenant_id', 'contract_id'], unique=False)
    op.create_index('invoices_corrected_by_id_idx', 'invoices', ['tenant_id', 'corrected_by_id'], unique=False)
    op.create_index('invoices_corrects_id_key', 'invoices', ['tenant_id', 'corrects_id'], unique=True)
    op.create_index('invoices_customer_id_idx', 'invoices', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('invoices_number_key', 'invoices', ['tenant_id', 'number'], unique=True)
    op.create_index('invoices_order_id_idx', 'invoices', ['tenant_id', 'order_id'], unique=False)
    op.create_index('invoices_owner_created_at_idx', 'invoices', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False)
    op.create_index('invoices_owner_gross_amount_micro_idx', 'invoices', ['tenant_id', 'owner_id', 'gross_amount_micro', 'id'], unique=False)
    op.create_index('invoices_team_created_at_idx', 'invoices', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False)
    op.create_index('invoices_team_gross_amount_micro_idx', 'invoices', ['tenant_id', 'team_id', 'gross_amount_micro', 'id'], unique=False)
    protect("invoices")


def downgrade() -> None:
    op.drop_table('invoices')

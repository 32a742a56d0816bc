"""Contracts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0037_contracts"
down_revision = "0036_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contracts',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('amends_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('type', sa.Text(), nullable=True),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('quote_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('amount_source', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('ends_on_sort', sa.Date(), sa.Computed("coalesce(ends_on, '9999-12-31'::date)", persisted=True), nullable=False),
    sa.Column('renewal_notice_days', sa.Integer(), nullable=True),
    sa.Column('renewal_notice_on', sa.Date(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.Column('discount_amount_micro', sa.BigInteger(), sa.Computed('coalesce((discount_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('net_amount_micro', sa.BigInteger(), sa.Computed('coalesce((net_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('tax_amount_micro', sa.BigInteger(), sa.Computed('coalesce((tax_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('gross_amount_micro', sa.BigInteger(), sa.Computed('coalesce((gross_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('tax_mode', sa.Text(), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('discount_amount_currency', sa.Text(), nullable=False),
    sa.Column('net_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('tax_amount_currency', sa.Text(), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('gross_amount_currency', sa.Text(), nullable=False),
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
    sa.CheckConstraint("(status IN ('terminated', 'voided')) = (end_reason IS NOT NULL)", name=op.f('contracts_ended_check')),
    sa.CheckConstraint("amount_source IN ('lines', 'manual')", name=op.f('contracts_amount_source_check')),
    sa.CheckConstraint("status IN ('draft', 'approving', 'approved', 'signed', 'active', 'expiring', 'expired', 'terminated', 'voided', 'superseded')", name=op.f('contracts_status_check')),
    sa.CheckConstraint("status NOT IN ('signed', 'active', 'expiring') OR signed_on IS NOT NULL", name=op.f('contracts_signed_check')),
    sa.CheckConstraint("tax_mode IN ('exclusive', 'inclusive')", name=op.f('contracts_tax_mode_check')),
    sa.CheckConstraint('(revision = 1) = (amends_id IS NULL)', name=op.f('contracts_amends_check')),
    sa.CheckConstraint('amount_currency = currency', name=op.f('contracts_amount_currency_check')),
    sa.CheckConstraint('discount_amount_currency = currency AND net_amount_currency = currency AND tax_amount_currency = currency AND gross_amount_currency = currency', name=op.f('contracts_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('contracts_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('contracts_gross_amount_check')),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('contracts_ends_on_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'amends_id'], ['contracts.tenant_id', 'contracts.id'], name=op.f('contracts_tenant_id_amends_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('contracts_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('contracts_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('contracts_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('contracts_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('contracts_pkey'))
    )
    op.create_index('contracts_all_amount_micro_idx', 'contracts', ['tenant_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_all_created_at_idx', 'contracts', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_all_ends_on_sort_idx', 'contracts', ['tenant_id', 'ends_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_all_name_sort_idx', 'contracts', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_amends_id_idx', 'contracts', ['tenant_id', 'amends_id'], unique=False)
    op.create_index('contracts_amends_key', 'contracts', ['tenant_id', 'amends_id'], unique=True, postgresql_where=sa.text("status IN ('approved', 'approving', 'draft') AND deleted_at IS NULL"))
    op.create_index('contracts_customer_id_idx', 'contracts', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('contracts_due_idx', 'contracts', ['tenant_id', 'status', 'ends_on'], unique=False)
    op.create_index('contracts_number_key', 'contracts', ['tenant_id', 'number', 'revision'], unique=True)
    op.create_index('contracts_opportunity_id_idx', 'contracts', ['tenant_id', 'opportunity_id'], unique=False)
    op.create_index('contracts_owner_amount_micro_idx', 'contracts', ['tenant_id', 'owner_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_owner_created_at_idx', 'contracts', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_owner_ends_on_sort_idx', 'contracts', ['tenant_id', 'owner_id', 'ends_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_owner_name_sort_idx', 'contracts', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_quote_id_idx', 'contracts', ['tenant_id', 'quote_id'], unique=False)
    op.create_index('contracts_team_amount_micro_idx', 'contracts', ['tenant_id', 'team_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_team_created_at_idx', 'contracts', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_team_ends_on_sort_idx', 'contracts', ['tenant_id', 'team_id', 'ends_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('contracts_team_name_sort_idx', 'contracts', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('contract_lines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contract_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('unit_price', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price_currency', sa.Text(), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('discount_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_rate', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('tax_amount_currency', sa.Text(), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('gross_amount_currency', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('discount_amount_currency = unit_price_currency AND net_amount_currency = unit_price_currency AND tax_amount_currency = unit_price_currency AND gross_amount_currency = unit_price_currency', name=op.f('contract_lines_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('contract_lines_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('contract_lines_gross_amount_check')),
    sa.CheckConstraint('quantity > 0', name=op.f('contract_lines_quantity_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'contract_id'], ['contracts.tenant_id', 'contracts.id'], name=op.f('contract_lines_tenant_id_contract_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('contract_lines_tenant_id_product_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('contract_lines_pkey'))
    )
    op.create_index('contract_lines_contract_id_idx', 'contract_lines', ['tenant_id', 'contract_id', 'position'], unique=False)
    op.create_index('contract_lines_product_id_idx', 'contract_lines', ['tenant_id', 'product_id'], unique=False)
    op.create_table('contract_signatories',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contract_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('side', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('contact_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('user_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("side IN ('ours', 'theirs')", name=op.f('contract_signatories_side_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'contact_id'], ['contacts.tenant_id', 'contacts.id'], name=op.f('contract_signatories_tenant_id_contact_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'contract_id'], ['contracts.tenant_id', 'contracts.id'], name=op.f('contract_signatories_tenant_id_contract_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'user_id'], ['users.tenant_id', 'users.id'], name=op.f('contract_signatories_tenant_id_user_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('contract_signatories_pkey'))
    )
    op.create_index('contract_signatories_contact_id_idx', 'contract_signatories', ['tenant_id', 'contact_id'], unique=False)
    op.create_index('contract_signatories_contract_id_idx', 'contract_signatories', ['tenant_id', 'contract_id', 'position'], unique=False)
    op.create_index('contract_signatories_user_id_idx', 'contract_signatories', ['tenant_id', 'user_id'], unique=False)
    protect("contracts", "contract_lines", "contract_signatories")


def downgrade() -> None:
    op.drop_table('contract_signatories')
    op.drop_table('contract_lines')
    op.drop_table('contracts')

"""Quotes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0034_quotes"
down_revision = "0033_development_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quotes',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('version_number', sa.Integer(), nullable=False),
    sa.Column('previous_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('customer_name', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('contact_name', sa.Text(), nullable=True),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('viewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_name', sa.Text(), nullable=True),
    sa.Column('decided_by_email', sa.Text(), nullable=True),
    sa.Column('decided_from_ip', sa.Text(), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.Column('link_digest', sa.LargeBinary(), nullable=True),
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
    sa.CheckConstraint("(status = 'sent') = (link_digest IS NOT NULL)", name=op.f('quotes_link_check')),
    sa.CheckConstraint("status <> 'accepted' OR decided_at IS NOT NULL", name=op.f('quotes_accepted_check')),
    sa.CheckConstraint("status IN ('draft', 'sent', 'accepted', 'rejected', 'expired', 'superseded')", name=op.f('quotes_status_check')),
    sa.CheckConstraint("tax_mode IN ('exclusive', 'inclusive')", name=op.f('quotes_tax_mode_check')),
    sa.CheckConstraint('(version_number = 1) = (previous_id IS NULL)', name=op.f('quotes_previous_check')),
    sa.CheckConstraint('discount_amount_currency = currency AND net_amount_currency = currency AND tax_amount_currency = currency AND gross_amount_currency = currency', name=op.f('quotes_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('quotes_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('quotes_gross_amount_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'contact_id'], ['contacts.tenant_id', 'contacts.id'], name=op.f('quotes_tenant_id_contact_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('quotes_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('quotes_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('quotes_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'previous_id'], ['quotes.tenant_id', 'quotes.id'], name=op.f('quotes_tenant_id_previous_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('quotes_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('quotes_pkey'))
    )
    op.create_index('quotes_all_created_at_idx', 'quotes', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_all_gross_amount_micro_idx', 'quotes', ['tenant_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_all_name_sort_idx', 'quotes', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_contact_id_idx', 'quotes', ['tenant_id', 'contact_id'], unique=False)
    op.create_index('quotes_customer_id_idx', 'quotes', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('quotes_due_idx', 'quotes', ['tenant_id', 'status', 'valid_until'], unique=False)
    op.create_index('quotes_link_key', 'quotes', ['tenant_id', 'link_digest'], unique=True)
    op.create_index('quotes_number_key', 'quotes', ['tenant_id', 'number', 'version_number'], unique=True)
    op.create_index('quotes_opportunity_id_idx', 'quotes', ['tenant_id', 'opportunity_id'], unique=False)
    op.create_index('quotes_owner_created_at_idx', 'quotes', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_owner_gross_amount_micro_idx', 'quotes', ['tenant_id', 'owner_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_owner_name_sort_idx', 'quotes', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_previous_key', 'quotes', ['tenant_id', 'previous_id'], unique=True)
    op.create_index('quotes_team_created_at_idx', 'quotes', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_team_gross_amount_micro_idx', 'quotes', ['tenant_id', 'team_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('quotes_team_name_sort_idx', 'quotes', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('quote_lines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('quote_id', sa.Uuid(as_uuid=False), nullable=False),
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
    sa.CheckConstraint('discount_amount_currency = unit_price_currency AND net_amount_currency = unit_price_currency AND tax_amount_currency = unit_price_currency AND gross_amount_currency = unit_price_currency', name=op.f('quote_lines_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('quote_lines_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('quote_lines_gross_amount_check')),
    sa.CheckConstraint('quantity > 0', name=op.f('quote_lines_quantity_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('quote_lines_tenant_id_product_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'quote_id'], ['quotes.tenant_id', 'quotes.id'], name=op.f('quote_lines_tenant_id_quote_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('quote_lines_pkey'))
    )
    op.create_index('quote_lines_product_id_idx', 'quote_lines', ['tenant_id', 'product_id'], unique=False)
    op.create_index('quote_lines_quote_id_idx', 'quote_lines', ['tenant_id', 'quote_id', 'position'], unique=False)
    protect("quotes", "quote_lines")


def downgrade() -> None:
    op.drop_table('quote_lines')
    op.drop_table('quotes')

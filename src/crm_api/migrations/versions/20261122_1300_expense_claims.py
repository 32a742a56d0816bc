"""Expense claims."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0045_expense_claims"
down_revision = "0044_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('expense_claims',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('paid_by', sa.Text(), nullable=True),
    sa.Column('payment_reference', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
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
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'paid') = (paid_on IS NOT NULL AND paid_by IS NOT NULL)", name=op.f('expense_claims_paid_check')),
    sa.CheckConstraint("paid_by IN ('bank_transfer', 'cash', 'payroll', 'other')", name=op.f('expense_claims_paid_by_check')),
    sa.CheckConstraint("status IN ('draft', 'approving', 'approved', 'rejected', 'paid')", name=op.f('expense_claims_status_check')),
    sa.CheckConstraint('amount >= 0', name=op.f('expense_claims_amount_check')),
    sa.CheckConstraint('num_nulls(base_amount, base_amount_currency, rate, rate_on) IN (0, 4)', name=op.f('expense_claims_based_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('expense_claims_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('expense_claims_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('expense_claims_pkey'))
    )
    op.create_index('expense_claims_all_amount_micro_idx', 'expense_claims', ['tenant_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_all_created_at_idx', 'expense_claims', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_all_name_sort_idx', 'expense_claims', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_number_key', 'expense_claims', ['tenant_id', 'number'], unique=True)
    op.create_index('expense_claims_owner_amount_micro_idx', 'expense_claims', ['tenant_id', 'owner_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_owner_created_at_idx', 'expense_claims', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_owner_name_sort_idx', 'expense_claims', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_team_amount_micro_idx', 'expense_claims', ['tenant_id', 'team_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_team_created_at_idx', 'expense_claims', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('expense_claims_team_name_sort_idx', 'expense_claims', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('expense_lines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('expense_claim_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('spent_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('tax_amount_currency', sa.Text(), nullable=True),
    sa.Column('receipt_number', sa.Text(), nullable=True),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('(tax_amount IS NULL) = (tax_amount_currency IS NULL)', name=op.f('expense_lines_tax_amount_currency_check')),
    sa.CheckConstraint('amount > 0', name=op.f('expense_lines_amount_check')),
    sa.CheckConstraint('tax_amount BETWEEN 0 AND amount', name=op.f('expense_lines_tax_amount_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('expense_lines_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'expense_claim_id'], ['expense_claims.tenant_id', 'expense_claims.id'], name=op.f('expense_lines_tenant_id_expense_claim_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('expense_lines_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('expense_lines_tenant_id_order_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('expense_lines_pkey'))
    )
    op.create_index('expense_lines_customer_id_idx', 'expense_lines', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('expense_lines_expense_claim_id_idx', 'expense_lines', ['tenant_id', 'expense_claim_id', 'position'], unique=False)
    op.create_index('expense_lines_opportunity_id_idx', 'expense_lines', ['tenant_id', 'opportunity_id'], unique=False)
    op.create_index('expense_lines_order_id_idx', 'expense_lines', ['tenant_id', 'order_id'], unique=False)
    op.create_index('expense_lines_receipt_number_idx', 'expense_lines', ['tenant_id', 'receipt_number'], unique=False)
    protect("expense_claims", "expense_lines")


def downgrade() -> None:
    op.drop_table('expense_lines')
    op.drop_table('expense_claims')

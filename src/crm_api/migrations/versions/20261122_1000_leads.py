"""Leads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0027_leads"
down_revision = "0026_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('leads',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('company_name', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('phones', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('emails', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('website', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('discard_reason', sa.Text(), nullable=True),
    sa.Column('discard_note', sa.Text(), nullable=True),
    sa.Column('converted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('contact_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=True),
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
    sa.CheckConstraint("(status = 'converted') = (converted_at IS NOT NULL)", name=op.f('leads_converted_check')),
    sa.CheckConstraint("(status = 'converted') = (customer_id IS NOT NULL AND contact_id IS NOT NULL)", name=op.f('leads_became_check')),
    sa.CheckConstraint("(status = 'discarded') = (discard_reason IS NOT NULL)", name=op.f('leads_discarded_check')),
    sa.CheckConstraint("status IN ('new', 'contacted', 'qualified', 'converted', 'discarded')", name=op.f('leads_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'contact_id'], ['contacts.tenant_id', 'contacts.id'], name=op.f('leads_tenant_id_contact_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('leads_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('leads_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('leads_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('leads_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('leads_pkey'))
    )
    op.create_index('leads_all_created_at_idx', 'leads', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('leads_all_name_sort_idx', 'leads', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('leads_contact_id_idx', 'leads', ['tenant_id', 'contact_id'], unique=False)
    op.create_index('leads_customer_id_idx', 'leads', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('leads_opportunity_id_idx', 'leads', ['tenant_id', 'opportunity_id'], unique=False)
    op.create_index('leads_owner_created_at_idx', 'leads', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('leads_owner_name_sort_idx', 'leads', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('leads_team_created_at_idx', 'leads', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('leads_team_name_sort_idx', 'leads', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    protect("leads")


def downgrade() -> None:
    op.drop_table('leads')

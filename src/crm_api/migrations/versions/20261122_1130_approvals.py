"""Approval flows and approvals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0036_approvals"
down_revision = "0035_price_books"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('approval_flows',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('type', sa.Text(), nullable=True),
    sa.Column('amount_from', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('amount_from_currency', sa.Text(), nullable=True),
    sa.Column('amount_from_micro', sa.BigInteger(), sa.Computed('coalesce((amount_from * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('amount_below', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('amount_below_currency', sa.Text(), nullable=True),
    sa.Column('amount_below_micro', sa.BigInteger(), sa.Computed('coalesce((amount_below * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(amount_below IS NULL) = (amount_below_currency IS NULL)', name=op.f('approval_flows_amount_below_currency_check')),
    sa.CheckConstraint('(amount_from IS NULL) = (amount_from_currency IS NULL)', name=op.f('approval_flows_amount_from_currency_check')),
    sa.CheckConstraint('amount_from < amount_below', name=op.f('approval_flows_amount_check')),
    sa.CheckConstraint('amount_from_currency = amount_below_currency', name=op.f('approval_flows_currency_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('approval_flows_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('approval_flows_pkey'))
    )
    op.create_index('approval_flows_created_at_idx', 'approval_flows', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('approval_flows_name_idx', 'approval_flows', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('approval_flows_resource_idx', 'approval_flows', ['tenant_id', 'resource'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('approval_flows_team_id_idx', 'approval_flows', ['tenant_id', 'team_id'], unique=False)
    op.create_table('approval_flow_nodes',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('flow_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('levels', sa.Integer(), nullable=True),
    sa.Column('role', sa.Text(), nullable=True),
    sa.Column('user_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'role') = (role IS NOT NULL)", name=op.f('approval_flow_nodes_role_check')),
    sa.CheckConstraint("(kind = 'superior_chain') = (levels IS NOT NULL)", name=op.f('approval_flow_nodes_levels_check')),
    sa.CheckConstraint("kind IN ('superior_chain', 'team_leader', 'role', 'users')", name=op.f('approval_flow_nodes_kind_check')),
    sa.CheckConstraint("mode IN ('all', 'any', 'sequential')", name=op.f('approval_flow_nodes_mode_check')),
    sa.CheckConstraint('levels BETWEEN 1 AND 10', name=op.f('approval_flow_nodes_most_levels_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'flow_id'], ['approval_flows.tenant_id', 'approval_flows.id'], name=op.f('approval_flow_nodes_tenant_id_flow_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('approval_flow_nodes_pkey'))
    )
    op.create_index('approval_flow_nodes_flow_id_idx', 'approval_flow_nodes', ['tenant_id', 'flow_id', 'position'], unique=False)
    op.create_table('approvals',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('subject_name', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('amount_currency', sa.Text(), nullable=True),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('submitter_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('flow_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('flow_version', sa.Integer(), nullable=False),
    sa.Column('nodes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('node', sa.Integer(), nullable=False),
    sa.Column('approver_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('pending', 'approved', 'rejected', 'sent_back', 'withdrawn')", name=op.f('approvals_status_check')),
    sa.CheckConstraint('(amount IS NULL) = (amount_currency IS NULL)', name=op.f('approvals_amount_currency_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'flow_id'], ['approval_flows.tenant_id', 'approval_flows.id'], name=op.f('approvals_tenant_id_flow_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'submitter_id'], ['users.tenant_id', 'users.id'], name=op.f('approvals_tenant_id_submitter_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('approvals_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('approvals_pkey'))
    )
    op.create_index('approvals_created_at_idx', 'approvals', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('approvals_flow_id_idx', 'approvals', ['tenant_id', 'flow_id'], unique=False)
    op.create_index('approvals_subject_idx', 'approvals', ['tenant_id', 'subject_type', 'subject_id'], unique=False)
    op.create_index('approvals_subject_key', 'approvals', ['tenant_id', 'subject_type', 'subject_id'], unique=True, postgresql_where=sa.text("status = 'pending'"))
    op.create_index('approvals_submitter_id_idx', 'approvals', ['tenant_id', 'submitter_id', 'created_at', 'id'], unique=False)
    op.create_index('approvals_team_id_idx', 'approvals', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False)
    op.create_table('approval_steps',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('approval_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('node', sa.Integer(), nullable=False),
    sa.Column('approver_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('for_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('waiting', 'pending', 'approved', 'rejected', 'sent_back', 'skipped', 'delegated', 'reassigned')", name=op.f('approval_steps_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'approval_id'], ['approvals.tenant_id', 'approvals.id'], name=op.f('approval_steps_tenant_id_approval_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'approver_id'], ['users.tenant_id', 'users.id'], name=op.f('approval_steps_tenant_id_approver_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'for_id'], ['users.tenant_id', 'users.id'], name=op.f('approval_steps_tenant_id_for_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('approval_steps_pkey'))
    )
    op.create_index('approval_steps_approval_id_idx', 'approval_steps', ['tenant_id', 'approval_id', 'position'], unique=False)
    op.create_index('approval_steps_approver_id_idx', 'approval_steps', ['tenant_id', 'approver_id', 'approval_id'], unique=False)
    op.create_index('approval_steps_for_id_idx', 'approval_steps', ['tenant_id', 'for_id'], unique=False)
    protect("approval_flows", "approval_flow_nodes", "approvals", "approval_steps")


def downgrade() -> None:
    op.drop_table('approval_steps')
    op.drop_table('approvals')
    op.drop_table('approval_flow_nodes')
    op.drop_table('approval_flows')

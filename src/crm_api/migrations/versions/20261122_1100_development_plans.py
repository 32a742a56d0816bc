"""Development plans and their items."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0033_development_plans"
down_revision = "0032_stage_gates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('development_plans',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('goal', sa.Text(), nullable=True),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.Column('next_due_on_sort', sa.Date(), sa.Computed("coalesce(next_due_on, '9999-12-31'::date)", persisted=True), nullable=False),
    sa.Column('failure_reason', sa.Text(), nullable=True),
    sa.Column('failure_note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'failed') = (failure_reason IS NOT NULL AND failure_note IS NOT NULL)", name=op.f('development_plans_failed_check')),
    sa.CheckConstraint("status IN ('draft', 'executing', 'succeeded', 'failed')", name=op.f('development_plans_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('development_plans_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('development_plans_tenant_id_owner_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('development_plans_pkey'))
    )
    op.create_index('development_plans_created_at_idx', 'development_plans', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('development_plans_next_due_on_idx', 'development_plans', ['tenant_id', 'next_due_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('development_plans_opportunity_id_idx', 'development_plans', ['tenant_id', 'opportunity_id'], unique=False)
    op.create_index('development_plans_opportunity_id_key', 'development_plans', ['tenant_id', 'opportunity_id'], unique=True, postgresql_where=sa.text("deleted_at IS NULL AND status <> 'failed'"))
    op.create_index('development_plans_owner_id_idx', 'development_plans', ['tenant_id', 'owner_id'], unique=False)
    op.create_table('development_plan_items',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('plan_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('done', sa.Boolean(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('done = (done_at IS NOT NULL)', name=op.f('development_plan_items_done_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('development_plan_items_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'plan_id'], ['development_plans.tenant_id', 'development_plans.id'], name=op.f('development_plan_items_tenant_id_plan_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('development_plan_items_pkey'))
    )
    op.create_index('development_plan_items_owner_id_idx', 'development_plan_items', ['tenant_id', 'owner_id'], unique=False)
    op.create_index('development_plan_items_plan_id_idx', 'development_plan_items', ['tenant_id', 'plan_id', 'position'], unique=False)
    protect("development_plans", "development_plan_items")


def downgrade() -> None:
    op.drop_table('development_plan_items')
    op.drop_table('development_plans')

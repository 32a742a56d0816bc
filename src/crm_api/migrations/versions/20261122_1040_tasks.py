"""Tasks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0031_tasks"
down_revision = "0030_interactions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tasks',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=True),
    sa.Column('subject_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at_sort', sa.DateTime(timezone=True), sa.Computed("coalesce(due_at, '9999-12-31 23:59:59.999999+00'::timestamptz)", persisted=True), nullable=False),
    sa.Column('remind_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recurrence', sa.Text(), nullable=True),
    sa.Column('recurrence_interval', sa.Integer(), nullable=False),
    sa.Column('recurrence_until', sa.Date(), nullable=True),
    sa.Column('recurs_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('interaction_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('next_id', sa.Uuid(as_uuid=False), nullable=True),
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
    sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f('tasks_priority_check')),
    sa.CheckConstraint("recurrence IN ('daily', 'weekly', 'monthly')", name=op.f('tasks_recurrence_check')),
    sa.CheckConstraint("status IN ('open', 'done', 'cancelled')", name=op.f('tasks_status_check')),
    sa.CheckConstraint('(subject_type IS NULL) = (subject_id IS NULL)', name=op.f('tasks_subject_check')),
    sa.CheckConstraint('recurrence IS NULL OR due_at IS NOT NULL', name=op.f('tasks_recurring_check')),
    sa.CheckConstraint('recurrence_interval BETWEEN 1 AND 366', name=op.f('tasks_recurrence_interval_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('tasks_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'interaction_id'], ['interactions.tenant_id', 'interactions.id'], name=op.f('tasks_tenant_id_interaction_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'next_id'], ['tasks.tenant_id', 'tasks.id'], name=op.f('tasks_tenant_id_next_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('tasks_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('tasks_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('tasks_pkey'))
    )
    op.create_index('tasks_all_created_at_idx', 'tasks', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_all_due_at_sort_idx', 'tasks', ['tenant_id', 'due_at_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_customer_idx', 'tasks', ['tenant_id', 'customer_id', 'due_at'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_interaction_id_idx', 'tasks', ['tenant_id', 'interaction_id'], unique=False)
    op.create_index('tasks_next_id_key', 'tasks', ['tenant_id', 'next_id'], unique=True)
    op.create_index('tasks_owner_created_at_idx', 'tasks', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_owner_due_at_sort_idx', 'tasks', ['tenant_id', 'owner_id', 'due_at_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_remind_at_idx', 'tasks', ['tenant_id', 'remind_at'], unique=False, postgresql_where=sa.text("status = 'open' AND reminded_at IS NULL AND deleted_at IS NULL"))
    op.create_index('tasks_subject_idx', 'tasks', ['tenant_id', 'subject_type', 'subject_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_team_created_at_idx', 'tasks', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('tasks_team_due_at_sort_idx', 'tasks', ['tenant_id', 'team_id', 'due_at_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('task_checklist_items',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('task_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('done', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'task_id'], ['tasks.tenant_id', 'tasks.id'], name=op.f('task_checklist_items_tenant_id_task_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('task_checklist_items_pkey'))
    )
    op.create_index('task_checklist_items_task_id_idx', 'task_checklist_items', ['tenant_id', 'task_id', 'position'], unique=False)
    protect("tasks", "task_checklist_items")


def downgrade() -> None:
    op.drop_table('task_checklist_items')
    op.drop_table('tasks')

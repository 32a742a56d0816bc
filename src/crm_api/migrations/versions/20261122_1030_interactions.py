"""Interactions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0030_interactions"
down_revision = "0029_contact_times"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('interactions',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('subject_type', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('duration_seconds', sa.Integer(), nullable=True),
    sa.Column('location', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('next_step', sa.Text(), nullable=True),
    sa.Column('next_contact_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('interactions_direction_check')),
    sa.CheckConstraint("kind IN ('call', 'visit', 'mail', 'im', 'meeting')", name=op.f('interactions_kind_check')),
    sa.CheckConstraint('duration_seconds BETWEEN 0 AND 2678400', name=op.f('interactions_duration_seconds_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('interactions_tenant_id_customer_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('interactions_pkey'))
    )
    op.create_index('interactions_created_at_idx', 'interactions', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('interactions_customer_idx', 'interactions', ['tenant_id', 'customer_id', 'happened_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('interactions_happened_at_idx', 'interactions', ['tenant_id', 'happened_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('interactions_subject_idx', 'interactions', ['tenant_id', 'subject_type', 'subject_id', 'happened_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('interaction_participants',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('interaction_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contact_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'contact_id'], ['contacts.tenant_id', 'contacts.id'], name=op.f('interaction_participants_tenant_id_contact_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'interaction_id'], ['interactions.tenant_id', 'interactions.id'], name=op.f('interaction_participants_tenant_id_interaction_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('interaction_participants_pkey'))
    )
    op.create_index('interaction_participants_contact_id_idx', 'interaction_participants', ['tenant_id', 'contact_id'], unique=False)
    op.create_index('interaction_participants_interaction_id_idx', 'interaction_participants', ['tenant_id', 'interaction_id', 'position'], unique=False)
    protect("interactions", "interaction_participants")


def downgrade() -> None:
    op.drop_table('interaction_participants')
    op.drop_table('interactions')

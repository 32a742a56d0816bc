"""Operations: what long work tells whoever asked for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0023_operations"
down_revision = "0022_saved_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('operations',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('progress', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('error', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('cancellable', sa.Boolean(), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'held')", name=op.f('operations_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['principals.tenant_id', 'principals.id'], name=op.f('operations_tenant_id_owner_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('operations_pkey'))
    )
    op.create_index('operations_all_created_at_idx', 'operations', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('operations_expires_at_idx', 'operations', ['tenant_id', 'expires_at'], unique=False)
    op.create_index('operations_owner_created_at_idx', 'operations', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False)
    protect("operations")


def downgrade() -> None:
    op.drop_table("operations")

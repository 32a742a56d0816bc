"""Saved views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0022_saved_views"
down_revision = "0021_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('saved_views',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('filter', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('sort', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fields', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('expand', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['principals.tenant_id', 'principals.id'], name=op.f('saved_views_tenant_id_owner_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('saved_views_pkey'))
    )
    op.create_index('saved_views_created_at_idx', 'saved_views', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('saved_views_name_idx', 'saved_views', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('saved_views_owner_idx', 'saved_views', ['tenant_id', 'owner_id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    protect("saved_views")


def downgrade() -> None:
    op.drop_table('saved_views')

"""Exports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0020_exports"
down_revision = "0013_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('exports',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('format', sa.Text(), nullable=False),
    sa.Column('bom', sa.Boolean(), nullable=False),
    sa.Column('asked', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fields', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('file_keys', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("format IN ('csv', 'xlsx', 'ndjson')", name=op.f('exports_format_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('exports_pkey'))
    )
    op.create_index('exports_created_at_idx', 'exports', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('exports_created_by_idx', 'exports', ['tenant_id', 'created_by', 'created_at', 'id'], unique=False)
    op.create_index('exports_expires_at_idx', 'exports', ['tenant_id', 'expires_at'], unique=False)
    protect("exports")


def downgrade() -> None:
    op.drop_table('exports')

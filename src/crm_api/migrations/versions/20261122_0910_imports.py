"""Imports and the ledger of their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0021_imports"
down_revision = "0020_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('imports',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('file_size', sa.Integer(), nullable=False),
    sa.Column('file_key', sa.Text(), nullable=False),
    sa.Column('format', sa.Text(), nullable=False),
    sa.Column('encoding', sa.Text(), nullable=True),
    sa.Column('delimiter', sa.Text(), nullable=True),
    sa.Column('column_names', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sample', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('match', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('mapping', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('default_values', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('date_format', sa.Text(), nullable=False),
    sa.Column('decimal_comma', sa.Boolean(), nullable=False),
    sa.Column('report', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('operation_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("mode IN ('create', 'update', 'upsert')", name=op.f('imports_mode_check')),
    sa.CheckConstraint("status IN ('draft', 'validating', 'validated', 'importing', 'done', 'undoing', 'undone', 'failed')", name=op.f('imports_status_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('imports_pkey'))
    )
    op.create_index('imports_created_by_idx', 'imports', ['tenant_id', 'created_by', 'created_at', 'id'], unique=False)
    op.create_table('import_rows',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('import_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('errors', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("status IN ('created', 'updated', 'unchanged', 'failed', 'undone', 'conflict')", name=op.f('import_rows_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'import_id'], ['imports.tenant_id', 'imports.id'], name=op.f('import_rows_tenant_id_import_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'import_id', 'row_no', name=op.f('import_rows_pkey'))
    )
    op.create_index('import_rows_status_idx', 'import_rows', ['tenant_id', 'import_id', 'status', 'row_no'], unique=False)
    protect("imports", "import_rows")


def downgrade() -> None:
    op.drop_table('import_rows')
    op.drop_table('imports')

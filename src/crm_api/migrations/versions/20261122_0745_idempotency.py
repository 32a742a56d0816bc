"""Answers of keyed requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0011_idempotency"
down_revision = "0010_feed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('idempotent_answers',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('principal_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'principal_id'], ['principals.tenant_id', 'principals.id'], name=op.f('idempotent_answers_tenant_id_principal_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('idempotent_answers_pkey'))
    )
    op.create_index('idempotent_answers_created_at_idx', 'idempotent_answers', ['tenant_id', 'created_at'], unique=False)
    op.create_index('idempotent_answers_key', 'idempotent_answers', ['tenant_id', 'principal_id', 'key', 'method', 'path'], unique=True)
    protect("idempotent_answers")


def downgrade() -> None:
    op.drop_table('idempotent_answers')

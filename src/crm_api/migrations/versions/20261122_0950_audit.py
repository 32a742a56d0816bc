"""Who looked at what, and the chain that proves what was done and looked at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import grant, protect

revision = "0026_audit"
down_revision = "0025_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_log',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('resource', sa.Text(), nullable=True),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('ip', sa.Text(), nullable=True),
    sa.Column('user_agent', sa.Text(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("kind IN ('login', 'login_failed', 'denied', 'export', 'download', 'sensitive_read', 'read', 'lost')", name=op.f('access_log_kind_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('access_log_pkey'))
    )
    op.create_index('access_log_actor_idx', 'access_log', ['tenant_id', 'actor_id', 'created_at', 'id'], unique=False)
    op.create_index('access_log_created_at_idx', 'access_log', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('access_log_record_idx', 'access_log', ['tenant_id', 'record_id', 'created_at', 'id'], unique=False)
    op.create_table('chain',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('log', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('entry_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('entry_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payload_digest', sa.LargeBinary(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('link', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'log', 'number', name=op.f('chain_pkey'))
    )
    op.create_index('chain_entry_key', 'chain', ['tenant_id', 'log', 'entry_id'], unique=True)
    op.create_table('erasures',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('log', sa.Text(), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erased_by', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('erasures_pkey'))
    )
    op.create_table('unknown_sign_ins',
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('email_digest', sa.LargeBinary(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('ip', sa.Text(), nullable=True),
    sa.Column('user_agent', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('unknown_sign_ins_pkey')),
    info={'open': 'a failed sign-in of nobody belongs to no company'}
    )
    protect("access_log", "chain", "erasures", immutable=True)
    grant("unknown_sign_ins", "SELECT, INSERT")


def downgrade() -> None:
    op.drop_table('unknown_sign_ins')
    op.drop_table('erasures')
    op.drop_table('chain')
    op.drop_table('access_log')

"""The data dictionary."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0006_dictionaries"
down_revision = "0005_products"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dictionary_items',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("type IN ('loss_reason')", name=op.f('dictionary_items_type_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('dictionary_items_pkey'))
    )
    op.create_index('dictionary_items_code_key', 'dictionary_items', ['tenant_id', 'type', 'code'], unique=True)
    op.create_index('dictionary_items_created_at_idx', 'dictionary_items', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('dictionary_items_position_idx', 'dictionary_items', ['tenant_id', 'position', 'id'], unique=False)
    protect("dictionary_items")


def downgrade() -> None:
    op.drop_table('dictionary_items')

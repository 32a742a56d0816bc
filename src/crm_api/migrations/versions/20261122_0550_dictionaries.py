"""The data dictionary: lists and their items."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0006_dictionaries"
down_revision = "0005_products"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dictionary_types',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('closed', sa.Boolean(), nullable=False),
    sa.Column('built_in', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('dictionary_types_pkey'))
    )
    op.create_index('dictionary_types_code_key', 'dictionary_types', ['tenant_id', 'code'], unique=True)
    op.create_index('dictionary_types_created_at_idx', 'dictionary_types', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('dictionary_items',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('colour', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'parent_id'], ['dictionary_items.tenant_id', 'dictionary_items.id'], name=op.f('dictionary_items_tenant_id_parent_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'type'], ['dictionary_types.tenant_id', 'dictionary_types.code'], name='dictionary_items_type_fkey'),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('dictionary_items_pkey'))
    )
    op.create_index('dictionary_items_code_key', 'dictionary_items', ['tenant_id', 'type', 'code'], unique=True)
    op.create_index('dictionary_items_created_at_idx', 'dictionary_items', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('dictionary_items_is_default_key', 'dictionary_items', ['tenant_id', 'type'], unique=True, postgresql_where=sa.text('is_default'))
    op.create_index('dictionary_items_parent_id_idx', 'dictionary_items', ['tenant_id', 'parent_id'], unique=False)
    op.create_index('dictionary_items_position_idx', 'dictionary_items', ['tenant_id', 'position', 'id'], unique=False)
    protect("dictionary_types", "dictionary_items")


def downgrade() -> None:
    op.drop_table('dictionary_items')
    op.drop_table('dictionary_types')

"""Custom fields: their definitions, and their values as filters, sorts and unique keys need them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0012_custom_fields"
down_revision = "0011_idempotency"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('custom_fields',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('label_en', sa.Text(), nullable=False),
    sa.Column('label_zh', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('unique', sa.Boolean(), nullable=False),
    sa.Column('default', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('dictionary_type', sa.Text(), nullable=True),
    sa.Column('target', sa.Text(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("type IN ('text', 'number', 'money', 'date', 'datetime', 'boolean', 'select', 'multi_select', 'reference')", name=op.f('custom_fields_type_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'dictionary_type'], ['dictionary_types.tenant_id', 'dictionary_types.code'], name=op.f('custom_fields_tenant_id_dictionary_type_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('custom_fields_pkey'))
    )
    op.create_index('custom_fields_created_at_idx', 'custom_fields', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('custom_fields_dictionary_type_idx', 'custom_fields', ['tenant_id', 'dictionary_type'], unique=False)
    op.create_index('custom_fields_key_key', 'custom_fields', ['tenant_id', 'resource', 'key'], unique=True)
    op.create_index('custom_fields_position_idx', 'custom_fields', ['tenant_id', 'position', 'id'], unique=False)
    op.create_table('custom_values',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('field_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('resource', sa.Text(), nullable=False),
    sa.Column('text_value', sa.Text(collation='C'), nullable=True),
    sa.Column('sort_value', sa.Text(collation='C'), nullable=True),
    sa.Column('number_value', sa.BigInteger(), nullable=True),
    sa.Column('at_value', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unique_key', sa.Text(collation='C'), nullable=True),
    sa.ForeignKeyConstraint(['tenant_id', 'field_id'], ['custom_fields.tenant_id', 'custom_fields.id'], name=op.f('custom_values_tenant_id_field_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'field_id', 'record_id', 'item', name=op.f('custom_values_pkey'))
    )
    op.create_index('custom_values_at_value_idx', 'custom_values', ['tenant_id', 'field_id', 'at_value', 'record_id'], unique=False, postgresql_where=sa.text('at_value IS NOT NULL'))
    op.create_index('custom_values_number_value_idx', 'custom_values', ['tenant_id', 'field_id', 'number_value', 'record_id'], unique=False, postgresql_where=sa.text('number_value IS NOT NULL'))
    op.create_index('custom_values_sort_value_idx', 'custom_values', ['tenant_id', 'field_id', 'sort_value', 'record_id'], unique=False, postgresql_where=sa.text('sort_value IS NOT NULL'))
    op.create_index('custom_values_text_value_idx', 'custom_values', ['tenant_id', 'field_id', 'text_value', 'record_id'], unique=False, postgresql_where=sa.text('text_value IS NOT NULL'))
    op.create_index('custom_values_unique_key', 'custom_values', ['tenant_id', 'field_id', 'unique_key'], unique=True, postgresql_where=sa.text('unique_key IS NOT NULL'))
    protect("custom_fields", "custom_values")


def downgrade() -> None:
    op.drop_table('custom_values')
    op.drop_table('custom_fields')

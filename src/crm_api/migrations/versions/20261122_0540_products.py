"""Products."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0005_products"
down_revision = '0004_contacts'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('products',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('code_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('spec', sa.Text(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('lifecycle', sa.Text(), nullable=False),
    sa.Column('list_price', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('list_price_currency', sa.Text(), nullable=True),
    sa.Column('list_price_micro', sa.BigInteger(), sa.Computed('coalesce((list_price * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('cost', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('cost_currency', sa.Text(), nullable=True),
    sa.Column('cost_micro', sa.BigInteger(), sa.Computed('coalesce((cost * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('tax_rate', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("lifecycle IN ('planned', 'active', 'phase_out', 'retired')", name=op.f('products_lifecycle_check')),
    sa.CheckConstraint('(cost IS NULL) = (cost_currency IS NULL)', name=op.f('products_cost_currency_check')),
    sa.CheckConstraint('(list_price IS NULL) = (list_price_currency IS NULL)', name=op.f('products_list_price_currency_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('products_pkey'))
    )
    op.create_index('products_all_code_sort_idx', 'products', ['tenant_id', 'code_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('products_all_created_at_idx', 'products', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('products_all_list_price_micro_idx', 'products', ['tenant_id', 'list_price_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('products_all_name_sort_idx', 'products', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('products_code_key', 'products', ['tenant_id', 'code'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'))
    protect("products")


def downgrade() -> None:
    op.drop_table('products')

"""Warehouses, stock levels and stock movements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0039_stock"
down_revision = "0038_stocked_products"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('warehouses',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('warehouses_pkey'))
    )
    op.create_index('warehouses_all_created_at_idx', 'warehouses', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('warehouses_all_name_sort_idx', 'warehouses', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('warehouses_code_key', 'warehouses', ['tenant_id', 'code'], unique=True, postgresql_where=sa.text('deleted_at IS NULL'))
    protect("warehouses")
    op.create_table('stock_levels',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('warehouse_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('on_hand', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('reserved', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('available', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('set_aside', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('reorder_point', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('low', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('available = on_hand - reserved', name=op.f('stock_levels_available_check')),
    sa.CheckConstraint('low = coalesce(available < reorder_point, false)', name=op.f('stock_levels_low_check')),
    sa.CheckConstraint('reorder_point >= 0', name=op.f('stock_levels_reorder_point_check')),
    sa.CheckConstraint('reserved >= 0 AND reserved <= on_hand', name=op.f('stock_levels_reserved_check')),
    sa.CheckConstraint('set_aside >= 0 AND set_aside <= reserved', name=op.f('stock_levels_set_aside_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('stock_levels_tenant_id_product_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'warehouse_id'], ['warehouses.tenant_id', 'warehouses.id'], name=op.f('stock_levels_tenant_id_warehouse_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('stock_levels_pkey'))
    )
    op.create_index('stock_levels_created_at_idx', 'stock_levels', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('stock_levels_place_key', 'stock_levels', ['tenant_id', 'warehouse_id', 'product_id'], unique=True)
    op.create_index('stock_levels_product_id_idx', 'stock_levels', ['tenant_id', 'product_id'], unique=False)
    protect("stock_levels")
    op.create_table('stock_movements',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('to_warehouse_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('on_hand_change', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('reserved_change', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('source_type', sa.Text(), nullable=True),
    sa.Column('source_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'transfer') = (to_warehouse_id IS NOT NULL)", name=op.f('stock_movements_to_warehouse_check')),
    sa.CheckConstraint("kind <> 'adjustment' OR reason IS NOT NULL", name=op.f('stock_movements_reason_check')),
    sa.CheckConstraint("kind IN ('receipt', 'issue', 'transfer', 'adjustment', 'count', 'reservation', 'release')", name=op.f('stock_movements_kind_check')),
    sa.CheckConstraint("quantity <> 0 OR kind <> 'adjustment'", name=op.f('stock_movements_adjustment_check')),
    sa.CheckConstraint("quantity > 0 OR kind IN ('adjustment', 'count')", name=op.f('stock_movements_quantity_check')),
    sa.CheckConstraint("quantity >= 0 OR kind <> 'count'", name=op.f('stock_movements_count_check')),
    sa.CheckConstraint('(source_type IS NULL) = (source_id IS NULL)', name=op.f('stock_movements_source_check')),
    sa.CheckConstraint('to_warehouse_id <> warehouse_id', name=op.f('stock_movements_elsewhere_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('stock_movements_tenant_id_product_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'to_warehouse_id'], ['warehouses.tenant_id', 'warehouses.id'], name=op.f('stock_movements_tenant_id_to_warehouse_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'warehouse_id'], ['warehouses.tenant_id', 'warehouses.id'], name=op.f('stock_movements_tenant_id_warehouse_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('stock_movements_pkey'))
    )
    op.create_index('stock_movements_created_at_idx', 'stock_movements', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('stock_movements_product_id_idx', 'stock_movements', ['tenant_id', 'product_id', 'created_at', 'id'], unique=False)
    op.create_index('stock_movements_source_idx', 'stock_movements', ['tenant_id', 'source_id'], unique=False)
    op.create_index('stock_movements_to_warehouse_id_idx', 'stock_movements', ['tenant_id', 'to_warehouse_id'], unique=False)
    op.create_index('stock_movements_warehouse_id_idx', 'stock_movements', ['tenant_id', 'warehouse_id', 'created_at', 'id'], unique=False)
    protect("stock_movements", immutable=True)


def downgrade() -> None:
    op.drop_table('stock_movements')
    op.drop_table('stock_levels')
    op.drop_table('warehouses')

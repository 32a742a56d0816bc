"""Orders, their shipments and delay notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0040_orders"
down_revision = "0039_stock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('orders',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('contact_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('quote_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('contract_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('warehouse_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('payment_terms', sa.Text(), nullable=False),
    sa.Column('delivery_address', sa.Text(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('status_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), nullable=True),
    sa.Column('payment_status', sa.Text(), nullable=False),
    sa.Column('paid_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('paid_amount_currency', sa.Text(), nullable=False),
    sa.Column('paid_amount_micro', sa.BigInteger(), sa.Computed('coalesce((paid_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('returned_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('returned_amount_currency', sa.Text(), nullable=False),
    sa.Column('returned_amount_micro', sa.BigInteger(), sa.Computed('coalesce((returned_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('refund_due', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('refund_due_currency', sa.Text(), nullable=False),
    sa.Column('refund_due_micro', sa.BigInteger(), sa.Computed('coalesce((refund_due * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('discount_amount_micro', sa.BigInteger(), sa.Computed('coalesce((discount_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('net_amount_micro', sa.BigInteger(), sa.Computed('coalesce((net_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('tax_amount_micro', sa.BigInteger(), sa.Computed('coalesce((tax_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('gross_amount_micro', sa.BigInteger(), sa.Computed('coalesce((gross_amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('tax_mode', sa.Text(), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('discount_amount_currency', sa.Text(), nullable=False),
    sa.Column('net_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('tax_amount_currency', sa.Text(), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('gross_amount_currency', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status = 'cancelled') = (cancel_reason IS NOT NULL)", name=op.f('orders_cancelled_check')),
    sa.CheckConstraint("payment_status IN ('unpaid', 'part', 'paid', 'refunded')", name=op.f('orders_payment_status_check')),
    sa.CheckConstraint("payment_terms IN ('prepaid', 'credit')", name=op.f('orders_payment_terms_check')),
    sa.CheckConstraint("status <> 'cancelled' OR paid_amount = 0", name=op.f('orders_cancelled_paid_check')),
    sa.CheckConstraint("status IN ('placed', 'picking', 'packed', 'part_shipped', 'shipped', 'delivered', 'closed', 'cancelled', 'returned')", name=op.f('orders_status_check')),
    sa.CheckConstraint("tax_mode IN ('exclusive', 'inclusive')", name=op.f('orders_tax_mode_check')),
    sa.CheckConstraint('discount_amount_currency = currency AND net_amount_currency = currency AND tax_amount_currency = currency AND gross_amount_currency = currency', name=op.f('orders_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('orders_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('orders_gross_amount_check')),
    sa.CheckConstraint('paid_amount >= 0 AND paid_amount <= gross_amount', name=op.f('orders_paid_amount_check')),
    sa.CheckConstraint('paid_amount_currency = currency AND returned_amount_currency = currency AND refund_due_currency = currency', name=op.f('orders_money_currency_check')),
    sa.CheckConstraint('refund_due = greatest(paid_amount - (gross_amount - returned_amount), 0)', name=op.f('orders_refund_due_check')),
    sa.CheckConstraint('returned_amount >= 0 AND returned_amount <= gross_amount', name=op.f('orders_returned_amount_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'contact_id'], ['contacts.tenant_id', 'contacts.id'], name=op.f('orders_tenant_id_contact_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('orders_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('orders_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('orders_tenant_id_team_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'warehouse_id'], ['warehouses.tenant_id', 'warehouses.id'], name=op.f('orders_tenant_id_warehouse_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('orders_pkey'))
    )
    op.create_index('orders_all_created_at_idx', 'orders', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_all_gross_amount_micro_idx', 'orders', ['tenant_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_all_name_sort_idx', 'orders', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_contact_id_idx', 'orders', ['tenant_id', 'contact_id'], unique=False)
    op.create_index('orders_contract_id_idx', 'orders', ['tenant_id', 'contract_id'], unique=False)
    op.create_index('orders_customer_id_idx', 'orders', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('orders_number_key', 'orders', ['tenant_id', 'number'], unique=True)
    op.create_index('orders_owner_created_at_idx', 'orders', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_owner_gross_amount_micro_idx', 'orders', ['tenant_id', 'owner_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_owner_name_sort_idx', 'orders', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_quote_id_key', 'orders', ['tenant_id', 'quote_id'], unique=True)
    op.create_index('orders_team_created_at_idx', 'orders', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_team_gross_amount_micro_idx', 'orders', ['tenant_id', 'team_id', 'gross_amount_micro', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_team_name_sort_idx', 'orders', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=None)
    op.create_index('orders_warehouse_id_idx', 'orders', ['tenant_id', 'warehouse_id'], unique=False)
    protect("orders")
    op.create_table('order_lines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('unit_price', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price_currency', sa.Text(), nullable=False),
    sa.Column('discount_percent', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('discount_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_rate', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('net_amount_currency', sa.Text(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('tax_amount_currency', sa.Text(), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('gross_amount_currency', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('promised_on', sa.Date(), nullable=True),
    sa.Column('first_promised_on', sa.Date(), nullable=True),
    sa.Column('stocked', sa.Boolean(), nullable=False),
    sa.Column('reserved', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('shipped', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('returned', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.CheckConstraint('(promised_on IS NULL) = (first_promised_on IS NULL)', name=op.f('order_lines_first_promised_on_check')),
    sa.CheckConstraint('discount_amount_currency = unit_price_currency AND net_amount_currency = unit_price_currency AND tax_amount_currency = unit_price_currency AND gross_amount_currency = unit_price_currency', name=op.f('order_lines_one_currency_check')),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('order_lines_discount_percent_check')),
    sa.CheckConstraint('net_amount + tax_amount = gross_amount', name=op.f('order_lines_gross_amount_check')),
    sa.CheckConstraint('promised_on >= first_promised_on', name=op.f('order_lines_promised_on_check')),
    sa.CheckConstraint('quantity > 0', name=op.f('order_lines_quantity_check')),
    sa.CheckConstraint('reserved >= 0 AND reserved + shipped <= quantity', name=op.f('order_lines_reserved_check')),
    sa.CheckConstraint('shipped >= 0 AND returned >= 0 AND returned <= shipped', name=op.f('order_lines_shipped_check')),
    sa.CheckConstraint('stocked OR reserved = 0', name=op.f('order_lines_stocked_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('order_lines_tenant_id_order_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('order_lines_tenant_id_product_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('order_lines_pkey'))
    )
    op.create_index('order_lines_order_id_idx', 'order_lines', ['tenant_id', 'order_id', 'position'], unique=False)
    op.create_index('order_lines_product_id_idx', 'order_lines', ['tenant_id', 'product_id'], unique=False)
    protect("order_lines")
    op.create_table('order_shipments',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('warehouse_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('carrier', sa.Text(), nullable=True),
    sa.Column('tracking_number', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.CheckConstraint("kind IN ('out', 'back')", name=op.f('order_shipments_kind_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'moved_by'], ['principals.tenant_id', 'principals.id'], name=op.f('order_shipments_tenant_id_moved_by_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('order_shipments_tenant_id_order_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'warehouse_id'], ['warehouses.tenant_id', 'warehouses.id'], name=op.f('order_shipments_tenant_id_warehouse_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('order_shipments_pkey'))
    )
    op.create_index('order_shipments_order_id_idx', 'order_shipments', ['tenant_id', 'order_id', 'moved_at', 'id'], unique=False)
    op.create_index('order_shipments_warehouse_id_idx', 'order_shipments', ['tenant_id', 'warehouse_id'], unique=False)
    protect("order_shipments", immutable=True)
    op.create_table('order_delay_notices',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('order_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noticed_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'noticed_by'], ['principals.tenant_id', 'principals.id'], name=op.f('order_delay_notices_tenant_id_noticed_by_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['orders.tenant_id', 'orders.id'], name=op.f('order_delay_notices_tenant_id_order_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('order_delay_notices_pkey'))
    )
    op.create_index('order_delay_notices_order_id_idx', 'order_delay_notices', ['tenant_id', 'order_id', 'noticed_at', 'id'], unique=False)
    protect("order_delay_notices", immutable=True)


def downgrade() -> None:
    op.drop_table('order_delay_notices')
    op.drop_table('order_shipments')
    op.drop_table('order_lines')
    op.drop_table('orders')

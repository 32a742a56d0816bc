"""Price books."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0035_price_books"
down_revision = "0034_quotes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('price_books',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('customer_level', sa.Text(), nullable=True),
    sa.Column('customer_category', sa.Text(), nullable=True),
    sa.Column('customer_region', sa.Text(), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('valid_from <= valid_until', name=op.f('price_books_valid_until_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('price_books_pkey'))
    )
    op.create_index('price_books_all_created_at_idx', 'price_books', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('price_books_all_name_sort_idx', 'price_books', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('price_book_entries',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('price_book_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('min_quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price_currency', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('min_quantity >= 0', name=op.f('price_book_entries_min_quantity_check')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('price_book_entries_unit_price_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'price_book_id'], ['price_books.tenant_id', 'price_books.id'], name=op.f('price_book_entries_tenant_id_price_book_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('price_book_entries_tenant_id_product_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('price_book_entries_pkey'))
    )
    op.create_index('price_book_entries_price_book_id_idx', 'price_book_entries', ['tenant_id', 'price_book_id', 'position'], unique=False)
    op.create_index('price_book_entries_product_id_idx', 'price_book_entries', ['tenant_id', 'product_id'], unique=False)
    protect("price_books", "price_book_entries")


def downgrade() -> None:
    op.drop_table('price_book_entries')
    op.drop_table('price_books')

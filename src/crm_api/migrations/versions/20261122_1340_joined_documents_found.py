"""How joined documents find each other; of a quote there is one contract."""

from alembic import op

revision = "0049_joined_documents_found"
down_revision = "0048_joined_documents_checked"
branch_labels = None
depends_on = None

INDEXES = {
    "contracts_quote_id_key": ("contracts", "quote_id"),
    "orders_opportunity_id_idx": ("orders", "opportunity_id"),
    "quotes_order_id_idx": ("quotes", "order_id"),
    "quotes_contract_id_idx": ("quotes", "contract_id"),
}


def upgrade() -> None:
    # built beside the traffic, which no transaction can
    with op.get_context().autocommit_block():
        for name, (table, column) in INDEXES.items():
            unique = name.endswith("_key")
            op.create_index(name, table, ["tenant_id", column], unique=unique, postgresql_concurrently=True)
        op.drop_index("contracts_quote_id_idx", table_name="contracts", postgresql_concurrently=True)


def downgrade() -> None:
    op.create_index("contracts_quote_id_idx", "contracts", ["tenant_id", "quote_id"])
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)

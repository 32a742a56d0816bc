"""The rules of joined documents hold for the rows that are there: checked in a transaction of its own."""

from alembic import op

revision = "0048_joined_documents_checked"
down_revision = "0047_joined_documents"
branch_labels = None
depends_on = None

RULES = {
    "quotes": (
        "quotes_status_check",
        "quotes_converted_check",
        "quotes_tenant_id_order_id_fkey",
        "quotes_tenant_id_contract_id_fkey",
    ),
    "orders": ("orders_tenant_id_quote_id_fkey", "orders_tenant_id_opportunity_id_fkey"),
    "contracts": ("contracts_quote_check", "contracts_tenant_id_quote_id_fkey"),
}


def upgrade() -> None:
    for table, rules in RULES.items():
        for rule in rules:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {rule}")


def downgrade() -> None:
    pass

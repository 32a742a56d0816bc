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
    named = ", ".join(f"'{rule}'" for rules in RULES.values() for rule in rules)
    op.execute(f"""
        DO $$ DECLARE rule record; BEGIN
        FOR rule IN SELECT conname, conrelid::regclass AS place, pg_get_constraintdef(oid) AS said
            FROM pg_constraint WHERE conname IN ({named}) ORDER BY conname
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.place, rule.conname);
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', rule.place, rule.conname, rule.said);
        END LOOP; END $$
    """)

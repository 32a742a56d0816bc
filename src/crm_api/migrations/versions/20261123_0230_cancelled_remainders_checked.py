"""The rules of cancelled remainders hold for the rows that are there: checked in a transaction of its own."""

from alembic import op

revision = "0053_remainders_checked"
down_revision = "0052_cancelled_remainders"
branch_labels = None
depends_on = None

RULES = {
    "orders": (
        "orders_returned_amount_check",
        "orders_refund_due_check",
        "orders_money_currency_check",
        "orders_cancelled_check",
    ),
    "order_lines": ("order_lines_reserved_check",),
}


def upgrade() -> None:
    for table, rules in RULES.items():
        for rule in rules:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {rule}")


def downgrade() -> None:
    named = ", ".join(f"'{rule}'" for rule in [rule for rules in RULES.values() for rule in rules])
    op.execute(f"""
        DO $$ DECLARE rule record; BEGIN
        FOR rule IN SELECT conname, conrelid::regclass AS place, pg_get_constraintdef(oid) AS said
            FROM pg_constraint WHERE conname IN ({named}) ORDER BY conname
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.place, rule.conname);
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', rule.place, rule.conname, rule.said);
        END LOOP; END $$
    """)

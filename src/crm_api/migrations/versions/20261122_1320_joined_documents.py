"""Quotes are approved, and become an order or a contract."""

import sqlalchemy as sa
from alembic import op

revision = "0047_joined_documents"
down_revision = "0046_floors_and_gates"
branch_labels = None
depends_on = None

BEFORE = "status IN ('draft', 'sent', 'accepted', 'rejected', 'expired', 'superseded')"
STATUSES = "status IN ('draft', 'approving', 'approved', 'sent', 'accepted', 'rejected', 'expired', 'superseded', 'converted')"
# what 0048 finds true of the rows that are there
RULES = {
    "quotes": {
        "quotes_status_check": f"CHECK ({STATUSES})",
        "quotes_converted_check": "CHECK ((status = 'converted') = (num_nonnulls(order_id, contract_id) = 1))",
        "quotes_tenant_id_order_id_fkey": "FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)",
        "quotes_tenant_id_contract_id_fkey": "FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)",
    },
    "orders": {
        "orders_tenant_id_quote_id_fkey": "FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id)",
        "orders_tenant_id_opportunity_id_fkey": "FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id)",
    },
    "contracts": {
        "contracts_quote_check": "CHECK (revision = 1 OR quote_id IS NULL)",
        "contracts_tenant_id_quote_id_fkey": "FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id)",
    },
}


def upgrade() -> None:
    op.add_column("quotes", sa.Column("order_id", sa.Uuid(as_uuid=False), nullable=True))
    op.add_column("quotes", sa.Column("contract_id", sa.Uuid(as_uuid=False), nullable=True))
    op.add_column("orders", sa.Column("opportunity_id", sa.Uuid(as_uuid=False), nullable=True))
    # the new one admits more
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE quotes DROP CONSTRAINT quotes_status_check")
    for table, rules in RULES.items():
        for name, rule in rules.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule} NOT VALID")


def downgrade() -> None:
    for table, rules in RULES.items():
        for name in rules:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE quotes ADD CONSTRAINT quotes_status_check CHECK ({BEFORE})")
    op.drop_column("orders", "opportunity_id")
    op.drop_column("quotes", "contract_id")
    op.drop_column("quotes", "order_id")

"""What a migration says of every tenant table, in the file that makes the table."""

from alembic import op

POLICY_EXPRESSION = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"


def protect(*tables: str, immutable: bool = False) -> None:
    """Force row security with the tenant policy and grant the app role what it needs, and no more.

    An immutable table takes INSERT and SELECT only: facts are never edited.
    """
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_tenant ON {table} USING ({POLICY_EXPRESSION}) WITH CHECK ({POLICY_EXPRESSION})"
        )
        grant(table, "SELECT, INSERT" if immutable else "SELECT, INSERT, UPDATE, DELETE")


def grant(table: str, rights: str) -> None:
    """Give the app role rights on a table."""
    op.execute(f"GRANT {rights} ON {table} TO {op.get_context().opts['roles'].app}")

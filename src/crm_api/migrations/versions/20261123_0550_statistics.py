"""A table that is being filled gets statistics before the autovacuum comes by."""

from alembic import op

revision = "0056_statistics"
down_revision = "0055_approvals_found"
branch_labels = None
depends_on = None

# Only the owner of a table may analyse it. Whoever runs this can do no more than what the autovacuum does a minute
# later: a table that has not grown to twice what its statistics tell is left alone.
REFRESH = """
CREATE FUNCTION crm_refresh_statistics(names text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    grown regclass;
BEGIN
    FOR grown IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY (names)
        AND pg_relation_size(c.oid) >= 2 * greatest(c.relpages, 4) * current_setting('block_size')::bigint
    LOOP
        EXECUTE format('ANALYZE %s', grown);
    END LOOP;
EXCEPTION WHEN lock_not_available OR query_canceled THEN
    NULL; -- somebody is at it, or it takes too long: the autovacuum will come by
END
$$
"""


def upgrade() -> None:
    roles = op.get_context().opts["roles"]
    op.execute(REFRESH)
    op.execute("REVOKE ALL ON FUNCTION crm_refresh_statistics(text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION crm_refresh_statistics(text[]) TO {roles.app}")


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_refresh_statistics(text[])")

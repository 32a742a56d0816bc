"""Committed events get a place in the feed of their tenant."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0010_feed"
down_revision = "0007_sales"
branch_labels = None
depends_on = None


# The relay has to know whose events wait, and row security lets nobody look at all tenants: this function alone does,
# and tells nothing but ids.
PENDING_TENANTS = """
CREATE FUNCTION crm_pending_tenants(after uuid, wanted integer)
RETURNS TABLE (tenant_id uuid) LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE waiting AS (
        (SELECT p.tenant_id FROM public.pending_events p WHERE after IS NULL OR p.tenant_id > after
         ORDER BY p.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT p.tenant_id FROM public.pending_events p WHERE p.tenant_id > waiting.tenant_id
                ORDER BY p.tenant_id LIMIT 1)
        FROM waiting WHERE waiting.tenant_id IS NOT NULL
    )
    SELECT waiting.tenant_id FROM waiting WHERE waiting.tenant_id IS NOT NULL LIMIT wanted
$$
"""


def upgrade() -> None:
    op.create_table('pending_events',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('statement_timestamp()'), nullable=False),
    sa.Column('log', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pending_events_pkey'))
    )
    # rows live for a fraction of a second: what they leave behind is swept by number, not by share
    op.execute("ALTER TABLE pending_events SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)")
    op.create_table('feed',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('event_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('record_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('actor_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'position', name=op.f('feed_pkey'))
    )
    op.create_index('feed_event_at_idx', 'feed', ['tenant_id', 'event_at', 'position'], unique=False)
    op.create_index('feed_actor_idx', 'feed', ['tenant_id', 'actor_id', 'position'], unique=False)
    op.create_index('feed_record_idx', 'feed', ['tenant_id', 'record_id', 'position'], unique=False)
    op.create_index('feed_event_key', 'feed', ['tenant_id', 'event_id'], unique=True)
    op.create_table('feed_heads',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('accesses', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('feed_heads_pkey'))
    )
    protect("pending_events", "feed_heads")
    protect("feed", immutable=True)
    roles = op.get_context().opts["roles"]
    op.execute(PENDING_TENANTS)
    op.execute(f"GRANT SELECT ON pending_events TO {roles.search}")
    op.execute(f"ALTER FUNCTION crm_pending_tenants(uuid, integer) OWNER TO {roles.search}")
    op.execute("REVOKE ALL ON FUNCTION crm_pending_tenants(uuid, integer) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION crm_pending_tenants(uuid, integer) TO {roles.app}")


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_pending_tenants(uuid, integer)")
    op.drop_table('feed_heads')
    op.drop_table('feed')
    op.drop_table('pending_events')

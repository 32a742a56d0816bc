"""Webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0025_webhooks"
down_revision = "0024_activities"
branch_labels = None
depends_on = None


# Loops beside the API have to know which webhooks there is something to do for, and row security lets nobody look at all
# tenants: this function alone does, and tells nothing but ids and whether the feed or a delivery waits.
WORK = """
CREATE FUNCTION crm_webhook_work(wanted integer)
RETURNS TABLE (tenant_id uuid, webhook_id uuid, acts_as_id uuid, lags boolean, due boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 10
SET search_path = pg_catalog, public AS $$
    SELECT * FROM (
        SELECT w.tenant_id, w.id, w.acts_as_id,
               w.replay_until IS NOT NULL OR w.position < coalesce(
                   (SELECT h.position FROM public.feed_heads h WHERE h.tenant_id = w.tenant_id), 0) AS lags,
               (w.resting_until IS NULL OR w.resting_until <= now()) AND EXISTS (
                   SELECT FROM public.webhook_deliveries d
                   WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.status = 'pending'
                     AND d.next_attempt_at <= now() AND (d.leased_until IS NULL OR d.leased_until <= now())) AS due
        FROM public.webhooks w WHERE w.active AND w.deleted_at IS NULL
    ) found WHERE lags OR due ORDER BY random() LIMIT wanted
$$
"""


def upgrade() -> None:
    op.create_table('webhooks',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('events', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('filters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_reason', sa.Text(), nullable=True),
    sa.Column('acts_as_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('previous_secret', sa.LargeBinary(), nullable=True),
    sa.Column('previous_secret_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('replay_after', sa.BigInteger(), nullable=True),
    sa.Column('replay_until', sa.BigInteger(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resting_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("disabled_reason IN ('gone', 'failing', 'barred', 'filter_invalid')", name=op.f('webhooks_disabled_reason_check')),
    sa.CheckConstraint("payload IN ('full', 'thin')", name=op.f('webhooks_payload_check')),
    sa.CheckConstraint('(replay_after IS NULL) = (replay_until IS NULL)', name=op.f('webhooks_replay_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'acts_as_id'], ['principals.tenant_id', 'principals.id'], name=op.f('webhooks_tenant_id_acts_as_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('webhooks_pkey'))
    )
    op.create_index('webhooks_active_idx', 'webhooks', ['tenant_id'], unique=False, postgresql_where=sa.text('active AND deleted_at IS NULL'))
    op.create_index('webhooks_created_at_idx', 'webhooks', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('webhook_deliveries',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('webhook_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('event_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('event_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('tries', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('response_status', sa.Integer(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('pending', 'delivered', 'failed', 'dropped')", name=op.f('webhook_deliveries_status_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'webhook_id'], ['webhooks.tenant_id', 'webhooks.id'], name=op.f('webhook_deliveries_tenant_id_webhook_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('webhook_deliveries_pkey'))
    )
    op.create_index('webhook_deliveries_age_idx', 'webhook_deliveries', ['tenant_id', 'created_at'], unique=False)
    op.create_index('webhook_deliveries_created_at_idx', 'webhook_deliveries', ['tenant_id', 'webhook_id', 'created_at', 'id'], unique=False)
    op.create_index('webhook_deliveries_due_idx', 'webhook_deliveries', ['tenant_id', 'webhook_id', 'next_attempt_at'], unique=False, postgresql_where=sa.text("status = 'pending'"))
    op.create_index('webhook_deliveries_event_key', 'webhook_deliveries', ['tenant_id', 'webhook_id', 'event_id'], unique=True)
    protect("webhooks", "webhook_deliveries")
    roles = op.get_context().opts["roles"]
    op.execute(WORK)
    op.execute(f"GRANT SELECT ON webhooks, webhook_deliveries, feed_heads TO {roles.search}")
    op.execute(f"ALTER FUNCTION crm_webhook_work(integer) OWNER TO {roles.search}")
    op.execute("REVOKE ALL ON FUNCTION crm_webhook_work(integer) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION crm_webhook_work(integer) TO {roles.app}")


def downgrade() -> None:
    op.execute("DROP FUNCTION crm_webhook_work(integer)")
    op.execute(f"REVOKE SELECT ON feed_heads FROM {op.get_context().opts['roles'].search}")
    op.drop_table('webhook_deliveries')
    op.drop_table('webhooks')

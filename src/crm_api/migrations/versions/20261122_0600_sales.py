"""Pipelines and opportunities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_api.kit.migrations import protect

revision = "0007_sales"
down_revision = "0006_dictionaries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pipelines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pipelines_pkey'))
    )
    op.create_index('pipelines_created_at_idx', 'pipelines', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('pipelines_is_default_key', 'pipelines', ['tenant_id'], unique=True, postgresql_where=sa.text('is_default AND deleted_at IS NULL'))
    op.create_index('pipelines_name_idx', 'pipelines', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('pipeline_stages',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('pipeline_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('probability', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('open', 'won', 'lost')", name=op.f('pipeline_stages_kind_check')),
    sa.CheckConstraint('probability BETWEEN 0 AND 100', name=op.f('pipeline_stages_probability_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'pipeline_id'], ['pipelines.tenant_id', 'pipelines.id'], name=op.f('pipeline_stages_tenant_id_pipeline_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pipeline_stages_pkey')),
    sa.UniqueConstraint('tenant_id', 'pipeline_id', 'id', 'kind', name='pipeline_stages_kind_key'),
    sa.UniqueConstraint('tenant_id', 'pipeline_id', 'key', deferrable=True, initially='DEFERRED', name='pipeline_stages_key_key')
    )
    op.create_table('opportunities',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_sort', sa.Text(collation='C'), nullable=False),
    sa.Column('customer_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('pipeline_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('stage_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('stage_entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('amount_currency', sa.Text(), nullable=True),
    sa.Column('amount_micro', sa.BigInteger(), sa.Computed('coalesce((amount * 1000000)::bigint, 9223372036854775807)', persisted=True), nullable=False),
    sa.Column('amount_source', sa.Text(), nullable=False),
    sa.Column('probability', sa.Integer(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('expected_close_on', sa.Date(), nullable=True),
    sa.Column('expected_close_on_sort', sa.Date(), sa.Computed("coalesce(expected_close_on, '9999-12-31'::date)", persisted=True), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('loss_reason', sa.Text(), nullable=True),
    sa.Column('loss_note', sa.Text(), nullable=True),
    sa.Column('next_step', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('owner_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('team_id', sa.Uuid(as_uuid=False), nullable=True),
    sa.Column('external_ids', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'lost') = (loss_reason IS NOT NULL)", name=op.f('opportunities_lost_check')),
    sa.CheckConstraint("(status = 'open') = (closed_on IS NULL)", name=op.f('opportunities_closed_check')),
    sa.CheckConstraint("amount_source IN ('lines', 'manual')", name=op.f('opportunities_amount_source_check')),
    sa.CheckConstraint("status <> 'won' OR (customer_id IS NOT NULL AND amount IS NOT NULL)", name=op.f('opportunities_won_check')),
    sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f('opportunities_status_check')),
    sa.CheckConstraint('(amount IS NULL) = (amount_currency IS NULL)', name=op.f('opportunities_amount_currency_check')),
    sa.CheckConstraint('opened_on <= closed_on', name=op.f('opportunities_closed_on_check')),
    sa.CheckConstraint('probability BETWEEN 0 AND 100', name=op.f('opportunities_probability_check')),
    sa.ForeignKeyConstraint(['tenant_id', 'customer_id'], ['customers.tenant_id', 'customers.id'], name=op.f('opportunities_tenant_id_customer_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'owner_id'], ['users.tenant_id', 'users.id'], name=op.f('opportunities_tenant_id_owner_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'pipeline_id', 'stage_id', 'status'], ['pipeline_stages.tenant_id', 'pipeline_stages.pipeline_id', 'pipeline_stages.id', 'pipeline_stages.kind'], name='opportunities_stage_fkey'),
    sa.ForeignKeyConstraint(['tenant_id', 'team_id'], ['teams.tenant_id', 'teams.id'], name=op.f('opportunities_tenant_id_team_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('opportunities_pkey'))
    )
    op.create_index('opportunities_all_amount_micro_idx', 'opportunities', ['tenant_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_all_created_at_idx', 'opportunities', ['tenant_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_all_expected_close_on_sort_idx', 'opportunities', ['tenant_id', 'expected_close_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_all_name_sort_idx', 'opportunities', ['tenant_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_customer_id_idx', 'opportunities', ['tenant_id', 'customer_id'], unique=False)
    op.create_index('opportunities_owner_amount_micro_idx', 'opportunities', ['tenant_id', 'owner_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_owner_created_at_idx', 'opportunities', ['tenant_id', 'owner_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_owner_expected_close_on_sort_idx', 'opportunities', ['tenant_id', 'owner_id', 'expected_close_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_owner_name_sort_idx', 'opportunities', ['tenant_id', 'owner_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_stage_id_idx', 'opportunities', ['tenant_id', 'pipeline_id', 'stage_id'], unique=False)
    op.create_index('opportunities_team_amount_micro_idx', 'opportunities', ['tenant_id', 'team_id', 'amount_micro', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_team_created_at_idx', 'opportunities', ['tenant_id', 'team_id', 'created_at', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_team_expected_close_on_sort_idx', 'opportunities', ['tenant_id', 'team_id', 'expected_close_on_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_index('opportunities_team_name_sort_idx', 'opportunities', ['tenant_id', 'team_id', 'name_sort', 'id'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('opportunity_lines',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('product_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price', sa.Numeric(precision=18, scale=6), nullable=False),
    sa.Column('unit_price_currency', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('opportunity_lines_tenant_id_opportunity_id_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['products.tenant_id', 'products.id'], name=op.f('opportunity_lines_tenant_id_product_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('opportunity_lines_pkey'))
    )
    op.create_index('opportunity_lines_opportunity_id_idx', 'opportunity_lines', ['tenant_id', 'opportunity_id', 'position'], unique=False)
    op.create_index('opportunity_lines_product_id_idx', 'opportunity_lines', ['tenant_id', 'product_id'], unique=False)
    op.create_table('opportunity_stage_moves',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('opportunity_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('from_stage_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('from_stage_name', sa.Text(), nullable=False),
    sa.Column('to_stage_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('to_stage_name', sa.Text(), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_by', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('dwell_seconds', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'moved_by'], ['principals.tenant_id', 'principals.id'], name=op.f('opportunity_stage_moves_tenant_id_moved_by_fkey')),
    sa.ForeignKeyConstraint(['tenant_id', 'opportunity_id'], ['opportunities.tenant_id', 'opportunities.id'], name=op.f('opportunity_stage_moves_tenant_id_opportunity_id_fkey')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('opportunity_stage_moves_pkey'))
    )
    op.create_index('opportunity_stage_moves_opportunity_id_idx', 'opportunity_stage_moves', ['tenant_id', 'opportunity_id', 'moved_at'], unique=False)
    protect("pipelines", "pipeline_stages", "opportunities", "opportunity_lines")
    protect("opportunity_stage_moves", immutable=True)


def downgrade() -> None:
    op.drop_table('opportunity_stage_moves')
    op.drop_table('opportunity_lines')
    op.drop_table('opportunities')
    op.drop_table('pipeline_stages')
    op.drop_table('pipelines')

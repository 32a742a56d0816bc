"""What a stage asks of the deals that enter it, and whether they may go back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032_stage_gates"
down_revision = "0031_tasks"
branch_labels = None
depends_on = None

DEMANDS = "required_plan_status IN ('draft', 'executing', 'succeeded')"


def upgrade() -> None:
    op.add_column('pipelines', sa.Column('allow_backward', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('pipeline_stages', sa.Column('required_fields', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False))
    op.add_column('pipeline_stages', sa.Column('required_plan_status', sa.Text(), nullable=True))
    op.create_check_constraint(op.f('pipeline_stages_required_plan_status_check'), 'pipeline_stages', DEMANDS, postgresql_not_valid=True)
    # validated in the transaction of the next migration


def downgrade() -> None:
    op.drop_column('pipeline_stages', 'required_plan_status')
    op.drop_column('pipeline_stages', 'required_fields')
    op.drop_column('pipelines', 'allow_backward')

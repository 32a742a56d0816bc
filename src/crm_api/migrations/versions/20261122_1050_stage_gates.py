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
    # column and check in one: there is no row yet that could break it
    op.execute(f"ALTER TABLE pipeline_stages ADD COLUMN required_plan_status text CONSTRAINT pipeline_stages_required_plan_status_check CHECK ({DEMANDS})")


def downgrade() -> None:
    op.drop_column('pipeline_stages', 'required_plan_status')
    op.drop_column('pipeline_stages', 'required_fields')
    op.drop_column('pipelines', 'allow_backward')

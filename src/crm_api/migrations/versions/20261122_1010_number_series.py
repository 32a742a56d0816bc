"""Series of numbers."""

import sqlalchemy as sa
from alembic import op

from crm_api.kit.migrations import protect

revision = "0028_number_series"
down_revision = "0027_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('number_series',
    sa.Column('tenant_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.CheckConstraint("taken > 0", name=op.f('number_series_taken_check')),
    sa.PrimaryKeyConstraint('tenant_id', 'series', 'year', name=op.f('number_series_pkey'))
    )
    protect("number_series")


def downgrade() -> None:
    op.drop_table('number_series')

"""When somebody was last in touch about an opportunity, and when they will be next."""

import sqlalchemy as sa
from alembic import op

revision = "0029_contact_times"
down_revision = "0028_number_series"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('opportunities', sa.Column('last_contact_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('opportunities', sa.Column('next_contact_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('opportunities', 'next_contact_at')
    op.drop_column('opportunities', 'last_contact_at')

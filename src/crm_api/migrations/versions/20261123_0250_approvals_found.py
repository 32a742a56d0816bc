"""Who is to be reminded is found; the states of steps hold for the rows that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0055_approvals_found"
down_revision = "0054_approvals_in_time"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE approval_steps VALIDATE CONSTRAINT approval_steps_status_check")
    # built beside the traffic, which no transaction can
    with op.get_context().autocommit_block():
        op.create_index(
            "approval_steps_chase_at_idx",
            "approval_steps",
            ["tenant_id", "chase_at"],
            postgresql_where=sa.text("chase_at IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("approval_steps_chase_at_idx", table_name="approval_steps")
    op.execute("""
        DO $$ DECLARE said text; BEGIN
        SELECT pg_get_constraintdef(oid) INTO said FROM pg_constraint WHERE conname = 'approval_steps_status_check';
        ALTER TABLE approval_steps DROP CONSTRAINT approval_steps_status_check;
        EXECUTE 'ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_status_check ' || said || ' NOT VALID';
        END $$
    """)

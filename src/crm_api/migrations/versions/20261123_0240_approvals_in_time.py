"""Approvers who are added, reminded, and whose superior is asked."""

import sqlalchemy as sa
from alembic import op

revision = "0054_approvals_in_time"
down_revision = "0053_remainders_checked"
branch_labels = None
depends_on = None

BEFORE = "'waiting', 'pending', 'approved', 'rejected', 'sent_back', 'skipped', 'delegated', 'reassigned'"
HOURS = "remind_after_hours > 0 AND escalate_after_hours > coalesce(remind_after_hours, 0)"


def upgrade() -> None:
    op.add_column("approval_flow_nodes", sa.Column("remind_after_hours", sa.Integer(), nullable=True))
    # a column and its rule in one: there is no row yet that could break it
    op.execute(
        "ALTER TABLE approval_flow_nodes ADD COLUMN escalate_after_hours integer"
        f" CONSTRAINT approval_flow_nodes_hours_check CHECK ({HOURS})"
    )
    op.add_column("approval_steps", sa.Column("before_id", sa.Uuid(as_uuid=False), nullable=True))
    for name in ("asked_at", "reminded_at", "chase_at"):
        op.add_column("approval_steps", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # the new one admits more
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nALTER TABLE approval_steps DROP CONSTRAINT approval_steps_status_check"
    )
    op.execute(
        "ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_status_check"
        f" CHECK (status IN ({BEFORE}, 'escalated')) NOT VALID"
    )


def downgrade() -> None:
    op.drop_constraint("approval_steps_status_check", "approval_steps")
    op.execute(
        f"ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_status_check CHECK (status IN ({BEFORE}))"
    )
    for name in ("chase_at", "reminded_at", "asked_at", "before_id"):
        op.drop_column("approval_steps", name)
    op.drop_column("approval_flow_nodes", "escalate_after_hours")
    op.drop_column("approval_flow_nodes", "remind_after_hours")

"""Who must agree to what."""

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded, Tenanted
from crm_api.text import sort_key

MOST_LEVELS, MOST_HOURS = 10, 8760


class NodeKind(StrEnum):
    """Who is asked: the superiors of the submitter, the leader of the team, the holders of a role, named users."""

    SUPERIOR_CHAIN = "superior_chain"
    TEAM_LEADER = "team_leader"
    ROLE = "role"
    USERS = "users"


class NodeMode(StrEnum):
    """All must agree, at once or one after the other; or the first who decides, decides."""

    ALL = "all"
    ANY = "any"
    SEQUENTIAL = "sequential"


class ApprovalFlow(Deletable, Recorded, Base):
    """For records of one resource, of a type, with an amount from … below …, of a team and the teams below it.

    A condition that is not set holds for every record. `version` counts the changes; what was submitted goes on by
    the version it began with.
    """

    __tablename__ = "approval_flows"
    name: Mapped[str] = columns.line(200)
    name_sort: Mapped[str] = columns.sort_text()
    resource: Mapped[str] = columns.line(63)
    active: Mapped[bool] = columns.flag(default=True)
    type: Mapped[str | None] = columns.line(63, null=True)
    amount_from: Mapped[Decimal | None] = columns.money(null=True)
    amount_from_currency: Mapped[str | None] = columns.currency(null=True)
    amount_from_micro: Mapped[int] = columns.micros("amount_from")
    amount_below: Mapped[Decimal | None] = columns.money(null=True)
    amount_below_currency: Mapped[str | None] = columns.currency(null=True)
    amount_below_micro: Mapped[int] = columns.micros("amount_below")
    team_id: Mapped[str | None] = columns.reference("teams", null=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "team_id"], ["teams.tenant_id", "teams.id"]),
        CheckConstraint(
            "(amount_from IS NULL) = (amount_from_currency IS NULL)", name="amount_from_currency"
        ),
        CheckConstraint(
            "(amount_below IS NULL) = (amount_below_currency IS NULL)", name="amount_below_currency"
        ),
        CheckConstraint("amount_from_currency = amount_below_currency", name="currency"),
        CheckConstraint("amount_from < amount_below", name="amount"),
        Index("approval_flows_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("approval_flows_name_idx", "tenant_id", "name_sort", "id", postgresql_where=LIVE),
        Index("approval_flows_resource_idx", "tenant_id", "resource", postgresql_where=LIVE),
        Index("approval_flows_team_id_idx", "tenant_id", "team_id"),
    )

    def rename(self, name: str) -> None:
        """Take a name; what it is sorted by follows."""
        self.apply({"name": name, "name_sort": sort_key(name)})


class ApprovalFlowNode(Tenanted, Base):
    """One stop on the way; the next begins when this one has agreed.

    `levels` counts superiors, `role` and `user_ids` name who is asked; each goes with its kind alone.

    Who is asked and has not decided is reminded after some hours, and after some more their superior is asked instead.
    """

    __tablename__ = "approval_flow_nodes"
    flow_id: Mapped[str] = columns.reference("approval_flows")
    name: Mapped[str | None] = columns.line(200, null=True)
    kind: Mapped[str] = columns.choice(NodeKind)
    mode: Mapped[str] = columns.choice(NodeMode)
    levels: Mapped[int | None] = columns.integer(null=True)
    role: Mapped[str | None] = columns.line(63, null=True)
    user_ids: Mapped[list[str]] = columns.texts()
    remind_after_hours: Mapped[int | None] = columns.integer(null=True)
    escalate_after_hours: Mapped[int | None] = columns.integer(null=True)
    position: Mapped[int] = columns.integer(default=0)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "flow_id"], ["approval_flows.tenant_id", "approval_flows.id"]),
        CheckConstraint(columns.choices_check("kind", list(NodeKind)), name="kind"),
        CheckConstraint(columns.choices_check("mode", list(NodeMode)), name="mode"),
        CheckConstraint("(kind = 'superior_chain') = (levels IS NOT NULL)", name="levels"),
        CheckConstraint("(kind = 'role') = (role IS NOT NULL)", name="role"),
        CheckConstraint(f"levels BETWEEN 1 AND {MOST_LEVELS}", name="most_levels"),
        CheckConstraint(
            "remind_after_hours > 0 AND escalate_after_hours > coalesce(remind_after_hours, 0)", name="hours"
        ),
        Index("approval_flow_nodes_flow_id_idx", "tenant_id", "flow_id", "position"),
    )

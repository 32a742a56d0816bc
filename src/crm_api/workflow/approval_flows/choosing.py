"""Which flow a record goes through: exactly one, or none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from crm_api.workflow.approval_flows.models import ApprovalFlow


class Matter(NamedTuple):
    """What of a record decides over its flow; `teams` lead from the topmost down to the record's own."""

    resource: str
    type: str | None
    amount: Decimal | None
    currency: str | None
    teams: Sequence[str]


def choose(flows: Sequence[ApprovalFlow], matter: Matter) -> ApprovalFlow | None:
    """The most specific of the flows that fit.

    One that names the type goes before one that does not; then the one whose team is nearest to the record; then one
    with a range of amounts, the higher beginning first, then the lower end; then the older.
    """
    fitting = [flow for flow in flows if fits(flow, matter)]
    return min(fitting, key=lambda flow: _rank(flow, matter), default=None)


def fits(flow: ApprovalFlow, matter: Matter) -> bool:
    """Whether every condition that is set holds; an unknown amount, or one in another currency, is in no range."""
    if flow.type is not None and flow.type != matter.type:
        return False
    if flow.team_id is not None and flow.team_id not in matter.teams:
        return False
    currency = flow.amount_from_currency or flow.amount_below_currency
    if currency is None:
        return True
    amount = matter.amount
    return (
        amount is not None
        and matter.currency == currency
        and (flow.amount_from is None or amount >= flow.amount_from)
        and (flow.amount_below is None or amount < flow.amount_below)
    )


def _rank(flow: ApprovalFlow, matter: Matter) -> tuple[Any, ...]:
    nearest = 1 + list(matter.teams).index(flow.team_id) if flow.team_id else 0
    begins, ends = flow.amount_from, flow.amount_below
    return (
        flow.type is None,
        -nearest,
        begins is None and ends is None,
        -begins if begins is not None else Decimal("Infinity"),
        ends if ends is not None else Decimal("Infinity"),
        flow.created_at,
        flow.id,
    )

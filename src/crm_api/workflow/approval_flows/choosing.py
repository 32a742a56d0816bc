"""Which flow a record goes through: exactly one, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from crm_api.workflow.approval_flows.models import ApprovalFlow

_WORST: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Matter:
    """What of a record decides over its flow.

    `teams` lead from the topmost down to the record's own; `worth` is what its amount is in the currencies of flows, as
    far as there are rates.
    """

    resource: str
    type: str | None
    amount: Decimal | None
    currency: str | None
    teams: Sequence[str]
    worth: Mapping[str, Decimal] = field(default_factory=dict)


def choose(flows: Sequence[ApprovalFlow], matter: Matter) -> ApprovalFlow | None:
    """The most specific of the flows that fit.

    One that names the type goes before one that does not; then the one whose team is nearest to the record; then one
    with a range of amounts, in the record's own currency before others, the higher beginning first, then the lower end;
    then the older.
    """
    fitting = [flow for flow in flows if fits(flow, matter)]
    return min(fitting, key=lambda flow: _rank(flow, matter), default=None)


def fits(flow: ApprovalFlow, matter: Matter) -> bool:
    """Whether every condition that is set holds.

    An amount in another currency is judged by what it is worth; one that is unknown, or has no rate, by the worst that
    it can be: it is in the ranges without an end.
    """
    if flow.type is not None and flow.type != matter.type:
        return False
    if flow.team_id is not None and flow.team_id not in matter.teams:
        return False
    currency = currency_of(flow)
    if currency is None:
        return True
    amount = matter.worth.get(currency, _WORST)
    return (flow.amount_from is None or amount >= flow.amount_from) and (
        flow.amount_below is None or amount < flow.amount_below
    )


def currency_of(flow: ApprovalFlow) -> str | None:
    """That of its range of amounts."""
    return flow.amount_from_currency or flow.amount_below_currency


def _rank(flow: ApprovalFlow, matter: Matter) -> tuple[Any, ...]:
    nearest = 1 + list(matter.teams).index(flow.team_id) if flow.team_id else 0
    begins, ends = flow.amount_from, flow.amount_below
    return (
        flow.type is None,
        -nearest,
        begins is None and ends is None,
        currency_of(flow) != matter.currency,
        -begins if begins is not None else _WORST,
        ends if ends is not None else _WORST,
        flow.created_at,
        flow.id,
    )

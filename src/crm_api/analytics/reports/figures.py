"""From sums by key, status and currency to the rows of a report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from crm_api.kit.money import as_json
from crm_api.sales.pipelines.models import StageKind
from crm_api.text import sort_key

_RATE = Decimal("0.0001")


class Sum(NamedTuple):
    """The deals of one key, status and currency.

    `first_deals` leaves out those that another key counts already, so that it can be added up over the keys.
    """

    key: str | None
    name: str | None
    status: str
    currency: str | None
    deals: int
    first_deals: int
    amount: Decimal


@dataclass
class Tally:
    """Counts and amounts by status."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(StageKind, 0))
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(StageKind, Decimal(0)))

    def add(self, status: str, count: int, amount: Decimal) -> None:
        """Count deals of a status."""
        self.counts[status] += count
        self.amounts[status] += amount

    @property
    def win_rate(self) -> float | None:
        """Won among won and lost, 4 digits, halves up; None when nothing was closed."""
        won = self.counts[StageKind.WON]
        closed = won + self.counts[StageKind.LOST]
        return float((Decimal(won) / closed).quantize(_RATE, ROUND_HALF_UP)) if closed else None

    def as_json(self, currency: str) -> dict[str, Any]:
        """The six figures and the win rate."""
        found: dict[str, Any] = {}
        for status in (StageKind.WON, StageKind.LOST, StageKind.OPEN):
            found[f"{status}_count"] = self.counts[status]
            found[f"{status}_amount"] = as_json(self.amounts[status], currency)
        return {**found, "win_rate": self.win_rate}


def only_currency(sums: Iterable[Sum]) -> str | None:
    """The currency of all amounts, or None when there are several or none."""
    found = {item.currency for item in sums if item.currency}
    return found.pop() if len(found) == 1 else None


def figures(sums: Iterable[Sum], currency: str, most: int) -> dict[str, Any]:
    """`data`, `totals`, `excluded` and `truncated` of a report in one currency, at most so many rows."""
    tallies: dict[tuple[str | None, str | None], Tally] = {}
    totals, excluded = Tally(), 0
    for item in sums:
        if item.currency not in (None, currency):
            excluded += item.first_deals
            continue
        tallies.setdefault((item.key, item.name), Tally()).add(item.status, item.deals, item.amount)
        totals.add(item.status, item.first_deals, item.amount)
    keys = sorted(tallies, key=lambda key: _place(key, tallies[key]))
    return {
        "data": [
            {"key": {"id": key[0], "name": key[1]}, **tallies[key].as_json(currency)} for key in keys[:most]
        ],
        "totals": totals.as_json(currency),
        "excluded": excluded,
        "truncated": len(keys) > most,
    }


def _place(key: tuple[str | None, str | None], tally: Tally) -> tuple[Any, ...]:
    """Most won amount first, then by name, the nameless last."""
    record_id, name = key
    return -tally.amounts[StageKind.WON], name is None, sort_key(name or ""), record_id or ""

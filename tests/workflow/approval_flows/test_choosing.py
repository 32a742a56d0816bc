"""Which flow a record goes through."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_api.workflow.approval_flows.choosing import Matter, choose
from crm_api.workflow.approval_flows.models import ApprovalFlow

TOP, MID, LOW = "top", "mid", "low"
MATTER = Matter("contracts", "sale", Decimal(50), "CNY", (TOP, MID, LOW), {"CNY": Decimal(50)})


def flow(name: str, **conditions: Any) -> ApprovalFlow:
    for end in ("amount_from", "amount_below"):
        if end in conditions:
            conditions[f"{end}_currency"] = conditions.pop("currency", "CNY")
            conditions[end] = Decimal(conditions[end])
    at = datetime(2026, 1, conditions.pop("day", 1), tzinfo=UTC)
    return ApprovalFlow.new(
        name=name, name_sort=name, resource="contracts", created_at=at, id=name, **conditions
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (flow("typed", type="sale"), flow("near", team_id=LOW, amount_from=10)),
        (flow("near", team_id=LOW), flow("far", team_id=TOP, amount_from=10)),
        (flow("team", team_id=TOP), flow("range", amount_from=10)),
        (flow("range", amount_below=100), flow("any")),
        (flow("high", amount_from=20), flow("low", amount_from=10)),
        (flow("narrow", amount_from=10, amount_below=60), flow("wide", amount_from=10, amount_below=90)),
        (flow("old", day=1), flow("new", day=2)),
        (flow("a"), flow("b")),
    ],
)
def test_the_most_specific_is_chosen_in_any_order(better: ApprovalFlow, worse: ApprovalFlow) -> None:
    assert choose([better, worse], MATTER) is better
    assert choose([worse, better], MATTER) is better


@pytest.mark.parametrize(
    "other",
    [
        flow("type", type="purchase"),
        flow("team", team_id="beside"),
        flow("above", amount_from="50.01"),
        flow("below", amount_below=50),
    ],
)
def test_what_does_not_fit_is_not_chosen(other: ApprovalFlow) -> None:
    assert choose([other], MATTER) is None


def worth(**amounts: str) -> Matter:
    return replace(MATTER, worth={currency: Decimal(amount) for currency, amount in amounts.items()})


def test_ranges_that_touch_leave_no_gap_and_an_unknown_amount_is_in_the_last() -> None:
    low, high = flow("low", amount_below=50), flow("high", amount_from=50)
    assert choose([low, high], MATTER) is high
    assert choose([low, high], worth(CNY="49.999999")) is low
    assert choose([low, high], worth()) is high
    assert choose([low, flow("middle", amount_from=50, amount_below=90)], worth()) is None


def test_an_amount_in_another_currency_counts_by_what_it_is_worth() -> None:
    dollars = flow("dollars", amount_from=10, currency="USD")
    assert choose([dollars], worth(CNY="50", USD="9.99")) is None
    assert choose([dollars], worth(CNY="50", USD="10")) is dollars
    own = flow("own", amount_from=5)
    assert choose([dollars, own], worth(CNY="50", USD="10")) is own

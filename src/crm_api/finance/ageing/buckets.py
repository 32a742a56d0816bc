"""From sums by customer, currency and bucket to the rows of the report."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from crm_api.kit.money import as_json
from crm_api.text import sort_key

MOST_ROWS = 1000


class Bucket(StrEnum):
    """How many days past due."""

    NOT_DUE = "not_due"
    DAYS_1_30 = "days_1_30"
    DAYS_31_60 = "days_31_60"
    DAYS_61_90 = "days_61_90"
    OVER_90 = "over_90"


# the last day of a bucket, counted from the day it was due
LAST_DAYS = {Bucket.NOT_DUE: 0, Bucket.DAYS_1_30: 30, Bucket.DAYS_31_60: 60, Bucket.DAYS_61_90: 90}


class Sum(NamedTuple):
    """What is owed by a customer in a currency, of one bucket; the name is None where the reader may not know it."""

    customer_id: str
    name: str | None
    currency: str
    bucket: str
    receivables: int
    amount: Decimal


def only_currency(sums: Iterable[Sum]) -> str | None:
    """The currency of everything owed, or None when there are several or none."""
    found = {item.currency for item in sums}
    return found.pop() if len(found) == 1 else None


def report(sums: Iterable[Sum], currency: str) -> dict[str, Any]:
    """`data`, `totals`, `excluded` and `truncated` of the report in one currency, the most that is owed first."""
    rows: dict[tuple[str, str | None], dict[str, Decimal]] = {}
    totals, excluded = _nothing(), 0
    for item in sums:
        if item.currency != currency:
            excluded += item.receivables
            continue
        for tally in (rows.setdefault((item.customer_id, item.name), _nothing()), totals):
            tally[item.bucket] += item.amount
    order = sorted(
        rows, key=lambda key: (-sum(rows[key].values()), key[1] is None, sort_key(key[1] or ""), key[0])
    )
    return {
        "data": [
            {"customer": {"id": key[0], "name": key[1]}, **_shown(rows[key], currency)}
            for key in order[:MOST_ROWS]
        ],
        "totals": _shown(totals, currency),
        "excluded": excluded,
        "truncated": len(order) > MOST_ROWS,
    }


def _nothing() -> dict[str, Decimal]:
    return dict.fromkeys(Bucket, Decimal(0))


def _shown(tally: dict[str, Decimal], currency: str) -> dict[str, Any]:
    shown = {str(bucket): as_json(amount, currency) for bucket, amount in tally.items()}
    return {**shown, "total": as_json(sum(tally.values(), Decimal(0)), currency)}

"""The amount of a deal, split over its lines: nothing is lost, nothing is made up."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, Numeric, Text, column, literal, select, values

from crm_api.analytics.reports.figures import Sum, figures, only_currency
from crm_api.analytics.reports.shares import share
from crm_api.kit.money import digits_of
from crm_api.kit.statements import compiled
from tests.factories.companies import Served

CURRENCIES = ("CNY", "JPY", "KWD", "USD")
DEALS = st.lists(
    st.tuples(
        st.sampled_from(CURRENCIES),
        st.decimals(0, 10**11, places=6, allow_nan=False),
        st.lists(st.decimals(0, 10**9, places=6, allow_nan=False), min_size=1, max_size=7),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


async def split(served: Served, deals: list[tuple[str, Decimal, list[Decimal]]]) -> list[list[Decimal]]:
    """The shares of each deal's lines."""
    rows = [
        (number, place, currency, amount, total)
        for number, (currency, amount, totals) in enumerate(deals)
        for place, total in enumerate(totals)
    ]
    lines = values(
        column("deal", Integer),
        column("place", Integer),
        column("currency", Text),
        column("amount", Numeric(18, 6)),
        column("total", Numeric(36, 12)),
        name="lines",
    ).data([tuple(literal(cell) for cell in row) for row in rows])
    c = lines.c
    part = share(
        c.amount.cast(Numeric(18, 6)),
        c.currency,
        c.total.cast(Numeric(36, 12)),
        deal=c.deal,
        order=(c.place,),
    )
    statement = compiled(select(c.deal, part).order_by(c.deal, c.place))
    async with served.pool.acquire() as connection:
        found = await connection.fetch(statement.sql, *statement.arguments({}))
    return [[row[1] for row in found if row[0] == number] for number in range(len(deals))]


@given(drawn=DEALS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_shares_of_a_deal_are_its_amount(served: Served, drawn: Any) -> None:
    deals = [
        (currency, round(amount, digits_of(currency)) if whole else amount, totals)
        for currency, amount, totals, whole in drawn
    ]
    for (currency, amount, totals), shares in zip(deals, await split(served, deals), strict=True):
        assert len(shares) == len(totals)
        assert sum(shares) == amount
        assert all(part >= 0 for part in shares)
        finest = max(digits_of(currency), -int(amount.normalize().as_tuple().exponent))
        assert all(part == round(part, finest) for part in shares)
        unit = Decimal(1).scaleb(-finest)
        whole = sum(totals)
        for part, total in zip(shares, totals, strict=True):
            exact = amount * total / whole if whole else amount / len(totals)
            assert abs(part - exact) <= unit


async def test_by_hand(served: Served) -> None:
    one = Decimal(1)
    found = await split(
        served,
        [
            ("CNY", Decimal(100), [one, one, one]),
            ("CNY", Decimal("0.05"), [Decimal(0), Decimal(0)]),
            ("JPY", Decimal(100), [one, one, one]),
            ("KWD", Decimal(1), [one, one, one]),
            ("CNY", Decimal(0), [one, Decimal(5)]),
            ("USD", Decimal(10), [Decimal(0), one, Decimal(3)]),
        ],
    )
    assert [[str(part.normalize()) for part in parts] for parts in found] == [
        ["33.33", "33.34", "33.33"],
        ["0.03", "0.02"],
        ["33", "34", "33"],
        ["0.333", "0.334", "0.333"],
        ["0", "0"],
        ["0", "2.5", "7.5"],
    ]


@pytest.mark.parametrize(
    ("won", "lost", "rate"), [(0, 0, None), (0, 3, 0.0), (1, 2, 0.3333), (2, 1, 0.6667), (1, 31, 0.0313)]
)
def test_the_win_rate_has_four_digits(won: int, lost: int, rate: float | None) -> None:
    sums = [
        Sum("k", "K", "won", "CNY", won, won, Decimal(won)),
        Sum("k", "K", "lost", "CNY", lost, lost, Decimal(lost)),
    ]
    assert figures(sums, "CNY", 10)["totals"]["win_rate"] == rate


def test_two_who_share_a_name_have_a_row_each_in_a_fixed_order() -> None:
    sums = [
        Sum("2", "Li Na", "won", "CNY", 1, 1, Decimal(5)),
        Sum("1", "Li Na", "won", "CNY", 1, 1, Decimal(5)),
        Sum("3", None, "won", "CNY", 1, 1, Decimal(5)),
        Sum("4", "李娜", "won", "CNY", 1, 1, Decimal(5)),
        Sum("5", "王伟", "won", "CNY", 1, 1, Decimal(6)),
    ]
    rows = figures(sums, "CNY", 10)["data"]
    assert [row["key"]["id"] for row in rows] == ["5", "1", "2", "4", "3"]


def test_the_only_currency() -> None:
    def of(currency: str | None) -> Sum:
        return Sum("k", "K", "open", currency, 1, 1, Decimal(0))

    assert only_currency([of(None), of("USD"), of("USD")]) == "USD"
    assert only_currency([of("CNY"), of("USD")]) is None
    assert only_currency([of(None)]) is None

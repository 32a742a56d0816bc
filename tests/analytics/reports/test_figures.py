"""Each way to group the same deals, to the minor unit."""

from datetime import UTC, datetime

import pytest

from crm_api.analytics.reports.service import MOST_ROWS
from crm_api.kit import clock
from tests.analytics.reports.conftest import Market, figures

TOTALS = (3, "600.00", 2, "60.00", 2, "70.00", 0.6)


async def test_by_owner(market: Market) -> None:
    assert list((await market.rows(group_by="owner")).items()) == [
        ("Ben", (1, "300.00", 0, "0.00", 1, "70.00", 1.0)),
        ("Cat", (1, "200.00", 0, "0.00", 1, "0.00", 1.0)),
        ("Ann", (1, "100.00", 1, "50.00", 0, "0.00", 0.5)),
        (None, (0, "0.00", 1, "10.00", 0, "0.00", 0.0)),
    ]


async def test_by_team(market: Market) -> None:
    assert list((await market.rows(group_by="team")).items()) == [
        ("North", (1, "300.00", 0, "0.00", 1, "70.00", 1.0)),
        ("South", (1, "200.00", 0, "0.00", 1, "0.00", 1.0)),
        ("Harbour", (1, "100.00", 1, "50.00", 0, "0.00", 0.5)),
        (None, (0, "0.00", 1, "10.00", 0, "0.00", 0.0)),
    ]


async def test_by_team_at_the_top(market: Market) -> None:
    assert list((await market.rows(group_by="team", team_depth=1)).items()) == [
        ("North", (2, "400.00", 1, "50.00", 1, "70.00", 0.6667)),
        ("South", (1, "200.00", 0, "0.00", 1, "0.00", 1.0)),
        (None, (0, "0.00", 1, "10.00", 0, "0.00", 0.0)),
    ]


@pytest.mark.parametrize("depth", [2, 20])
async def test_a_team_above_the_depth_stands_for_itself(market: Market, depth: int) -> None:
    assert await market.rows(group_by="team", team_depth=depth) == await market.rows(group_by="team")


async def test_the_stamp_counts_not_where_the_owner_is_now(market: Market) -> None:
    await market.company.owner.http.patch(
        f"/users/{market.people['ann'].id}", json={"team_id": market.teams["South"]}
    )
    rows = await market.rows(group_by="team")
    assert rows["Harbour"] == (1, "100.00", 1, "50.00", 0, "0.00", 0.5)


async def test_by_product(market: Market) -> None:
    assert list((await market.rows(group_by="product")).items()) == [
        ("Product P1", (3, "383.33", 0, "0.00", 0, "0.00", 1.0)),
        ("Product P2", (2, "183.34", 0, "0.00", 1, "70.00", 1.0)),
        ("Product P3", (1, "33.33", 0, "0.00", 0, "0.00", 1.0)),
        (None, (0, "0.00", 2, "60.00", 1, "0.00", 0.0)),
    ]


async def test_by_stage(market: Market) -> None:
    rows = (await market.report(group_by="stage"))["data"]
    assert rows[0]["key"]["id"] == market.stages["won"]
    assert {row["key"]["id"]: figures(row) for row in rows} == {
        market.stages["won"]: (3, "600.00", 0, "0.00", 0, "0.00", 1.0),
        market.stages["lost"]: (0, "0.00", 2, "60.00", 0, "0.00", 0.0),
        market.stages["open"]: (0, "0.00", 0, "0.00", 2, "70.00", None),
    }


async def test_by_month(market: Market) -> None:
    assert list((await market.rows(group_by="month")).items()) == [
        ("2026-02", (1, "300.00", 1, "50.00", 0, "0.00", 0.5)),
        ("2026-03", (1, "200.00", 0, "0.00", 1, "70.00", 1.0)),
        ("2026-01", (1, "100.00", 1, "10.00", 0, "0.00", 0.5)),
        (None, (0, "0.00", 0, "0.00", 1, "0.00", None)),
    ]


@pytest.mark.parametrize("group_by", ["owner", "team", "product", "stage", "month"])
async def test_totals_are_the_same_whatever_the_rows_stand_for(market: Market, group_by: str) -> None:
    report = await market.report(group_by=group_by)
    assert figures(report["totals"]) == TOTALS
    assert report["currency"] == "CNY"
    assert report["excluded"] == 1
    assert report["truncated"] is False
    for kind in ("won", "lost", "open"):
        amounts = sum(float(row[f"{kind}_amount"]["amount"]) for row in report["data"])
        assert amounts == pytest.approx(float(report["totals"][f"{kind}_amount"]["amount"]))


async def test_another_currency_by_name(market: Market) -> None:
    report = await market.report(group_by="owner", currency="USD")
    # a deal without an amount belongs to every currency
    assert figures(report["totals"]) == (1, "999.00", 0, "0.00", 1, "0.00", 1.0)
    assert report["excluded"] == 6
    assert report["currency"] == "USD"
    yen = await market.report(group_by="owner", currency="JPY")
    assert figures(yen["totals"]) == (0, "0", 0, "0", 1, "0", None)
    assert yen["excluded"] == 7


async def test_the_only_currency_is_taken_before_the_company_s(market: Market) -> None:
    alone = await market.report(group_by="owner", since="2026-02-10", until="2026-02-10")
    # the open deal of Ben is still there in CNY, so there are two currencies
    assert (alone["currency"], alone["excluded"]) == ("CNY", 1)
    await market.company.owner.http.delete(f"/opportunities/{market.deals['d']}")
    alone = await market.report(group_by="owner", since="2026-02-10", until="2026-02-10")
    assert (alone["currency"], alone["excluded"]) == ("USD", 0)
    assert figures(alone["totals"]) == (1, "999.00", 0, "0.00", 1, "0.00", 1.0)


async def test_both_days_are_included(market: Market) -> None:
    won_and_lost = {
        ("2026-01-31", "2026-02-01"): (1, "100.00", 1, "50.00"),
        ("2026-02-01", "2026-02-28"): (1, "300.00", 1, "50.00"),
        ("2026-02-02", "2026-02-27"): (0, "0.00", 0, "0.00"),
        ("2026-02-28", "2026-02-28"): (1, "300.00", 0, "0.00"),
    }
    for (since, until), expected in won_and_lost.items():
        totals = await market.totals(group_by="owner", since=since, until=until)
        assert totals[:4] == expected
        assert totals[4:6] == (2, "70.00"), "open deals are as of now"
    assert (await market.totals(group_by="owner", since="2026-03-01"))[:4] == (1, "200.00", 0, "0.00")
    assert (await market.totals(group_by="owner", until="2026-01-30"))[:4] == (0, "0.00", 1, "10.00")


async def test_one_pipeline(market: Market) -> None:
    assert await market.totals(group_by="owner", pipeline_id=market.pipeline_id) == TOTALS
    nowhere = "01930b2e-6f00-7000-8000-000000000001"
    report = await market.report(group_by="owner", pipeline_id=nowhere)
    assert report["data"] == []
    assert figures(report["totals"]) == (0, "0.00", 0, "0.00", 0, "0.00", None)


async def test_a_deleted_deal_does_not_count(market: Market) -> None:
    await market.company.owner.http.delete(f"/opportunities/{market.deals['d']}")
    assert await market.totals(group_by="product") == (3, "600.00", 2, "60.00", 1, "0.00", 0.6)


async def test_it_says_what_it_counts_and_when(market: Market) -> None:
    with clock.frozen(datetime(2026, 4, 1, 8, 30, tzinfo=UTC)):
        english = await market.report(group_by="month", since="2026-01-01")
    assert english["as_of"] == "2026-04-01T08:30:00Z"
    assert "in CNY" in english["definition"]
    assert "from 2026-01-01 on" in english["definition"]
    assert "month of `closed_on`" in english["definition"]
    answer = await market.company.owner.http.get(
        "/reports/sales-performance", params={"group_by": "team"}, headers={"Accept-Language": "zh-CN"}
    )
    assert "赢单率" in answer.json()["definition"]


async def test_more_rows_than_shown(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS == 1000
    monkeypatch.setattr("crm_api.analytics.reports.service.MOST_ROWS", 2)
    report = await market.report(group_by="owner")
    assert [row["key"]["name"] for row in report["data"]] == ["Ben", "Cat"]
    assert report["truncated"] is True
    assert figures(report["totals"]) == TOTALS

"""Who sees which deals in a report, and who sees none."""

import pytest

from tests.analytics.reports.conftest import PATH, Market
from tests.factories.companies import Company
from tests.factories.grants import share

HARBOUR = (1, "100.00", 1, "50.00", 0, "0.00", 0.5)
NORTH = (2, "400.00", 1, "50.00", 1, "70.00", 0.6667)
ALL = (3, "600.00", 2, "60.00", 2, "70.00", 0.6)


async def test_an_account_manager_sees_own_deals(market: Market) -> None:
    ann = market.people["ann"]
    assert await market.rows(ann, group_by="owner") == {"Ann": HARBOUR}
    assert await market.rows(ann, group_by="team", team_depth=1) == {"North": HARBOUR}
    assert await market.totals(ann, group_by="product") == HARBOUR


async def test_a_supervisor_sees_the_subtree(market: Market) -> None:
    head = market.people["head"]
    assert await market.totals(head, group_by="owner") == NORTH
    assert list(await market.rows(head, group_by="owner")) == ["Ben", "Ann"]
    assert list(await market.rows(head, group_by="team")) == ["North", "Harbour"]
    assert (await market.report(head, group_by="owner"))["excluded"] == 0


async def test_an_executive_sees_everything(market: Market) -> None:
    executive = await market.company.user("executive")
    assert await market.totals(executive, group_by="month") == ALL


async def test_the_wider_of_two_roles_counts(market: Market) -> None:
    both = await market.company.user("account_manager", "executive", team_id=market.teams["South"])
    assert await market.totals(both, group_by="month") == ALL


@pytest.mark.parametrize("role", ["support_agent", "marketer", "administrator"])
async def test_others_are_refused(market: Market, role: str) -> None:
    actor = await market.company.user(role, team_id=market.teams["North"])
    answer = await actor.http.get(PATH, params={"group_by": "owner"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


async def test_nobody_is_refused(market: Market) -> None:
    async with market.company.served.client() as nobody:
        assert (await nobody.get(PATH, params={"group_by": "owner"})).status_code == 401


async def test_a_shared_deal_counts(market: Market) -> None:
    ann = market.people["ann"]
    await share(market.company, "opportunities", market.deals["c"], ann.id)
    fresh = await market.company.sign_in(ann.id)
    assert await market.totals(fresh, group_by="owner") == (2, "400.00", 1, "50.00", 0, "0.00", 0.6667)
    assert await market.totals(fresh, group_by="product") == (2, "400.00", 1, "50.00", 0, "0.00", 0.6667)


async def test_another_company_s_deals_never_count(market: Market, other_company: Company) -> None:
    answer = await other_company.owner.http.get(PATH, params={"group_by": "team", "team_depth": 1})
    assert answer.status_code == 200
    assert answer.json()["data"] == []
    elsewhere = await other_company.owner.http.get(
        PATH, params={"group_by": "owner", "pipeline_id": market.pipeline_id}
    )
    assert elsewhere.json()["data"] == []

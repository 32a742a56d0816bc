"""Who sees which deals in a report, and who sees none."""

from dataclasses import replace

import pytest

from crm_api.analytics.reports.resource import READ_SALES_PERFORMANCE
from crm_api.analytics.reports.schemas import Grouping
from crm_api.analytics.reports.service import Asked, SalesPerformanceService
from crm_api.kit.errors import Forbidden
from crm_api.kit.principal import Permission, Principal, Reach, Right
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.resource import opportunities
from tests.analytics.reports.conftest import PATH, Market, figures
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


def unit(market: Market, *read: str, hidden: str = "") -> UnitOfWork:
    """A unit of an integration that may read some resources, one field of opportunities hidden from it."""
    reaches = {Permission(name, "read"): Reach.ALL for name in (*read, "sales_performance")}
    restrictions = {"opportunities": {hidden: Right.HIDDEN}} if hidden else {}
    who = Principal(
        market.company.tenant_id, market.company.owner.id, "api_key", (), None, (), reaches, restrictions
    )
    return UnitOfWork(market.company.served.pool, who, READ_SALES_PERFORMANCE, read_only=True)


async def names_of(uow: UnitOfWork, group_by: Grouping) -> set[str | None]:
    try:
        report = await SalesPerformanceService(uow).report(Asked(group_by), "en")
    finally:
        await uow.close()
    return {row["key"]["name"] for row in report["data"]}


@pytest.mark.parametrize(
    ("hidden", "group_by"),
    [
        *(("amount", grouping) for grouping in Grouping),
        ("status", Grouping.MONTH),
        ("closed_on", Grouping.OWNER),
        ("owner_id", Grouping.OWNER),
        ("lines", Grouping.PRODUCT),
    ],
)
async def test_what_is_made_of_a_hidden_field_is_refused(
    market: Market, hidden: str, group_by: Grouping
) -> None:
    with pytest.raises(Forbidden):
        await names_of(unit(market, "opportunities", hidden=hidden), group_by)


async def test_a_hidden_field_that_the_report_does_not_touch_is_no_matter(market: Market) -> None:
    assert await names_of(unit(market, "opportunities", "users", hidden="team_id"), Grouping.OWNER) == {
        "Ann",
        "Ben",
        "Cat",
        None,
    }


async def test_no_report_on_deals_that_cannot_be_read(market: Market) -> None:
    with pytest.raises(Forbidden):
        await names_of(unit(market, "users"), Grouping.OWNER)


@pytest.mark.parametrize("group_by", [Grouping.OWNER, Grouping.TEAM, Grouping.PRODUCT, Grouping.STAGE])
async def test_names_that_the_caller_may_not_know_are_left_out(market: Market, group_by: Grouping) -> None:
    assert await names_of(unit(market, "opportunities"), group_by) == {None}


async def test_the_smaller_of_the_two_reaches_counts(market: Market) -> None:
    uow = unit(market, "opportunities")
    reaches = {**uow.principal.reaches, opportunities.read: Reach.OWN}
    uow.principal = replace(uow.principal, id=market.people["ann"].id, reaches=reaches)
    try:
        report = await SalesPerformanceService(uow).report(Asked(Grouping.OWNER), "en")
    finally:
        await uow.close()
    assert figures(report["totals"]) == HARBOUR

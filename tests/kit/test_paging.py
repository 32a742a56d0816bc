"""A walk page by page shows every row in reach once, in order, in both directions."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_api.kit import clock, reading
from crm_api.kit.listing import from_query
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.uow import UnitOfWork
from tests.factories.answers import as_sent
from tests.factories.companies import Company, Served, found_company
from tests.factories.floors import Floor, furnish
from tests.factories.grants import share

ROWS = 24
NAMES = ["Acme", "acme", "上海", "上海", "Zeta"]
REACHES = [Reach.OWN, Reach.TEAM, Reach.SUBTREE, Reach.ALL]
SORTS = {
    "customers": ["created_at", "-created_at", "name", "-name", "name,-created_at", "-name,-created_at"],
    "contacts": ["created_at", "-name", "-created_at,name"],
    "products": ["-list_price", "list_price,name", "-code", "name,-list_price,code"],
}
Row = dict[str, Any]


@pytest.fixture(scope="module")
async def furnished(served: Served) -> AsyncIterator[Floor]:
    """Rows of everybody and of nobody, many with equal names and equal instants; some are shared with the agent."""
    company = await found_company(served)
    floor = await furnish(company)
    owners = [floor.agent.id, floor.mate.id, floor.supervisor.id, floor.stranger.id, None]
    began = datetime.now(UTC).replace(microsecond=0)
    for number in range(ROWS):
        with clock.frozen(began + timedelta(seconds=number // 5)):
            name = NAMES[number % len(NAMES)]
            for resource in ("customers", "contacts"):
                owner = owners[number % 7 % len(owners)]
                made = await company.owner.create(f"/{resource}", name=name, owner_id=owner)
                if number % 4 == 3:
                    await share(company, resource, made["id"], floor.agent.id)
            price = {"amount": str(number // 4), "currency": "CNY"} if number % 4 else None
            await company.owner.create("/products", name=name, code=f"P{number}", list_price=price)
    yield floor
    await company.close()


def principal_of(floor: Floor, resource: str, reach: Reach, *, shared: bool) -> Principal:
    """The agent, with any reach."""
    return Principal(
        floor.company.tenant_id,
        floor.agent.id,
        team_id=floor.city,
        subtree=(floor.city, floor.north),
        reaches={Permission(resource, "read"): reach},
        shared=frozenset({resource}) if shared else frozenset(),
    )


async def visible(floor: Floor, resource: str, reach: Reach, *, shared: bool) -> list[Row]:
    """The rows in reach, by the rules in plain words."""
    rows = await floor.company.rows(resource)
    if resource == "products" or reach is Reach.ALL:
        return rows
    teams = {Reach.OWN: [], Reach.TEAM: [floor.city], Reach.SUBTREE: [floor.city, floor.north]}[reach]
    granted = (
        {str(grant["record_id"]) for grant in await floor.company.rows("record_grants")} if shared else set()
    )
    return [
        row
        for row in rows
        if str(row["owner_id"]) == floor.agent.id or str(row["team_id"]) in teams or str(row["id"]) in granted
    ]


def ordered(rows: Iterable[Row], resource: str, sort: str) -> list[str]:
    """Ids in the order of a sort, the id last in the direction of the last key."""
    found = sorted(rows, key=lambda row: row["id"], reverse=sort.rsplit(",", 1)[-1].startswith("-"))
    for key in reversed(sort.split(",")):
        column = RESOURCES[resource].sorts[key.removeprefix("-")]
        found = sorted(found, key=lambda row: row[column], reverse=key.startswith("-"))
    return [str(row["id"]) for row in found]


class Walk:
    """Pages of one list, as one principal."""

    def __init__(self, floor: Floor, principal: Principal, resource: str, query: str) -> None:
        self.pool = floor.company.served.pool
        self.cursors = floor.company.served.app.state.edge.cursors
        self.principal, self.resource, self.query = principal, RESOURCES[resource], query

    async def page(self, cursor: str | None = None) -> dict[str, Any]:
        query = f"{self.query}&cursor={cursor}" if cursor else self.query
        unit = UnitOfWork(self.pool, self.principal, self.resource.read, read_only=True)
        try:
            listing = from_query(self.resource, self.principal, query.encode())
            return as_sent(await reading.page(unit, listing, self.cursors))
        finally:
            await unit.close()

    async def there_and_back(self, size: int) -> tuple[list[str], list[str]]:
        """Ids on the way to the end and on the way back to the beginning; the last page is seen twice."""
        page, there = await self.page(), []
        assert page["page"]["prev_cursor"] is None
        while True:
            ids = [record["id"] for record in page["data"]]
            there += ids
            assert len(there) <= ROWS, "the walk goes round in circles"
            assert page["page"]["has_more"] is (page["page"]["next_cursor"] is not None)
            if not page["page"]["has_more"]:
                break
            assert len(ids) == size
            page = await self.page(page["page"]["next_cursor"])
        back = [record["id"] for record in page["data"]]
        while page["page"]["prev_cursor"] is not None:
            page = await self.page(page["page"]["prev_cursor"])
            back = [record["id"] for record in page["data"]] + back
            assert page["page"]["has_more"]
            assert len(back) <= ROWS, "the way back goes round in circles"
        return there, back


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("reach", REACHES)
async def test_customers_are_walked_in_every_reach(furnished: Floor, reach: Reach, shared: bool) -> None:
    rows = await visible(furnished, "customers", reach, shared=shared)
    who = principal_of(furnished, "customers", reach, shared=shared)
    assert len(rows) >= 3
    for number, sort in enumerate(SORTS["customers"]):
        should = ordered(rows, "customers", sort)
        for size in range(1 + number % 2, 8, 2):
            walk = Walk(furnished, who, "customers", f"sort={sort}&limit={size}")
            assert await walk.there_and_back(size) == (should, should), (sort, size)


@pytest.mark.parametrize("resource", ["contacts", "products"])
@pytest.mark.parametrize("reach", [Reach.SUBTREE, Reach.ALL])
async def test_other_resources_are_walked_by_each_of_their_sorts(
    furnished: Floor, resource: str, reach: Reach
) -> None:
    rows = await visible(furnished, resource, reach, shared=True)
    who = principal_of(furnished, resource, reach, shared=True)
    for sort in SORTS[resource]:
        should = ordered(rows, resource, sort)
        for size in (1, 4, 7, 200):
            walk = Walk(furnished, who, resource, f"sort={sort}&limit={size}")
            assert await walk.there_and_back(size) == (should, should), (sort, size)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("reach", REACHES)
async def test_a_filtered_walk_and_its_total_cover_the_same_rows(
    furnished: Floor, reach: Reach, shared: bool
) -> None:
    rows = [
        row
        for row in await visible(furnished, "customers", reach, shared=shared)
        if "acme" in row["name"].lower()
    ]
    who = principal_of(furnished, "customers", reach, shared=shared)
    should = ordered(rows, "customers", "-created_at")
    for condition in ("name[contains]=ACME", "q=acme", "q=acme&owner_id[in]=" + ",".join(_owners(rows))):
        expected = should if "owner" not in condition else _of_owners(rows, should)
        walk = Walk(furnished, who, "customers", f"{condition}&limit=2&include_total=true")
        assert await walk.there_and_back(2) == (expected, expected), condition
        first = await walk.page()
        assert (first["page"]["total"], first["page"]["total_is_capped"]) == (len(expected), False)


def _owners(rows: list[Row]) -> list[str]:
    return sorted({str(row["owner_id"]) for row in rows if row["owner_id"]})


def _of_owners(rows: list[Row], ids: list[str]) -> list[str]:
    owned = {str(row["id"]) for row in rows if row["owner_id"]}
    return [record for record in ids if record in owned]


async def test_nobody_walks_through_nothing(furnished: Floor) -> None:
    who = principal_of(furnished, "customers", Reach.NONE, shared=True)

    assert await Walk(furnished, who, "customers", "include_total=true").page() == {
        "data": [],
        "page": {
            "next_cursor": None,
            "prev_cursor": None,
            "has_more": False,
            "total": 0,
            "total_is_capped": False,
        },
    }


async def test_a_row_that_comes_or_goes_between_two_pages_moves_no_other(company: Company) -> None:
    made = [await company.owner.create("/customers", name=name) for name in "abcdef"]
    http = company.owner.http
    first = (await http.get("/customers?sort=name&limit=2")).json()

    await http.delete(f"/customers/{made[1]['id']}")  # the one the cursor stands at
    await company.owner.create("/customers", name="a0")

    cursor = first["page"]["next_cursor"]
    second = (await http.get(f"/customers?sort=name&limit=2&cursor={cursor}")).json()
    assert [record["name"] for record in second["data"]] == ["c", "d"]


@pytest.mark.parametrize("sort", ["expected_close_on", "-expected_close_on"])
async def test_the_ends_of_the_calendar_are_days_like_others(company: Company, sort: str) -> None:
    http = company.owner.http
    customer = await company.owner.create("/customers", name="Customer")
    days = ["0001-01-01", "2026-11-22", "9999-12-31", "9999-12-31", None, None]
    for day in days:
        made = await company.owner.create(
            "/opportunities", name="Deal", customer_id=customer["id"], expected_close_on=day
        )
        assert (await http.get(f"/opportunities/{made['id']}")).json()["expected_close_on"] == day
    seen, cursor = [], ""
    while cursor is not None:
        page = (await http.get(f"/opportunities?sort={sort}&limit=1{cursor}")).json()
        seen += page["data"]
        cursor = page["page"]["next_cursor"] and f"&cursor={page['page']['next_cursor']}"
    order = [record["expected_close_on"] or "9999-12-31" for record in seen]
    assert order == sorted(order, reverse=sort.startswith("-"))
    assert len({record["id"] for record in seen}) == len(seen) == len(days)
    for last in ("9999-12-31", "9999-12-30"):
        found = (await http.get(f"/opportunities?expected_close_on[gt]={last}")).json()["data"]
        assert len(found) == (2 if last == "9999-12-30" else 0)


async def test_a_cursor_holds_for_its_list_only(company: Company, other_company: Company) -> None:
    for who in (company, other_company):
        for name in "abc":
            await who.owner.create("/customers", name=name)
            await who.owner.create("/contacts", name=name)
    http = company.owner.http
    cursor = (await http.get("/customers?sort=name&limit=1")).json()["page"]["next_cursor"]
    assert (await http.get(f"/customers?sort=name&limit=2&cursor={cursor}")).status_code == 200

    foreign = [
        (http, "/customers?sort=-name"),
        (http, "/customers?sort=created_at"),
        (http, "/customers?sort=name&level=A"),
        (http, "/customers?sort=name&q=a"),
        (http, "/customers?sort=name&deleted=include"),
        (http, "/contacts?sort=name"),
        (other_company.owner.http, "/customers?sort=name"),
    ]
    for client, path in foreign:
        answer = await client.get(f"{path}&limit=1&cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), path
    for broken in (cursor[:-2], cursor[2:], cursor + "A", "", "é", cursor.swapcase()):
        answer = await http.get("/customers", params={"sort": "name", "limit": "1", "cursor": broken})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), broken
        assert answer.json()["errors"][0]["parameter"] == "cursor"


async def test_deleted_rows_are_listed_only_to_those_who_may_restore(floor: Floor) -> None:
    company = floor.company
    kept = await floor.agent.create("/customers", name="kept")
    gone = await floor.agent.create("/customers", name="gone")
    await floor.agent.http.delete(f"/customers/{gone['id']}")

    async def listed(how: str) -> set[str]:
        answer = await floor.supervisor.http.get(f"/customers?deleted={how}")
        return {record["id"] for record in answer.json()["data"]}

    assert await listed("exclude") == {kept["id"]}
    assert await listed("include") == {kept["id"], gone["id"]}
    assert await listed("only") == {gone["id"]}
    for how in ("include", "only"):
        assert (await floor.agent.http.get(f"/customers?deleted={how}")).status_code == 403
    assert (await floor.agent.http.get("/customers?deleted=exclude")).status_code == 200
    assert (await company.owner.http.get("/contacts?deleted=only")).json()["data"] == []

"""Walks over random nullable data, page by page and back, while rows come and go between the pages.

A row that is there all the way is seen exactly once, in the order of the sort; one that never is there is never seen.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import asyncpg
import hypothesis
import pytest
from hypothesis import strategies as st

from crm_api.kit import reading
from crm_api.kit.access import Authored
from crm_api.kit.db import table
from crm_api.kit.listing import from_query
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from tests.factories.answers import as_sent
from tests.factories.companies import Company, Served, found_company
from tests.factories.grammar import MOMENTS, Row, randomised
from tests.isolation.samples import ORDER
from tests.isolation.worlds import World

EACH, SEED = 9, 20261122
REACHES = (Reach.ALL, Reach.SUBTREE, Reach.OWN)
SORTED_TEXTS = ["", "a", "b", "上海"]


class Ground:
    """A company full of random rows, of which some are taken away and put back."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.there: dict[str, dict[str, Row]] = {}
        self.gone: dict[str, dict[str, Row]] = {}

    async def survey(self) -> None:
        """Read what is there."""
        for name, resource in RESOURCES.items():
            rows = await self.company.rows(table(resource.model).name)
            self.there[name] = {str(r["id"]): r for r in rows if r.get("deleted_at") is None}
            self.gone[name] = {}

    async def take(self, resource: Resource, record_id: str) -> None:
        """Delete a row, unless others refer to it."""
        name = table(resource.model).name
        if await self._run(f"DELETE FROM {name} WHERE id = $1", record_id):
            self.gone[resource.name][record_id] = self.there[resource.name].pop(record_id)

    async def put(self, resource: Resource, record_id: str) -> None:
        """Insert a row that was taken, unless it refers to one that is gone."""
        row = self.gone[resource.name][record_id]
        columns = [f'"{c.key}"' for c in table(resource.model).columns if c.computed is None]
        places = ", ".join(f"${i}" for i in range(1, len(columns) + 1))
        text = f"INSERT INTO {table(resource.model).name} ({', '.join(columns)}) VALUES ({places})"
        if await self._run(text, *(row[name.strip('"')] for name in columns)):
            self.there[resource.name][record_id] = self.gone[resource.name].pop(record_id)

    async def page(self, who: Principal, resource: Resource, query: str) -> dict[str, Any]:
        served = self.company.served
        unit = UnitOfWork(served.pool, who, resource.read, read_only=True)
        try:
            listing = from_query(resource, who, query.encode())
            return as_sent(await reading.page(unit, listing, served.app.state.edge.cursors))
        finally:
            await unit.close()

    async def _run(self, text: str, *values: Any) -> bool:
        async with self.company.served.pool.acquire() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(f"SET LOCAL app.tenant_id = '{self.company.tenant_id}'")
                    await connection.execute(text, *values)
            except (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError):
                return False  # or it was written once and stays
        return True

    async def shuffle(self, random: Random) -> None:
        """Few values to sort by, so that many rows are equal in them; a row may be in reach in two ways."""
        people = [str(row["id"]) for row in await self.company.rows("users")][:3]
        teams = [str(row["id"]) for row in await self.company.rows("teams")]
        for resource in RESOURCES.values():
            target = table(resource.model)
            if resource.access.owned:
                for row in await self.company.rows(target.name):
                    await self._run(
                        f"UPDATE {target.name} SET owner_id = $2, team_id = $3 WHERE id = $1",
                        *(row["id"], random.choice([self.company.owner.id, *people]), random.choice(teams)),
                    )
            for column in {target.c[name] for name in resource.sorts.values()}:
                for row in await self.company.rows(target.name):
                    if column.key == "created_at":
                        value: Any = random.choice(MOMENTS)
                    elif column.key.endswith("_sort") and column.computed is None:
                        value = random.choice(SORTED_TEXTS)
                    else:
                        continue
                    await self._run(
                        f"UPDATE {target.name} SET {column.key} = $2 WHERE id = $1", row["id"], value
                    )


@pytest.fixture(scope="module")
async def ground(served: Served) -> AsyncIterator[Ground]:
    company = await found_company(served)
    world = World(company)
    await world.furnish()
    for resource in ORDER * EACH:
        await world.make(resource)
    await randomised(company, SEED)
    found = Ground(company)
    await found.shuffle(Random(SEED))
    await found.survey()
    yield found
    await company.close()


@st.composite
def sorts(draw: st.DrawFn, resource: Resource, first: str) -> str:
    others = sorted({*resource.sorts} - {first.removeprefix("-")})
    more = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
    return ",".join([first, *(draw(st.sampled_from(["", "-"])) + key for key in more)])


def in_order(rows: Sequence[Row], resource: Resource, sort: str) -> list[str]:
    found = sorted(rows, key=lambda row: row["id"], reverse=sort.rsplit(",", 1)[-1].startswith("-"))
    for key in reversed(sort.split(",")):
        column = resource.sorts[key.removeprefix("-")]
        found = sorted(found, key=lambda row: row[column], reverse=key.startswith("-"))
    return [str(row["id"]) for row in found]


def principal_of(ground: Ground, resource: Resource, reach: Reach) -> Principal:
    teams = sorted(ground.there["teams"])
    return Principal(
        ground.company.tenant_id,
        ground.company.owner.id,
        team_id=teams[0],
        subtree=tuple(teams[: len(teams) // 2]),
        reaches={**{other.read: Reach.ALL for other in RESOURCES.values()}, resource.read: reach},
    )


def is_visible(who: Principal, resource: Resource, reach: Reach, row: Row) -> bool:
    if isinstance(resource.access, Authored) and reach is not Reach.ALL:
        return str(row["created_by"]) == who.id
    if not resource.access.owned or reach is Reach.ALL:
        return True
    return str(row["owner_id"]) == who.id or str(row["team_id"]) in who.teams(reach)


class Walk:
    """One way through a list, with what happens between its pages drawn by hypothesis."""

    def __init__(
        self,
        ground: Ground,
        data: st.DataObject,
        loop: asyncio.AbstractEventLoop,
        resource: Resource,
        first: str,
    ) -> None:
        self.ground, self.data, self.loop, self.resource = ground, data, loop, resource
        self.reach = data.draw(st.sampled_from(list(REACHES)))
        self.sort, self.size = data.draw(sorts(resource, first)), data.draw(st.integers(1, 7))
        self.who = principal_of(ground, self.resource, self.reach)
        self.query = f"sort={self.sort}&limit={self.size}"

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def visible(self) -> dict[str, Row]:
        rows = self.ground.there[self.resource.name]
        return {i: row for i, row in rows.items() if is_visible(self.who, self.resource, self.reach, row)}

    def change(self) -> None:
        """A row goes, or one that went comes back, or nothing."""
        there, gone = self.ground.there[self.resource.name], self.ground.gone[self.resource.name]
        what = self.data.draw(st.sampled_from(["take", "take", "put", "nothing"]))
        if what == "take" and there:
            self.run(self.ground.take(self.resource, self.data.draw(st.sampled_from(sorted(there)))))
        if what == "put" and gone:
            self.run(self.ground.put(self.resource, self.data.draw(st.sampled_from(sorted(gone)))))

    def go(self, cursor: str | None = None, back_from: Row | None = None) -> tuple[str | None, Row | None]:
        """Walk to the end, or from a cursor back to the beginning; the last page's way back, and its first row."""
        towards, away = (
            ("next_cursor", "prev_cursor") if back_from is None else ("prev_cursor", "next_cursor")
        )
        always, ever = self.visible(), self.visible()
        seen: list[list[str]] = []
        while True:
            query = self.query + (f"&cursor={cursor}" if cursor else "")
            page = self.run(self.ground.page(self.who, self.resource, query))
            assert page["page"]["has_more"] == (page["page"]["next_cursor"] is not None)
            assert cursor is None or not page["data"] or page["page"][away], "no way back"
            seen.append([record["id"] for record in page["data"]])
            assert len(seen) <= len(ever) + 1, "the walk goes round in circles"
            cursor = page["page"][towards]
            if cursor is None:
                break
            self.change()
            ever |= self.visible()
            always = {i: row for i, row in always.items() if i in self.visible()}
        pages = seen if back_from is None else seen[::-1]
        ids = [record_id for page_ids in pages for record_id in page_ids]
        assert len(set(ids)) == len(ids), "a row was seen twice"
        assert set(ids) <= set(ever), "a row was seen that never was there"
        kept = [record_id for record_id in ids if record_id in always]
        assert kept == self.expected(always, back_from), "a row was lost or out of order"
        return page["page"][away], ever[seen[-1][0]] if seen[-1] else None

    def expected(self, always: dict[str, Row], back_from: Row | None) -> list[str]:
        if back_from is None:
            return in_order(list(always.values()), self.resource, self.sort)
        here = str(back_from["id"])
        order = in_order(
            [*(row for i, row in always.items() if i != here), back_from], self.resource, self.sort
        )
        return order[: order.index(here)]


FIRST = [
    pytest.param(name, direction + key, id=f"{name}-{direction}{key}")
    for name in sorted(ORDER)
    for key in sorted(RESOURCES[name].sorts)
    for direction in ("", "-")
]


@pytest.mark.parametrize(("name", "first"), FIRST)
async def test_every_row_that_stays_is_seen_once(ground: Ground, name: str, first: str) -> None:
    loop = asyncio.get_running_loop()

    def there_and_back(data: st.DataObject) -> None:
        walk = Walk(ground, data, loop, RESOURCES[name], first)
        try:
            back, row = walk.go()
            if back is not None and row is not None:
                walk.go(back, row)
        finally:
            for record_id in reversed(list(ground.gone[name])):
                walk.run(ground.put(walk.resource, record_id))

    run = hypothesis.given(st.data())(there_and_back)
    await asyncio.to_thread(hypothesis.settings(max_examples=8, deadline=None, derandomize=True)(run))

"""Lists sorted by custom fields: keysets in both directions, absent as the greatest, at every page size."""

from random import Random
from typing import Any

import pytest

from tests.factories.companies import Actor, Company
from tests.factories.fields import define
from tests.setup.custom_fields.test_access import planted
from tests.setup.custom_fields.test_filters import key_of

assert planted
VALUES: dict[str, list[Any]] = {
    "text": ["b", "a", "A", "上海", "北京", "b"],
    "number": ["5", "-0.5", "10", "10.000001", "5"],
    "money": [{"amount": a, "currency": "CNY"} for a in ("5.00", "-1.50", "900.00", "5.00")],
    "date": ["2026-01-31", "1999-12-31", "2026-01-31", "2026-02-01"],
    "datetime": ["2026-01-31T01:30:00.000001Z", "2026-01-31T01:30:00Z", "1970-01-01T00:00:00Z"],
    "boolean": [True, False, True, False],
    "select": ["silver", "gold", "gold", "silver"],
}
FOLDED = {"A": "a", "上海": "shang4", "北京": "bei3"}


async def walk(actor: Actor, sort: str, size: int, *, back: bool = False, **more: str) -> list[str]:
    """The ids of a list, page by page; backwards from its end when `back`."""
    params = {"sort": sort, "limit": str(size), **more}
    pages: list[list[str]] = []
    page = (await actor.http.get("/customers", params=params)).json()
    while True:
        pages.append([record["id"] for record in page["data"]])
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break
        answer = await actor.http.get("/customers", params={**params, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
    if not back:
        return [record for found in pages for record in found]
    reverse = [[record["id"] for record in page["data"]]]
    while cursor := page["page"]["prev_cursor"]:
        page = (await actor.http.get("/customers", params={**params, "cursor": cursor})).json()
        reverse.insert(0, [record["id"] for record in page["data"]])
    return [record for found in reverse for record in found]


@pytest.mark.parametrize("type_", list(VALUES))
async def test_every_page_size_walks_the_list_both_ways(company: Company, type_: str) -> None:
    await define(company, type_, key="f")
    records = []
    for number, value in enumerate([*VALUES[type_], None, None, None]):
        values = {} if value is None else {"f": value}
        made = await company.owner.create("/customers", name=f"C{number}", custom_fields=values)
        records.append((made["id"], value))
    Random(type_).shuffle(records)
    absent = sorted(record for record, value in records if value is None)

    def key(item: tuple[str, Any]) -> Any:
        record, value = item
        return (FOLDED.get(value, value) if type_ == "text" else key_of(type_, value), record)

    present = [record for record, _ in sorted((r for r in records if r[1] is not None), key=key)]
    up = [*present, *absent]

    for size in range(1, 8):
        for sort, expected in (("custom_fields.f", up), ("-custom_fields.f", up[::-1])):
            assert await walk(company.owner, sort, size) == expected, (sort, size)
            assert await walk(company.owner, sort, size, back=True) == expected, (sort, size, "back")


async def test_sorts_filters_reach_and_sparse_fields_meet(company: Company) -> None:
    await define(company, "number", key="score")
    agent = await company.user("account_manager")
    own = []
    for number in range(6):
        owner = agent if number % 2 else company.owner
        values = {"score": number} if number < 4 else {}
        made = await owner.create("/customers", name=f"C{number}", level="A", custom_fields=values)
        own += [made["id"]] if owner is agent else []
    assert await walk(agent, "-custom_fields.score", 1) == [own[2], own[1], own[0]]
    assert await walk(agent, "custom_fields.score", 2, level="B") == []
    filtered = {"custom_fields.score[gte]": "1", "q": "C3"}
    assert await walk(agent, "custom_fields.score", 2, **filtered) == [own[1]]
    await company.owner.http.delete(f"/customers/{own[2]}")
    assert await walk(agent, "custom_fields.score", 1) == own[:2]
    body = {
        "sort": ["-custom_fields.score"],
        "limit": 1,
        "fields": ["id", "custom_fields.score"],
        "include_total": True,
    }
    answer = (await agent.http.post("/customers/query", json=body)).json()
    assert answer["data"] == [{"id": own[1], "custom_fields": {"score": "3"}, "redacted": []}]
    assert answer["page"]["total"] == 2


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ("custom_fields.scroe", "not_sortable"),
        ("-custom_fields.tags", "not_sortable"),
        ("custom_fields.link", "not_sortable"),
        ("custom_fields.price.currency", "not_sortable"),
        ("custom_fields.score,name", "custom_sort_alone"),
        ("name,-custom_fields.score", "custom_sort_alone"),
        ("custom_fields", "not_sortable"),
    ],
)
async def test_a_wrong_sort_is_refused(company: Company, sort: str, code: str) -> None:
    await define(company, "number", key="score")
    await define(company, "multi_select", key="tags")
    await define(company, "reference", key="link")
    await define(company, "money", key="price")

    refused = await company.owner.http.get("/customers", params={"sort": sort})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)


async def test_a_hidden_field_gives_no_order(company: Company, planted: None) -> None:
    await define(company, key="salary")
    await define(company, key="tier")
    agent = await company.user("account_manager")

    refused = await agent.http.get("/customers", params={"sort": "custom_fields.salary"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "not_sortable")
    assert "salary" not in refused.text
    assert (await agent.http.get("/customers", params={"sort": "custom_fields.tier"})).status_code == 200


async def test_a_cursor_fits_its_own_sort_only(company: Company) -> None:
    for key in ("one", "two"):
        await define(company, "number", key=key)
    for number in range(3):
        await company.owner.create("/customers", name="C", custom_fields={"one": number, "two": number})
    params = {"sort": "custom_fields.one", "limit": "1"}
    cursor = (await company.owner.http.get("/customers", params=params)).json()["page"]["next_cursor"]
    other = {"sort": "custom_fields.two", "limit": "1", "cursor": cursor}
    refused = await company.owner.http.get("/customers", params=other)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")

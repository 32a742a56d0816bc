"""What is found, and in which order."""

from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.statements import Statements


async def _search(company: Company, q: str, **more: str) -> list[dict[str, Any]]:
    answer = await company.owner.http.get("/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


@pytest.fixture
async def filled(company: Company) -> Company:
    customer = await company.owner.create(
        "/customers",
        name="上海智达科技有限公司",
        code="C-1024",
        phones=["+86 21 5012 3456", "138 0013 8000"],
        emails=["info@zhida.example"],
        website="https://www.zhida.example",
    )
    await company.owner.create("/customers", name="Zhida Technologies")
    await company.owner.create("/customers", name="Neighbour of Zhida")
    await company.owner.create(
        "/contacts",
        name="李娜",
        title="Zhida manager",
        customer_id=customer["id"],
        emails=["Li.Na@zhida.example"],
    )
    await company.owner.create("/products", name="智能网关 Gateway", code="GW-200")
    return company


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("智达", ["上海智达科技有限公司"]),
        ("科技", ["上海智达科技有限公司"]),
        ("上", ["上海智达科技有限公司"]),
        ("李", ["李娜"]),
        ("智", ["智能网关 Gateway", "上海智达科技有限公司"]),
        ("gate", ["智能网关 Gateway"]),
        ("GW-200", ["智能网关 Gateway"]),
        ("c-1024", ["上海智达科技有限公司"]),
        ("3456", ["上海智达科技有限公司"]),
        ("50123456", ["上海智达科技有限公司"]),
        ("+86 138-0013-8000", ["上海智达科技有限公司"]),
        ("li.na@zhida.example", ["李娜"]),
        ("info@zhi", ["上海智达科技有限公司"]),
        ("zhida manager", ["李娜"]),
        ("technolgies", ["Zhida Technologies"]),
        ("上海智大科技", ["上海智达科技有限公司"]),
        ("智达 gateway", []),
        ("nothing-at-all", []),
        ("?!", []),
    ],
)
async def test_finds(filled: Company, q: str, titles: list[str]) -> None:
    assert [hit["title"] for hit in await _search(filled, q)] == titles


async def test_ranks_titles_before_other_fields_and_recent_before_old(filled: Company) -> None:
    found = await _search(filled, "zhida")
    assert [(hit["title"], hit["match"], hit["score"]) for hit in found] == [
        ("Zhida Technologies", "prefix", 0.9),
        ("Neighbour of Zhida", "title", 0.8),
        ("李娜", "field", 0.6),
        ("上海智达科技有限公司", "field", 0.6),
    ]
    exact = await filled.owner.create("/opportunities", name="ZHIDA")
    found = await _search(filled, "  zhida ")
    assert (found[0]["id"], found[0]["type"], found[0]["match"]) == (exact["id"], "opportunities", "exact")
    older = (await _search(filled, "zhida tech"))[0]["id"]
    twin = await filled.owner.create("/customers", name="Zhida Technology")
    assert [hit["id"] for hit in await _search(filled, "zhida tech")] == [twin["id"], older]
    await filled.owner.http.patch(f"/customers/{older}", json={"level": "A"})
    assert [hit["id"] for hit in await _search(filled, "zhida tech")] == [older, twin["id"]]


@pytest.mark.parametrize(
    ("q", "field", "marked"),
    [
        ("智达科技", "name", "智达科技"),
        ("c-1024", "code", "C-1024"),
        ("50123456", "phones", "5012 3456"),
        ("+86 138 0013 8000", "phones", "138 0013 8000"),
        ("INFO@zhida", "emails", "info@zhida"),
        ("科技 上海", "name", "科技"),
    ],
)
async def test_shows_where_the_words_are(filled: Company, q: str, field: str, marked: str) -> None:
    place = (await _search(filled, q, types="customers"))[0]["highlight"]
    assert (place["field"], place["text"][place["start"] : place["end"]]) == (field, marked)


async def test_similar_words_are_marked_as_such(filled: Company) -> None:
    (hit,) = await _search(filled, "technolgies")
    assert (hit["match"], hit["score"], hit["highlight"]) == ("similar", 0.4, None)


async def test_types_and_limit(filled: Company) -> None:
    answer = (await filled.owner.http.get("/search?q=zhida&limit=1&types=contacts,customers")).json()
    assert ([hit["title"] for hit in answer["data"]], answer["has_more"]) == (["Zhida Technologies"], True)
    assert [hit["type"] for hit in await _search(filled, "zhida", types="contacts")] == ["contacts"]
    assert (await filled.owner.http.get("/search?q=zhida&limit=4")).json()["has_more"] is False


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("", "q", "required"),
        ("?q=", "q", "too_short"),
        ("?q=" + "x" * 201, "q", "too_long"),
        ("?q=a&limit=0", "limit", "out_of_range"),
        ("?q=a&limit=51", "limit", "out_of_range"),
        ("?q=a&types=secrets", "types", "not_a_choice"),
        ("?q=a&types=", "types", "not_a_choice"),
        ("?q=a&types=pipelines", "types", "not_a_choice"),  # nothing of it is searched
        ("?q=a&sort=name", "sort", "unknown_parameter"),
        ("?q=a&q=b", "q", "repeated_parameter"),
    ],
)
async def test_refuses(company: Company, query: str, parameter: str, code: str) -> None:
    answer = await company.owner.http.get(f"/search{query}")
    assert answer.status_code == 400
    assert [(fault["parameter"], fault["code"]) for fault in answer.json()["errors"]] == [(parameter, code)]


async def test_a_record_is_found_at_once_as_it_is_now(company: Company) -> None:
    made = await company.owner.create("/customers", name="Old Name")
    assert [hit["id"] for hit in await _search(company, "old")] == [made["id"]]
    await company.owner.http.patch(f"/customers/{made['id']}", json={"name": "New Name"})
    assert await _search(company, "old") == []
    assert [hit["id"] for hit in await _search(company, "new")] == [made["id"]]
    await company.owner.http.delete(f"/customers/{made['id']}")
    assert await _search(company, "new") == []


async def test_everything_is_searched_in_two_statements_and_a_typing_error_costs_two_more(
    filled: Company, statements: Statements
) -> None:
    for q, hits, selects in (("zhida", 4, 2), ("zhihda", 2, 3), ("qqqqq", 0, 2), ("qq", 0, 1)):
        async with statements.counted() as sent:
            assert len(await _search(filled, q)) == hits
            assert sent.verbs == ["BEGIN", *["SELECT"] * selects, "COMMIT"], q

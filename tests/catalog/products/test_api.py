"""Products over HTTP: create, read, change, activate, retire, delete, restore, find."""

from typing import Any

import httpx
import pytest

from tests.factories.companies import Company

FULL: dict[str, Any] = {
    "code": "P-200",
    "name": "智能网关 G2",
    "spec": "4 口, 2.5 GbE",
    "unit": "台",
    "category": "网络设备",
    "lifecycle": "planned",
    "list_price": {"amount": "199.90", "currency": "CNY"},
    "cost": {"amount": "80.125", "currency": "USD"},
    "tax_rate": "13",
    "description": "第一行\n第二行",
    "external_ids": [{"source": "erp", "key": "1"}],
}


async def test_a_created_product_is_read_back_as_it_was_answered(company: Company) -> None:
    made = await company.owner.create("/products", **FULL)

    assert {name: made[name] for name in FULL} == FULL
    assert (made["version"], made["redacted"], made["deleted_at"]) == (1, [], None)
    assert "owner_id" not in made
    assert not [name for name in made if name.endswith(("_sort", "_micro", "_currency"))]
    read = await company.owner.http.get(f"/products/{made['id']}")
    assert (read.status_code, read.json()) == (200, made)
    assert (await company.owner.http.get("/products")).json()["data"] == [made]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"amount": "0", "currency": "CNY"}, {"amount": "0.00", "currency": "CNY"}),
        ({"amount": "-0", "currency": "CNY"}, {"amount": "0.00", "currency": "CNY"}),
        ({"amount": "007.5", "currency": "CNY"}, {"amount": "7.50", "currency": "CNY"}),
        ({"amount": "1200.000000", "currency": "JPY"}, {"amount": "1200", "currency": "JPY"}),
        ({"amount": "0.000001", "currency": "JPY"}, {"amount": "0.000001", "currency": "JPY"}),
        ({"amount": "1.5", "currency": "KWD"}, {"amount": "1.500", "currency": "KWD"}),
        (
            {"amount": "999999999999.999999", "currency": "CNY"},
            {"amount": "999999999999.999999", "currency": "CNY"},
        ),
        (None, None),
    ],
)
async def test_money_is_exact_and_shown_with_the_digits_of_its_currency(
    company: Company, given: Any, shown: Any
) -> None:
    made = await company.owner.create("/products", code="P", name="P", list_price=given)

    assert made["list_price"] == shown
    assert (await company.owner.http.get(f"/products/{made['id']}")).json() == made


async def test_a_change_keeps_clears_and_replaces_money_whole(company: Company) -> None:
    made = await company.owner.create("/products", **FULL)
    one, http = f"/products/{made['id']}", company.owner.http

    changed = (
        await http.patch(one, json={"list_price": {"amount": "5", "currency": "EUR"}, "cost": None})
    ).json()
    same = (await http.patch(one, json={"list_price": {"amount": "5.00", "currency": "EUR"}})).json()
    currency = (await http.patch(one, json={"list_price": {"amount": "5", "currency": "USD"}})).json()

    assert changed == {
        **made,
        "list_price": {"amount": "5.00", "currency": "EUR"},
        "cost": None,
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert same == changed
    assert (currency["list_price"], currency["version"]) == ({"amount": "5.00", "currency": "USD"}, 3)
    events = sorted(await company.rows("events", record_id=made["id"]), key=lambda event: event["version"])
    assert events[1]["changes"] == {
        "list_price": {"from": FULL["list_price"], "to": {"amount": "5.00", "currency": "EUR"}},
        "cost": {"from": FULL["cost"], "to": None},
    }
    assert events[2]["changes"] == {
        "list_price": {
            "from": {"amount": "5.00", "currency": "EUR"},
            "to": {"amount": "5.00", "currency": "USD"},
        }
    }
    partial = await http.patch(one, json={"list_price": {"amount": "5"}})
    assert (partial.status_code, partial.json()["errors"][0]["pointer"]) == (422, "/list_price/currency")


async def test_a_product_is_retired_and_activated(company: Company) -> None:
    made = await company.owner.create("/products", **FULL)
    one, http = f"/products/{made['id']}", company.owner.http

    steps: list[tuple[str, httpx.Response]] = [
        (verb, await http.post(f"{one}/{verb}")) for verb in ("activate", "retire", "retire", "activate")
    ]

    assert [(verb, answer.json()["lifecycle"], answer.json()["version"]) for verb, answer in steps] == [
        ("activate", "active", 2),
        ("retire", "retired", 3),
        ("retire", "retired", 3),
        ("activate", "active", 4),
    ]
    events = sorted(await company.rows("events", record_id=made["id"]), key=lambda event: event["version"])
    assert [event["type"].partition(".")[2] for event in events] == [
        "created",
        "activated",
        "retired",
        "activated",
    ]
    await http.delete(one)
    assert (await http.post(f"{one}/retire")).status_code == 404


async def test_a_code_is_unique_among_the_living(company: Company) -> None:
    http = company.owner.http
    first = await company.owner.create("/products", code="P-1", name="a")
    other = await company.owner.create("/products", code="p-1", name="b")

    for answer in (
        await http.post("/products", json={"code": "P-1", "name": "c"}),
        await http.patch(f"/products/{other['id']}", json={"code": "P-1"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
        assert answer.json()["duplicates"] == [{"id": first["id"], "field": "code"}]
        assert answer.json()["errors"][0]["pointer"] == "/code"
    await http.delete(f"/products/{first['id']}")
    taker = await http.patch(f"/products/{other['id']}", json={"code": "P-1"})
    assert taker.status_code == 200
    refused = await http.post(f"/products/{first['id']}/restore")
    assert (refused.status_code, refused.json()["duplicates"]) == (
        409,
        [{"id": other["id"], "field": "code"}],
    )


async def test_prices_sort_by_their_number_and_absent_is_greatest(company: Company) -> None:
    for code, price in [("a", "10"), ("b", None), ("c", "9.5"), ("d", "100"), ("e", None)]:
        money = price and {"amount": price, "currency": "CNY"}
        await company.owner.create("/products", code=code, name="x", list_price=money)

    async def codes(query: str) -> str:
        answer = await company.owner.http.get(f"/products?{query}")
        return "".join(record["code"] for record in answer.json()["data"])

    assert await codes("sort=list_price") == "cadbe"
    assert await codes("sort=-list_price") == "ebdac"
    assert await codes("sort=list_price&list_price[gte]=10") == "ad"
    assert await codes("sort=list_price&list_price[ne]=10") == "cdbe"
    assert await codes("sort=code&list_price[is_null]=true") == "be"
    assert await codes("sort=code&list_price.currency=CNY&list_price[between]=9,10") == "ac"


@pytest.mark.parametrize(("q", "found"), [("网关", True), ("p-2", True), ("GbE", True), ("第一行", False)])
async def test_q_finds_a_product(company: Company, q: str, found: bool) -> None:
    await company.owner.create("/products", **FULL)

    answer = await company.owner.http.get("/products", params={"q": q})

    assert len(answer.json()["data"]) == int(found)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"list_price": {"amount": 199.9, "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": 199, "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": "NaN", "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": "1e999", "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": "Infinity", "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": "１", "currency": "CNY"}}, "/list_price/amount", "invalid_decimal"),
        ({"list_price": {"amount": "-1", "currency": "CNY"}}, "/list_price/amount", "out_of_range"),
        ({"list_price": {"amount": "1" * 13, "currency": "CNY"}}, "/list_price/amount", "out_of_range"),
        ({"list_price": {"amount": "0.0000001", "currency": "CNY"}}, "/list_price/amount", "too_precise"),
        ({"list_price": {"amount": "1", "currency": "XXQ"}}, "/list_price/currency", "currency_unknown"),
        ({"list_price": {"amount": "1", "currency": "cny"}}, "/list_price/currency", "currency_unknown"),
        ({"list_price": {"amount": "1", "currency": 156}}, "/list_price/currency", "currency_unknown"),
        ({"list_price": "199"}, "/list_price", "wrong_type"),
        ({"list_price": {"amount": "1", "currency": "CNY", "x": 1}}, "/list_price/x", "unknown_field"),
        ({"tax_rate": "100.1"}, "/tax_rate", "out_of_range"),
        ({"tax_rate": -1}, "/tax_rate", "out_of_range"),
        ({"tax_rate": 13.5}, "/tax_rate", "invalid_decimal"),
        ({"lifecycle": "dead"}, "/lifecycle", "not_a_choice"),
        ({"code": ""}, "/code", "too_short"),
        ({"code": "x" * 64}, "/code", "too_long"),
        ({"code": None}, "/code", "wrong_type"),
        ({"list_price_currency": "CNY"}, "/list_price_currency", "unknown_field"),
        ({"list_price_micro": 1}, "/list_price_micro", "unknown_field"),
        ({"owner_id": None}, "/owner_id", "unknown_field"),
        ({"external_ids": [{"source": "e r p", "key": "1"}]}, "/external_ids/0/source", "pattern"),
    ],
)
async def test_a_wrong_value_is_refused_where_it_stands(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await company.owner.http.post("/products", json={"code": "P", "name": "P", **body})

    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert await company.rows("products") == []

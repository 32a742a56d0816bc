"""What an accepted quote becomes: one order or one contract, with exactly its sums."""

import asyncio
from decimal import Decimal
from typing import Any

from tests.factories.companies import Company
from tests.factories.quoting import ANY, Desk, cny, open_desk

TABLES = ("quotes", "orders", "order_lines", "contracts", "contract_lines", "events")
SUMS = (
    "currency",
    "tax_mode",
    "discount_percent",
    "discount_amount",
    "net_amount",
    "tax_amount",
    "gross_amount",
)
LINE = (*SUMS[2:], "product_id", "description", "quantity", "unit", "unit_price", "tax_rate")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def awkward(desk: Desk) -> list[dict[str, Any]]:
    """Bodies whose sums are full of halves, thirds and shares that do not come out even."""
    thirds = [
        {"product_id": desk.gateway["id"], "quantity": "3.333333", "discount_percent": "33.333333"},
        {"product_id": desk.cable["id"], "quantity": "0.5", "unit_price": cny("0.25"), "tax_rate": "9"},
        {"product_id": desk.cable["id"], "quantity": "7", "unit_price": cny("0.011111"), "tax_rate": "6.5"},
        {
            "product_id": desk.cable["id"],
            "unit_price": cny("9.99"),
            "discount_amount": cny("0.01"),
            "tax_rate": "13",
        },
    ]
    yen = [
        {"product_id": desk.cable["id"], "quantity": "7", "unit_price": {"amount": "33.5", "currency": "JPY"}}
    ] * 3
    return [
        {"lines": thirds, "discount_percent": "7.777777"},
        {"lines": thirds, "discount_amount": cny("1.01"), "tax_mode": "inclusive"},
        {"lines": yen, "currency": "JPY", "discount_percent": "1.5"},
        {"lines": thirds[:1], "discount_percent": "100"},
    ]


async def test_the_sums_go_along_to_the_last_unit(company: Company) -> None:
    desk, http = await open_desk(company), company.owner.http
    contact = await company.owner.create("/contacts", name="李娜", customer_id=desk.customer["id"])
    deal = await company.owner.create("/opportunities", name="网关", customer_id=desk.customer["id"])
    seller = await company.user("account_manager")
    about = {
        "contact_id": contact["id"],
        "opportunity_id": deal["id"],
        "owner_id": seller.id,
        "terms": "货到付款",
    }
    for body in awkward(desk):
        for verb in ("order", "contract"):
            quote = await desk.accepted(**about, notes="毛利", **body)
            done = (await desk.do(quote, verb)).json()
            assert (done["status"], done["version"]) == ("converted", quote["version"] + 1), done
            made = (await http.get(f"/{verb}s/{done[f'{verb}_id']}")).json()
            assert {name: made[name] for name in SUMS} == {name: quote[name] for name in SUMS}
            bare = [
                [{name: line[name] for name in LINE} for line in found["lines"]] for found in (made, quote)
            ]
            assert bare[0] == bare[1]
            assert sum(Decimal(line["gross_amount"]["amount"]) for line in made["lines"]) == Decimal(
                made["gross_amount"]["amount"]
            )
            carried = ("name", "customer_id", "opportunity_id", "owner_id")
            assert {name: made[name] for name in carried} == {name: quote[name] for name in carried}
            assert made["quote_id"] == quote["id"]
            if verb == "order":
                assert (made["status"], made["contact_id"], made["notes"]) == (
                    "placed",
                    contact["id"],
                    "毛利",
                )
            else:
                assert (made["status"], made["terms"], made["amount"]) == (
                    "draft",
                    "货到付款",
                    made["gross_amount"],
                )
            for record, event in ((made, f"{verb}.created"), (quote, "quote.converted")):
                told = [each["type"] for each in await company.rows("events", record_id=record["id"])]
                assert told.count(event) == 1
                assert told[-1] == event


async def test_of_eight_at_once_one_converts(company: Company) -> None:
    desk = await open_desk(company)
    for verb, other in (("order", "contract"), ("contract", "order")):
        quote = await desk.accepted()
        answers = await asyncio.gather(*(desk.do(quote, verb) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()[f"{verb}_id"] for answer in answers}) == 1
        assert len(await company.rows(f"{verb}s", quote_id=quote["id"])) == 1
        before = await company.digest(*TABLES)
        refused = await desk.do(quote, other)
        assert refusal(refused) == (409, "wrong_state")
        named = answers[0].json()[f"{verb}_id"]
        assert refused.json()["duplicates"] == [{"id": named, "field": f"{verb}_id"}]
        assert (await desk.do(quote, verb)).json() == answers[0].json()
        assert await company.digest(*TABLES) == before
    # both kinds at once: one of them wins
    quote = await desk.accepted()
    answers = await asyncio.gather(*(desk.do(quote, ("order", "contract")[n % 2]) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    made = [len(await company.rows(table, quote_id=quote["id"])) for table in ("orders", "contracts")]
    assert sorted(made) == [0, 1]


async def test_what_the_quote_cannot_know(company: Company) -> None:
    desk, http = await open_desk(company), company.owner.http
    quote = await desk.accepted()
    second = quote["lines"][1]["id"]
    body = {
        "id": "01930b2e-6f00-7000-8000-00000000aaaa",
        "name": "订单",
        "payment_terms": "credit",
        "delivery_address": "上海市浦东新区世纪大道 100 号",
        "promised_on": "2027-03-31",
        "promises": [{"line_id": second, "promised_on": "2027-04-30"}],
    }
    wrong = {"promises": [{"line_id": desk.customer["id"], "promised_on": "2027-04-30"}]}
    answer = await desk.do(quote, "order", **wrong)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/promises/0/line_id"]
    stranger = await company.owner.create("/customers", name="别家")
    contact = await company.owner.create("/contacts", name="王", customer_id=stranger["id"])
    before = await company.digest(*TABLES)
    refused = await desk.do(quote, "order", contact_id=contact["id"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "belongs_to_another_customer")
    signing = [{"side": "theirs", "name": "王", "contact_id": contact["id"]}]
    refused = await desk.do(quote, "contract", signatories=signing)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/signatories/0/contact_id"]
    for unknown in ({"lines": []}, {"customer_id": stranger["id"]}, {"amount": cny("1")}):
        for verb in ("order", "contract"):
            assert (await desk.do(quote, verb, **unknown)).status_code == 422
    assert await company.digest(*TABLES) == before
    # a product that is not sold any more was sold here
    await http.post(f"/products/{desk.gateway['id']}/retire")
    order = (await http.get(f"/orders/{(await desk.do(quote, 'order', **body)).json()['order_id']}")).json()
    assert (order["id"], order["name"], order["payment_terms"]) == (body["id"], "订单", "credit")
    promised = [(line["promised_on"], line["first_promised_on"]) for line in order["lines"]]
    assert promised == [("2027-03-31", "2027-03-31"), ("2027-04-30", "2027-04-30")]


async def test_it_is_a_guarded_record(company: Company) -> None:
    desk = await open_desk(company)
    quote = await desk.accepted()
    path = f"/quotes/{quote['id']}"
    for verb in ("order", "contract", "revise"):
        assert refusal(await company.owner.http.post(f"{path}/{verb}")) == (428, "precondition_required")
    stale = {"If-Match": '"v1"'}
    assert (await company.owner.http.post(f"{path}/order", headers=stale)).status_code == 412
    seen = {"If-Match": f'"v{quote["version"]}"'}
    assert (await company.owner.http.post(f"{path}/order", headers=seen)).json()["status"] == "converted"


async def test_an_amendment_is_not_of_the_quote(company: Company) -> None:
    desk, http = await open_desk(company), company.owner.http
    signing = [{"side": "ours", "name": "王强"}, {"side": "theirs", "name": "李娜"}]
    quote = (await desk.do(await desk.accepted(), "contract", signatories=signing)).json()
    path = f"/contracts/{quote['contract_id']}"
    for verb in ("submit", "sign", "activate"):
        assert (await http.post(f"{path}/{verb}", headers=ANY)).status_code == 200
    amended = (await http.post(f"{path}/amend", headers=ANY)).json()
    assert (amended["revision"], amended["quote_id"]) == (2, None)
    assert (await http.get(f"/contracts/{amended['id']}/changes")).json()["data"] == []


async def test_stock_that_is_not_there_converts_nothing(company: Company) -> None:
    desk = await open_desk(company)
    await company.owner.create("/warehouses", code="SH", name="上海")
    stocked = await company.owner.create(
        "/products", code="S", name="网关", stocked=True, list_price=cny("1")
    )
    quote = await desk.accepted(lines=[{"product_id": stocked["id"]}])
    before = await company.digest(*TABLES)
    assert (await desk.do(quote, "order")).status_code == 409
    assert await company.digest(*TABLES) == before

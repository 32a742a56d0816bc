"""Quotes: written, sent, decided on, followed by a new version."""

import asyncio
from decimal import Decimal
from typing import Any

from tests.factories.companies import Company
from tests.factories.quoting import ANY, FAR, HOLDER, cny, open_desk


def _faults(answer: Any) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def test_what_a_draft_holds(company: Company) -> None:
    desk = await open_desk(company)
    made = await desk.draft()
    assert (made["number"][:1], made["number"][-6:]) == ("Q", "-00001")
    assert (made["status"], made["version_number"], made["previous_id"]) == ("draft", 1, None)
    assert (made["customer_name"], made["contact_name"]) == ("上海智达科技有限公司", None)
    assert (made["currency"], made["tax_mode"], made["owner_id"]) == ("CNY", "exclusive", company.owner.id)
    first, second = made["lines"]
    assert (first["description"], first["unit"], first["tax_rate"]) == ("智能网关 G2", "台", "13")
    assert (first["net_amount"], first["tax_amount"], first["gross_amount"]) == (
        cny("201.00"),
        cny("26.13"),
        cny("227.13"),
    )
    assert second["net_amount"] == cny("0.13")  # 0.125, once rounded
    sums = [made[f"{name}_amount"]["amount"] for name in ("discount", "net", "tax", "gross")]
    assert sums == ["0.00", "201.13", "26.13", "227.26"]

    path = f"/quotes/{made['id']}"
    kept = [
        {"id": first["id"], "discount_percent": "10"},
        {"id": second["id"], "discount_amount": cny("0.13")},
    ]
    changed = (
        await company.owner.http.patch(
            path, json={"lines": kept, "discount_amount": cny("0.90")}, headers=ANY
        )
    ).json()
    assert [line["discount_amount"]["amount"] for line in changed["lines"]] == ["20.10", "0.13"]
    assert [line["discount_percent"] for line in changed["lines"]] == ["10", None]
    assert (changed["discount_amount"], changed["net_amount"]) == (cny("0.90"), cny("180.00"))
    for name in ("net", "tax", "gross"):
        total = sum(Decimal(line[f"{name}_amount"]["amount"]) for line in changed["lines"])
        assert total == Decimal(changed[f"{name}_amount"]["amount"])
    halved = (await company.owner.http.patch(path, json={"discount_percent": 50}, headers=ANY)).json()
    assert (halved["discount_percent"], halved["discount_amount"]) == ("50", cny("90.45"))
    included = (
        await company.owner.http.patch(path, json={"tax_mode": "inclusive", "lines": []}, headers=ANY)
    ).json()
    assert (included["gross_amount"], included["lines"]) == (cny("0.00"), [])
    lines = [{"product_id": desk.gateway["id"]}]
    raised = (
        await company.owner.http.patch(path, json={"lines": lines, "discount_percent": None}, headers=ANY)
    ).json()
    assert raised["lines"][0]["unit_price"] == cny("113.57")  # 100.50 with its tax
    assert raised == (await company.owner.http.get(path)).json()
    assert (await company.owner.http.get("/quotes?q=智达")).json()["data"][0]["id"] == made["id"]


async def test_the_price_books_decide_before_the_list_price(company: Company) -> None:
    desk = await open_desk(company)
    await company.owner.http.patch(f"/customers/{desk.customer['id']}", json={"level": "A"})
    price = {"product_id": desk.gateway["id"], "min_quantity": "2", "unit_price": cny("80")}
    await company.owner.create("/price-books", name="A", currency="CNY", customer_level="A", entries=[price])
    made = await desk.draft()
    assert [line["unit_price"]["amount"] for line in made["lines"]] == ["80.00", "0.25"]
    few = {"product_id": desk.gateway["id"]}
    kept = [{"id": made["lines"][0]["id"], "quantity": "1"}, few, {**few, "quantity": "3"}]
    path = f"/quotes/{made['id']}"
    changed = (await company.owner.http.patch(path, json={"lines": kept}, headers=ANY)).json()
    assert [line["unit_price"]["amount"] for line in changed["lines"]] == ["80.00", "100.50", "80.00"]


async def test_what_is_refused(company: Company) -> None:
    desk = await open_desk(company)
    stranger = await company.owner.create("/customers", name="别家")
    contact = await company.owner.create("/contacts", name="王", customer_id=stranger["id"])
    deal = await company.owner.create("/opportunities", name="别家", customer_id=stranger["id"])
    line: dict[str, Any] = {"product_id": desk.gateway["id"]}
    retired = await company.owner.create("/products", code="R", name="旧", lifecycle="retired")
    before = await company.digest("quotes", "quote_lines", "events")
    for body, *expected in (
        ({"contact_id": contact["id"], "opportunity_id": deal["id"]},
         ("/contact_id", "belongs_to_another_customer"), ("/opportunity_id", "belongs_to_another_customer")),
        ({"customer_id": contact["id"]}, ("/customer_id", "reference_not_found")),
        ({"lines": [{"product_id": desk.cable["id"]}]}, ("/lines/0/unit_price", "required")),
        ({"lines": [{"product_id": retired["id"]}]}, ("/lines/0/product_id", "product_retired")),
        ({"lines": [{**line, "unit_price": {"amount": "1", "currency": "USD"}}], "currency": "CNY"},
         ("/lines/0/unit_price", "currency_mismatch")),
        ({"lines": [line], "currency": "USD"}, ("/lines/0/unit_price", "currency_mismatch")),
        ({"lines": [{**line, "discount_percent": 5, "discount_amount": cny("1")}]},
         ("/lines/0/discount_percent", "discount_stated_twice")),
        ({"lines": [{**line, "discount_amount": cny("100.51")}]}, ("/lines/0/discount_amount", "discount_too_large")),
        ({"lines": [line], "discount_amount": cny("0.001")}, ("/discount_amount", "too_precise")),
        ({"lines": [line], "discount_amount": {"amount": "1", "currency": "USD"}},
         ("/discount_amount", "currency_mismatch")),
        ({"lines": [{**line, "quantity": "999999999999"}]}, ("/lines", "out_of_range")),
        ({"lines": [{**line, "quantity": "-1"}]}, ("/lines/0/quantity", "out_of_range")),
        ({"lines": [{**line, "quantity": "0"}]}, ("/lines/0/quantity", "out_of_range")),
        ({"lines": [{**line, "discount_percent": "100.01"}]}, ("/lines/0/discount_percent", "out_of_range")),
        ({"lines": [line], "discount_percent": "-1"}, ("/discount_percent", "out_of_range")),
        ({"number": "Q1"}, ("/number", "unknown_field")),
    ):  # fmt: skip
        answer = await company.owner.http.post("/quotes", json={**desk.body, **body})
        assert (answer.status_code, _faults(answer)) == (422, expected), body
    assert await company.digest("quotes", "quote_lines", "events") == before
    assert (await desk.draft())["number"].endswith("-00001")  # a refusal takes no number


async def test_sent_once_and_only_with_something_to_offer(company: Company) -> None:
    desk = await open_desk(company)
    empty, past = await desk.draft(lines=[]), await desk.draft(valid_until="2026-01-01")
    for quote, code in ((empty, "quote_without_lines"), (past, "quote_out_of_date")):
        answer = await desk.do(quote, "send")
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    draft = await desk.draft()
    answers = await asyncio.gather(*(desk.do(draft, "send") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    (sent,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert sent["link"] == f"/api/v1/public/quotes/{sent['secret']}"
    (row,) = await company.rows("quotes", id=draft["id"])
    assert sent["secret"].encode() not in bytes(row["link_digest"])
    again, keyed = await desk.draft(), {**ANY, "Idempotency-Key": "once"}
    both = [await company.owner.http.post(f"/quotes/{again['id']}/send", headers=keyed) for _ in range(2)]
    assert both[0].json()["secret"] == both[1].json()["secret"]
    stored = str([await company.rows(table) for table in ("quotes", "events", "idempotent_answers")])
    assert sent["secret"] not in stored
    assert both[0].json()["secret"] not in stored
    assert not {"secret", "link", "link_digest"} & (await desk.quote(draft)).keys()


async def test_a_new_version_takes_the_place_of_the_one_before(company: Company) -> None:
    desk = await open_desk(company)
    contact = await company.owner.create("/contacts", name="李娜", customer_id=desk.customer["id"])
    first = await desk.sent(contact_id=contact["id"], discount_percent="10", terms="货到付款")
    answers = await asyncio.gather(*(desk.do(first, "revise") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    (second,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert (second["status"], second["version_number"], second["previous_id"]) == ("draft", 2, first["id"])
    same = (
        "number",
        "name",
        "customer_id",
        "contact_name",
        "terms",
        "valid_until",
        "gross_amount",
        "owner_id",
    )
    assert {name: second[name] for name in same} == {name: first[name] for name in same}
    bare = [{k: v for k, v in line.items() if k != "id"} for line in second["lines"]]
    assert bare == [{k: v for k, v in line.items() if k != "id"} for line in first["lines"]]
    assert (await desk.quote(first))["status"] == "superseded"
    assert (await company.client().get(f"/public/quotes/{first['secret']}")).status_code == 404
    assert len(await company.rows("quotes")) == 2
    await desk.put(second, valid_until="'2026-01-01'")
    rejected = (await desk.do((await desk.sent()), "reject", decision_note="太贵")).json()
    assert (rejected["status"], rejected["decision_note"], rejected["decided_by_name"]) == (
        "rejected",
        "太贵",
        None,
    )
    third = (await desk.do(rejected, "revise")).json()
    assert (third["version_number"], third["decision_note"], third["valid_until"]) == (2, None, FAR)


async def test_what_the_customer_told_us(company: Company) -> None:
    desk = await open_desk(company)
    sent = await desk.sent()
    accepted = (await desk.do(sent, "accept", **HOLDER)).json()
    assert (accepted["status"], accepted["decided_by_name"], accepted["decided_by_email"]) == (
        "accepted",
        "李娜",
        "li.na@zhida.example",
    )
    assert accepted["decided_from_ip"] is None
    late = await desk.sent()
    await desk.put(late, valid_until="'2026-01-01'")
    before = await company.digest("quotes", "events")
    for verb in ("accept", "reject"):
        answer = await desk.do(late, verb)
        assert (answer.status_code, answer.json()["code"]) == (409, "quote_out_of_date")
    assert await company.digest("quotes", "events") == before

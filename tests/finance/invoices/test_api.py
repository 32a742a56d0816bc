"""Invoices: applied for, approved by somebody else, issued without a gap, delivered, taken back."""

import asyncio
from typing import Any

import pytest

from crm_api.finance.invoices.tax_ids import is_sound
from crm_api.kit import clock
from tests.factories.companies import Actor, Company
from tests.factories.ledger import Ledger, money, open_ledger, refusal

SOUND = "91350100M000100Y43"


@pytest.fixture
async def ledger(company: Company) -> Ledger:
    return await open_ledger(company)


@pytest.fixture
async def clerk(ledger: Ledger) -> Actor:
    """Who applies, so that the owner of the company may approve."""
    return await ledger.company.user("integration")


def body(
    ledger: Ledger, net: str = "100", tax: str = "13", gross: str = "113", **more: Any
) -> dict[str, Any]:
    amounts = {"net_amount": money(net), "tax_amount": money(tax), "gross_amount": money(gross)}
    return {"title": "上海智达科技有限公司", "customer_id": ledger.customer, **amounts, **more}


async def issued(ledger: Ledger, clerk: Actor, **more: Any) -> dict[str, Any]:
    made = await clerk.create("/invoices", **body(ledger, **more))
    for verb in ("approve", "issue"):
        answer = await ledger.ask(f"/invoices/{made['id']}/{verb}")
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_way_of_an_invoice(ledger: Ledger, clerk: Actor) -> None:
    await ledger.company.owner.create("/exchange-rates", currency="USD", rate_on="2026-01-01", rate="7.2")
    made = await clerk.create("/invoices", **body(ledger, "100 USD", "13 USD", "113 USD"))
    path = f"/invoices/{made['id']}"
    assert (made["status"], made["number"], made["base_amount"]) == ("applied", None, None)
    assert (await ledger.change(path, description="备注")).status_code == 200

    before = await ledger.company.digest("invoices", "events")
    for maker in (clerk, ledger.company.owner):  # who applied for it, and who changed it last
        own = await ledger.ask(f"{path}/approve", maker)
        assert refusal(own)[:2] == (403, "own_application")
    assert await ledger.company.digest("invoices", "events") == before
    assert (await ledger.change(path, clerk, description="备注。")).status_code == 200

    approved = (await ledger.ask(f"{path}/approve")).json()
    assert (approved["status"], approved["approved_by"]) == ("approved", ledger.company.owner.id)
    today = clock.today("Asia/Shanghai")
    done = (await ledger.ask(f"{path}/issue")).json()
    assert (done["number"], done["issued_on"]) == (f"I{today.year}-00001", str(today))
    assert (done["base_amount"], done["rate"], done["rate_on"]) == (money("813.60"), "7.2", "2026-01-01")
    before = await ledger.company.digest("invoices", "events")
    assert refusal(await ledger.change(path, title="另一个"))[:2] == (409, "wrong_state")
    assert refusal(await ledger.ask(f"{path}/void", void_reason="x"))[:2] == (409, "wrong_state")
    assert await ledger.company.digest("invoices", "events") == before
    assert (await ledger.ask(f"{path}/deliver")).json()["status"] == "delivered"


async def test_a_red_letter_takes_back_what_was_invoiced(ledger: Ledger, clerk: Actor) -> None:
    contract = (await ledger.contract("113"))["id"]
    made = await issued(ledger, clerk, contract_id=contract)
    again = body(ledger, contract_id=contract)
    assert refusal(await clerk.http.post("/invoices", json=again))[2] == "/gross_amount exceeds_document"
    path = f"/invoices/{made['id']}/red-letter"
    answers = await asyncio.gather(*(ledger.ask(path, red_letter_reason="税号有误") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    taken = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (taken["status"], taken["number"]) == ("red_lettered", made["number"])
    red = await ledger.get(f"/invoices/{taken['corrected_by_id']}")
    assert (red["corrects_id"], red["status"], red["number"][-5:]) == (made["id"], "issued", "00002")
    assert [red[name] for name in ("net_amount", "tax_amount", "gross_amount", "base_amount")] == [
        money("-100.00"), money("-13.00"), money("-113.00"), money("-113.00"),
    ]  # fmt: skip
    twice = await ledger.ask(f"/invoices/{red['id']}/red-letter", red_letter_reason="x")
    assert refusal(twice)[:2] == (409, "correction_stays")
    assert (await ledger.ask(f"/invoices/{red['id']}/deliver")).status_code == 200
    assert (await clerk.http.post("/invoices", json=again)).status_code == 201


async def test_what_does_not_add_up_is_refused(ledger: Ledger, clerk: Actor) -> None:
    contract = (await ledger.contract("1000"))["id"]
    before = await ledger.company.digest("invoices", "events")
    for change, told in (
        ({"gross_amount": money("113.01")}, "/gross_amount sum_differs"),
        ({"tax_amount": money("13 USD")}, "/tax_amount other_currency"),
        ({"net_amount": money("100.001"), "gross_amount": money("113.001")}, "/net_amount/amount too_precise"),
        ({"gross_amount": money("-113")}, "/gross_amount/amount out_of_range"),
        ({"tax_id": SOUND[:-1] + "A"}, "/tax_id tax_id_check_digit"),
        ({"tax_id": SOUND.lower()}, "/tax_id tax_id_check_digit"),
        ({"number": "I2026-00001"}, "/number unknown_field"),
        ({"contract_id": contract, "net_amount": money("988"), "gross_amount": money("1001")},
         "/gross_amount exceeds_document"),
    ):  # fmt: skip
        answer = await clerk.http.post("/invoices", json=body(ledger, **change))
        assert refusal(answer) == (422, "validation_failed", told)
    assert await ledger.company.digest("invoices", "events") == before
    made = await clerk.create("/invoices", **body(ledger, contract_id=contract, tax_id=SOUND))
    path = f"/invoices/{made['id']}"
    wrong = await ledger.change(path, net_amount=money("99"))
    assert refusal(wrong)[2] == "/gross_amount sum_differs"
    big = {"net_amount": money("1000"), "gross_amount": money("1013")}
    assert refusal(await ledger.change(path, **big))[2] == "/gross_amount exceeds_document"
    assert (await ledger.change(path, tax_id="310-old")).json()["tax_id"] == "310-old"


def test_the_check_digit_of_a_tax_id() -> None:
    known = ("91350100M000100Y43", "9144030071526726XG", "91110000802100433B")
    assert [is_sound(code) for code in known] == [True] * 3
    for code in known:
        for place in range(18):
            other = "1" if code[place] != "1" else "2"
            assert not is_sound(code[:place] + other + code[place + 1 :]), (code, place)
    assert [is_sound(code) for code in ("91350100M000100Y4", "9135O100M000100Y43")] == [False] * 2


async def test_many_at_once_never_come_to_more_than_the_order(ledger: Ledger, clerk: Actor) -> None:
    order = (await ledger.order("339"))["id"]
    asked = body(ledger, order_id=order)
    answers = await asyncio.gather(*(clerk.http.post("/invoices", json=asked) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 5
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    voided = (await ledger.ask(f"/invoices/{made[0]}/void", void_reason="x")).json()
    assert (voided["status"], voided["void_reason"]) == ("voided", "x")
    assert (await clerk.http.post("/invoices", json=asked)).status_code == 201


async def test_numbers_are_taken_at_issue_without_a_gap(ledger: Ledger, clerk: Actor) -> None:
    made = [await clerk.create("/invoices", **body(ledger)) for _ in range(6)]
    for invoice in made:
        await ledger.ask(f"/invoices/{invoice['id']}/approve")
    twice = [invoice for invoice in made for _ in range(2)]
    answers = await asyncio.gather(*(ledger.ask(f"/invoices/{invoice['id']}/issue") for invoice in twice))
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [409] * 6
    numbers = sorted(answer.json()["number"][-5:] for answer in answers if answer.status_code == 200)
    assert numbers == [f"{place:05d}" for place in range(1, 7)]


async def test_a_cancelled_order_is_not_invoiced(ledger: Ledger, clerk: Actor) -> None:
    order = (await ledger.order("113"))["id"]
    made = await clerk.create("/invoices", **body(ledger, order_id=order))
    await ledger.ask(f"/invoices/{made['id']}/approve")
    assert (await ledger.ask(f"/orders/{order}/cancel", cancel_reason="x")).status_code == 200
    before = await ledger.company.digest("invoices", "events")
    answer = await ledger.ask(f"/invoices/{made['id']}/issue")
    assert refusal(answer)[:2] == (409, "document_not_billable")
    assert await ledger.company.digest("invoices", "events") == before

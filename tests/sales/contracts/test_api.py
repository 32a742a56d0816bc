"""Contracts over HTTP: numbers, sums, approval, signing, ends, amendments."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_api.kit import clock
from crm_api.kit.errors import Conflict
from crm_api.kit.registries import _gates, bind_gate
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.jobs import advance
from crm_api.worker import actors_of
from tests.factories.approvals import yuan
from tests.factories.companies import Served, found_company
from tests.factories.contracts import REASONS, SIGNATORIES, Registry, open_registry
from tests.factories.deals import faults, refusal

TABLES = ("contracts", "contract_lines", "contract_signatories", "approvals", "events")


@pytest.fixture(scope="module")
async def registry(served: Served) -> AsyncIterator[Registry]:
    company = await found_company(served)
    yield await open_registry(company)
    await company.close()


async def test_a_draft_has_a_number_and_what_its_lines_come_to(registry: Registry) -> None:
    made = await registry.draft(starts_on="2026-12-01", ends_on="2027-11-30", renewal_notice_days=30)
    year = datetime.now(UTC).year
    assert made["number"].startswith(f"C{year}-") or made["number"].startswith(f"C{year + 1}-")
    assert made == made | {
        "revision": 1,
        "status": "draft",
        "amount": yuan("226.00"),
        "amount_source": "lines",
        "gross_amount": yuan("226.00"),
        "net_amount": yuan("200.00"),
        "renewal_notice_on": "2027-10-31",
        "amends_id": None,
        "owner_id": registry.company.owner.id,
    }
    assert [item["name"] for item in made["signatories"]] == [item["name"] for item in SIGNATORIES]
    assert await registry.now(made) == made


async def test_the_amount_is_stated_or_follows_the_lines(registry: Registry) -> None:
    made = await registry.draft(amount=yuan("500"), lines=[])
    assert (made["amount"], made["amount_source"], made["gross_amount"]) == (
        yuan("500.00"),
        "manual",
        yuan("0.00"),
    )
    line = {"product_id": registry.product}
    assert (await registry.change(made, lines=[line])).json()["amount"] == yuan("500.00")
    assert (await registry.change(made, amount=None)).json()["amount"] == yuan("113.00")
    wrong = {"amount": {"amount": "5", "currency": "USD"}}
    assert faults(await registry.change(made, **wrong)) == [("/amount", "currency_mismatch")]
    late = await registry.change(made, starts_on="2027-01-02", ends_on="2027-01-01")
    assert faults(late) == [("/ends_on", "ends_before_start")]
    odd = await registry.change(made, signatories=[{"name": "X", "side": "ours", "user_id": made["id"]}])
    assert faults(odd) == [("/signatories/0/user_id", "reference_not_found")]


async def test_every_change_names_its_version(registry: Registry) -> None:
    made = await registry.draft()
    one, http = f"/contracts/{made['id']}", registry.company.owner.http
    before = await registry.company.digest(*TABLES)
    for verb in ("submit", "sign", "activate", "amend", "assign", "terminate", "void"):
        body = {"assign": {"owner_id": None}, **REASONS}.get(verb)
        answer = await http.post(f"{one}/{verb}", json=body) if body else await http.post(f"{one}/{verb}")
        assert refusal(answer) == (428, "precondition_required"), verb
    assert (await http.patch(one, json={"terms": "x"})).status_code == 428
    assert (await http.delete(one)).status_code == 428
    assert (await http.patch(one, json={"terms": "x"}, headers={"If-Match": '"v7"'})).status_code == 412
    assert await registry.company.digest(*TABLES) == before
    assert (await http.patch(one, json={"terms": "x"}, headers={"If-Match": '"v1"'})).status_code == 200


async def test_fifty_at_once_leave_no_gap(registry: Registry) -> None:
    before = [int(row["number"][-5:]) for row in await registry.company.rows("contracts")]
    # what fails has taken no number
    same = {**registry.body, "external_ids": [{"source": "erp", "key": "same"}]}

    async def create(body: dict[str, Any]) -> int:
        while (answer := await registry.company.owner.http.post("/contracts", json=body)).status_code == 503:
            assert answer.headers["retry-after"]  # too many at once for the connections of a busy machine
        return answer.status_code

    made = await asyncio.gather(*(create(body) for body in [registry.body] * 50 + [same] * 5))
    assert sorted(made) == [201] * 51 + [409] * 4
    numbers = sorted({int(row["number"][-5:]) for row in await registry.company.rows("contracts")})
    assert numbers == list(range(1, max(before, default=0) + 52))


async def test_without_a_flow_it_is_approved_at_once(registry: Registry) -> None:
    made = await registry.did(await registry.draft(), "submit")
    assert (made["status"], made["version"]) == ("approved", 2)
    assert await registry.company.rows("approvals", subject_id=made["id"]) == []
    # another term asks again, another note in a custom corner would not
    same = (await registry.change(made, opportunity_id=None)).json()
    assert same["status"] == "approved"
    again = (await registry.change(made, lines=[])).json()
    assert (again["status"], again["amount"]) == ("draft", yuan("0.00"))


async def test_it_waits_for_approval_unchanged(registry: Registry) -> None:
    company = registry.company
    chief, clerk = await company.user("executive"), await company.user("support_agent")
    flow = await registry.flow(chief, clerk, type="big", amount_from=yuan("1000"))
    small = await registry.did(await registry.draft(type="big"), "submit")
    assert small["status"] == "approved"
    made = await registry.draft(type="big", amount=yuan("1000"))
    answers = await asyncio.gather(*(registry.ask(made, "submit") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["status"] for answer in answers} == {"approving", 409}
    asked = await registry.approval(made)
    assert asked == asked | {"status": "pending", "flow_id": flow["id"], "amount": yuan("1000.00")}
    assert asked["subject_name"] == f"{made['number']} {made['name']}"
    before = await company.digest(*TABLES)
    assert refusal(await registry.change(made, terms="x")) == (409, "wrong_state")
    assert await company.digest(*TABLES) == before
    # the clerk sees no contract, and decides
    assert (await clerk.http.get(f"/contracts/{made['id']}")).status_code == 403
    one = f"/approvals/{asked['id']}"
    answers = await asyncio.gather(
        chief.http.post(f"{one}/approve"), clerk.http.post(f"{one}/reject", json={"comment": "不"})
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    expected = "approved" if answers[0].status_code == 200 else "draft"
    ended = await registry.now(made)
    assert (ended["status"], ended["version"]) == (expected, 3)
    events = await company.rows("events", record_id=made["id"])
    kinds = {event["type"]: str(event["actor_id"]) for event in events}
    assert kinds.keys() == {
        "contract.created",
        "contract.submitted",
        "contract.approved" if expected == "approved" else "contract.rejected",
    }
    assert {chief.id, clerk.id} & set(kinds.values())


async def test_one_that_is_stated_low_is_approved_for_what_its_lines_come_to(registry: Registry) -> None:
    await registry.flow(await registry.company.user("executive"), type="low", amount_from=yuan("100"))
    for stated in ("0", "99"):
        made = await registry.draft(type="low", amount=yuan(stated))
        assert made["gross_amount"] == yuan("226.00"), made
        assert (await registry.did(made, "submit"))["status"] == "approving"
        assert (await registry.approval(made))["amount"] == yuan("226.00")


async def test_dollars_are_approved_by_what_they_are_worth(registry: Registry) -> None:
    """And without a rate nobody can say that they are little."""
    company, today = registry.company, clock.today("Asia/Shanghai")
    flow = await registry.flow(await company.user("executive"), type="abroad", amount_from=yuan("1000"))

    async def asked(amount: str) -> list[str]:
        dollars = {"amount": amount, "currency": "USD"}
        made = await registry.draft(type="abroad", amount=dollars, currency="USD", lines=[])
        status = (await registry.did(made, "submit"))["status"]
        return [
            status,
            *(str(row["flow_id"]) for row in await company.rows("approvals", subject_id=made["id"])),
        ]

    assert await asked("1") == ["approving", flow["id"]]
    await company.owner.create("/exchange-rates", currency="USD", rate_on=today.isoformat(), rate="8")
    assert await asked("124.99") == ["approved"]
    assert await asked("125") == ["approving", flow["id"]]


async def test_sent_back_and_withdrawn_ones_are_submitted_again(registry: Registry) -> None:
    chief = await registry.company.user("executive")
    await registry.flow(chief, type="again")
    made = await registry.draft(type="again")
    for verb, actor, body in (
        ("send-back", chief, {"comment": "请补充条款"}),
        ("reject", chief, {"comment": "不"}),
        ("withdraw", registry.company.owner, None),
    ):
        await registry.did(made, "submit")
        one = f"/approvals/{(await registry.approval(made))['id']}"
        answer = (
            await actor.http.post(f"{one}/{verb}", json=body)
            if body
            else await actor.http.post(f"{one}/{verb}")
        )
        assert answer.status_code == 200, answer.text
        assert (await registry.now(made))["status"] == "draft"
    await registry.did(made, "submit")
    approval = await registry.approval(made)
    assert (await chief.http.post(f"/approvals/{approval['id']}/approve")).status_code == 200
    assert (await registry.now(made))["status"] == "approved"
    # a change of the amount afterwards asks again
    assert (await registry.change(made, amount=yuan("9"))).json()["status"] == "draft"
    assert (await registry.did(made, "submit"))["status"] == "approving"
    # nobody who may decide: nothing is submitted
    lone = await registry.company.user("account_manager")
    await registry.company.owner.create(
        "/approval-flows",
        name="Chain",
        resource="contracts",
        type="lone",
        nodes=[{"kind": "superior_chain", "mode": "all", "levels": 1}],
    )
    draft = await registry.draft(type="lone", owner_id=lone.id)
    before = await registry.company.digest(*TABLES)
    assert refusal(await registry.ask(draft, "submit", lone)) == (409, "no_approver")
    assert await registry.company.digest(*TABLES) == before


async def test_it_is_signed_by_both_sides_and_begins_on_its_day(registry: Registry) -> None:
    half = await registry.did(await registry.draft(signatories=SIGNATORIES[:1]), "submit")
    assert refusal(await registry.ask(half, "sign")) == (409, "contract_incomplete")
    made = await registry.draft(starts_on=str(clock.today("Asia/Shanghai") + timedelta(days=40)))
    signed = await registry.did(made, "submit", "sign")
    assert signed["signed_on"] is not None
    assert refusal(await registry.ask(made, "activate")) == (409, "not_begun")
    open_ended = await registry.did(await registry.draft(), "submit", "sign", "activate")
    assert open_ended["starts_on"] is not None
    ended = await registry.did(open_ended, "terminate")
    assert (ended["status"], ended["end_reason"]) == ("terminated", "客户停止采购")


async def test_a_later_context_may_forbid_to_void(registry: Registry) -> None:
    made = await registry.did(await registry.draft(), "submit", "sign")

    async def paid(_: Any, contract: Any) -> None:
        if contract.id == made["id"]:
            raise Conflict("in_use")

    bind_gate("contracts.void", paid)
    try:
        before = await registry.company.digest(*TABLES)
        assert refusal(await registry.ask(made, "void", **REASONS["void"])) == (409, "in_use")
        assert await registry.company.digest(*TABLES) == before
    finally:
        _gates["contracts.void"].remove(paid)
    assert (await registry.did(made, "void"))["status"] == "voided"


async def test_an_amendment_replaces_it_with_its_signature(registry: Registry) -> None:
    made = await registry.did(await registry.draft(ends_on="2099-01-31"), "submit", "sign", "activate")
    answers = await asyncio.gather(*(registry.ask(made, "amend") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {refusal(answer)[1] for answer in answers if answer.status_code == 409} == {"amendment_open"}
    amendment = next(answer.json() for answer in answers if answer.status_code == 201)
    assert amendment == amendment | {
        "number": made["number"],
        "revision": 2,
        "amends_id": made["id"],
        "status": "draft",
        "amount": made["amount"],
    }
    changes = f"/contracts/{amendment['id']}/changes"
    assert (await registry.company.owner.http.get(changes)).json()["data"] == []
    line = {**amendment["lines"][0], "quantity": "3"}
    kept = {name: line[name] for name in ("id", "quantity")}
    changed = (await registry.change(amendment, lines=[kept], ends_on="2099-12-31")).json()
    told = (await registry.company.owner.http.get(changes)).json()["data"]
    diff = {item["field"]: (item["from"], item["to"]) for item in told}
    assert diff.keys() == {"amount", "net_amount", "tax_amount", "gross_amount", "ends_on", "lines"}
    assert diff["ends_on"] == ("2099-01-31", "2099-12-31")
    assert diff["amount"] == (made["amount"], changed["amount"])
    assert (await registry.now(made))["status"] == "active"
    await registry.did(amendment, "submit", "sign")
    assert (await registry.now(made))["status"] == "superseded"
    # the revision after the next goes on from the one in force; of what has ended nothing is amended
    third = await registry.did(amendment, "activate", "amend")
    assert (third["revision"], third["amends_id"]) == (3, amendment["id"])
    assert refusal(await registry.ask(made, "amend")) == (409, "wrong_state")
    await registry.did(amendment, "terminate")
    await registry.did(third, "submit")
    before = await registry.company.digest(*TABLES)
    assert refusal(await registry.ask(third, "sign")) == (409, "not_in_force")
    assert await registry.company.digest(*TABLES) == before
    assert (await registry.company.owner.http.get(f"/contracts/{made['id']}/changes")).json()["data"] == []


async def test_time_begins_announces_and_ends_it_once(registry: Registry) -> None:
    company = registry.company
    today = clock.today("UTC")
    first, last = today + timedelta(days=100), today + timedelta(days=200)
    made = await registry.draft(starts_on=str(first), ends_on=str(last), renewal_notice_days=30)
    await registry.did(made, "submit", "sign")
    actors = actors_of(company.served.pool, company.served.app.state.authentication)

    async def run() -> None:
        system = await actors.system(company.tenant_id, advance.name)
        unit = UnitOfWork(company.served.pool, system, advance.permission)
        try:
            await advance.run(unit, {})
            await unit.commit()
        finally:
            await unit.close()

    seen = []
    for day, status in (
        (-1, "signed"),
        (1, "active"),
        (69, "active"),
        (71, "expiring"),
        (100, "expiring"),
        (102, "expired"),
    ):
        with clock.frozen(datetime(first.year, first.month, first.day, 12, tzinfo=UTC) + timedelta(days=day)):
            await asyncio.gather(run(), run(), run())
        assert (await registry.now(made))["status"] == status, day
        seen.append(status)
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    for kind in ("activated", "renewal_due", "expired"):
        assert types.count(f"contract.{kind}") == 1


async def test_contacts_and_deal_are_the_customers(registry: Registry) -> None:
    company = registry.company
    other = await company.owner.create("/customers", name="别家")
    contact = await company.owner.create("/contacts", name="王", customer_id=other["id"])
    deal = await company.owner.create("/opportunities", name="别家", customer_id=other["id"])
    signing = [{"side": "theirs", "name": "王", "contact_id": contact["id"]}]
    made = await registry.draft()
    fitting = {"customer_id": other["id"], "opportunity_id": deal["id"], "signatories": signing}
    fit = await registry.draft(**fitting)
    before = await company.digest("contracts", "contract_signatories", "events")
    for answer in (
        await company.owner.http.post(
            "/contracts", json={**registry.body, **fitting, "customer_id": registry.customer}
        ),
        await registry.change(made, opportunity_id=deal["id"], signatories=signing),
        await registry.change(fit, customer_id=registry.customer),
    ):
        assert answer.status_code == 422
        found = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
        at = ("/signatories/0/contact_id", "/opportunity_id")
        assert found == [(pointer, "belongs_to_another_customer") for pointer in at]
    assert await company.digest("contracts", "contract_signatories", "events") == before

"""From the first inquiry to the money in the bank, as the people of a company do it; every figure is exact."""

from datetime import date, timedelta
from typing import Any

from crm_api.kit import clock
from tests.factories.approvals import yuan
from tests.factories.companies import Actor, Company
from tests.factories.trading import (
    Catalogue,
    Staff,
    change,
    do,
    done,
    found,
    hire,
    levels,
    refused,
    rule_approvals,
    stock_up,
)

ZONE = "Asia/Shanghai"
COMPANY_NAME, PERSON, PHONE = "上海智达科技有限公司", "李娜", "+86 138 0013 8000"

# Of each line: quantity, unit price, discount; then net, tax and gross after its share of 2 % off everything.
GATEWAYS = ("7", "1299.90", {"discount_percent": "3.5"}, "8605.20", "1118.68", "9723.88")
CABLE = ("333.3", "0.85", {"discount_amount": yuan("3.00")}, "274.71", "35.71", "310.42")
SETTING_UP = ("2.5", "1333.33", {}, "3266.66", "196.00", "3462.66")
DISCOUNT_PERCENT, DISCOUNT = "2", "247.89"
NET, TAX, GROSS = "12146.57", "1350.39", "13496.96"

# days from today, and how much
INSTALMENTS = {"首付款": (0, "4049.09"), "发货款": (10, "5000.00"), "尾款": (40, "4447.87")}
RECEIVED, SETTLED, CREDIT = "6000.00", ("4049.09", "1500.00"), "450.91"
PAID, UNPAID, SECOND_LEFT = "5549.09", "7947.87", "3500.00"
INVOICED = {"net_amount": yuan("4910.70"), "tax_amount": yuan("638.39"), "gross_amount": yuan(PAID)}
TRAVEL, DINNER, STAMPS, CLAIMED = "328.00", "156.50", "60.00", "544.50"
# of the goods that left, and of the expenses for the customer: TRAVEL and DINNER
COST, EXPENSES, LEFT = "2533.32", "484.50", "2982.18"
PROFIT = {"received": RECEIVED, "refunded": "0.00", "cost": COST, "expenses": EXPENSES, "profit": LEFT}
BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90", "total")


async def test_from_lead_to_cash(company: Company) -> None:
    staff = await hire(company)
    catalogue = await stock_up(staff)
    flows = await rule_approvals(staff)
    lead = await bring_a_lead(staff)
    customer, contact, deal = await convert(staff, lead)
    plan = await develop(staff, deal, customer)
    quote = await offer(staff, catalogue, customer, contact, deal)
    await accept_by_link(staff, quote)
    contract = await agree(staff, quote)
    approval = await approve_by_amount(staff, contract, flows)
    await sign_and_win(staff, contract, deal)
    order = await buy(staff, catalogue, quote, contract)
    owed = await plan_instalments(staff, order)
    payment = await pay_a_part(staff, customer, order, owed)
    await ship_a_part(staff, catalogue, order)
    invoice = await invoice_a_part(staff, order)
    await age(staff, customer)
    claim = await claim_expenses(staff, customer, order)
    await profit(staff, customer)
    mine = [
        f"/leads/{lead['id']}", f"/customers/{customer}", f"/contacts/{contact}", f"/opportunities/{deal}",
        f"/development-plans/{plan}", f"/quotes/{quote['id']}", f"/contracts/{contract}", f"/approvals/{approval}",
        f"/orders/{order['id']}", *(f"/receivables/{row['id']}" for row in owed), f"/payments/{payment}",
        f"/invoices/{invoice}", f"/expense-claims/{claim}",
    ]  # fmt: skip
    await see_what_is_theirs(staff, mine)


def bought(catalogue: Catalogue) -> list[dict[str, Any]]:
    """What the customer buys, as a body says it."""
    goods = (catalogue.gateway, catalogue.cable, catalogue.service)
    return [
        {"product_id": product, "quantity": line[0], "unit_price": yuan(line[1]), **line[2]}
        for product, line in zip(goods, (GATEWAYS, CABLE, SETTING_UP), strict=True)
    ]


async def bring_a_lead(staff: Staff) -> dict[str, Any]:
    """Somebody asks through the web site; the supervisor hands them to the manager."""
    lead = await staff.system.create(
        "/leads",
        name=PERSON,
        company_name=COMPANY_NAME,
        phones=[PHONE],
        source="website",
        description="网关 7 台",
        owner_id=staff.supervisor.id,
    )
    assert refused(await staff.manager.http.get(f"/leads/{lead['id']}")) == (404, "not_found", [])
    await done(staff.supervisor, f"/leads/{lead['id']}/assign", owner_id=staff.manager.id)
    seen = await found(staff.marketer, f"/leads/{lead['id']}")
    assert (seen["name"], seen["phones"], seen["owner_id"]) == (PERSON, None, staff.manager.id)
    await done(staff.manager, f"/leads/{lead['id']}/contact")
    return await done(staff.manager, f"/leads/{lead['id']}/qualify")


async def convert(staff: Staff, lead: dict[str, Any]) -> tuple[str, str, str]:
    """It becomes a customer, a contact and a deal, once."""
    body = {"opportunity": {"name": "网关 7 台", "amount": yuan("12000.00")}}
    converted = await done(staff.manager, f"/leads/{lead['id']}/convert", **body)
    again = await done(staff.manager, f"/leads/{lead['id']}/convert")
    customer, contact, deal = became = tuple(
        converted[f"{what}_id"] for what in ("customer", "contact", "opportunity")
    )
    assert became == tuple(again[f"{what}_id"] for what in ("customer", "contact", "opportunity"))
    made = await found(staff.manager, f"/customers/{customer}")
    assert (made["name"], made["lifecycle"], made["owner_id"]) == (COMPANY_NAME, "prospect", staff.manager.id)
    assert (await found(staff.manager, f"/contacts/{contact}"))["phones"][0]["value"] == "+8613800138000"
    return customer, contact, deal


async def develop(staff: Staff, deal: str, customer: str) -> str:
    """Two things to do; when they are done the deal moves on and the prospect is a customer."""
    items = [{"action": "确认预算"}, {"action": "演示"}]
    plan = await staff.manager.create("/development-plans", name="开发计划", opportunity_id=deal, items=items)
    path = f"/development-plans/{plan['id']}"
    await done(staff.manager, f"{path}/start")
    for item in plan["items"]:
        await done(staff.manager, f"{path}/items/{item['id']}/complete", result="完成")
    (pipeline,) = (await found(staff.manager, "/pipelines"))["data"]
    stages = [stage["id"] for stage in pipeline["stages"]]
    ended = await done(staff.manager, f"{path}/succeed", stage_id=stages[1], lifecycle="customer")
    assert (ended["status"], [item["done"] for item in ended["items"]]) == ("succeeded", [True, True])
    assert (await found(staff.manager, f"/opportunities/{deal}"))["stage_id"] == stages[1]
    assert (await found(staff.manager, f"/customers/{customer}"))["lifecycle"] == "customer"
    return str(plan["id"])


async def offer(staff: Staff, catalogue: Catalogue, customer: str, contact: str, deal: str) -> dict[str, Any]:
    """What is offered and sent, with the token of its link in `secret`."""
    quote = await staff.manager.create(
        "/quotes",
        name="网关 7 台",
        customer_id=customer,
        contact_id=contact,
        opportunity_id=deal,
        valid_until=str(today() + timedelta(30)),
        discount_percent=DISCOUNT_PERCENT,
        lines=bought(catalogue),
    )
    check_sums(quote)
    return await done(staff.manager, f"/quotes/{quote['id']}/send")


async def accept_by_link(staff: Staff, quote: dict[str, Any]) -> None:
    """Whoever holds the link needs no token; it decides once."""
    link, visitor = f"/public/quotes/{quote['secret']}", staff.company.client()
    shown = (await visitor.get(link)).json()
    assert (shown["customer_name"], shown["contact_name"]) == (COMPANY_NAME, PERSON)
    check_sums(shown)
    decision = {"decided_by_name": PERSON, "decided_by_email": "li.na@zhida.example"}
    answer = await visitor.post(f"{link}/accept", json=decision)
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert (await visitor.post(f"{link}/reject", json=decision)).status_code == 404
    accepted = await found(staff.manager, f"/quotes/{quote['id']}")
    assert (accepted["status"], accepted["decided_by_name"]) == ("accepted", PERSON)
    check_sums(accepted)
    changed = await change(staff.manager, f"/quotes/{quote['id']}", discount_percent="50")
    assert refused(changed) == (409, "wrong_state", [])


async def agree(staff: Staff, quote: dict[str, Any]) -> str:
    """The contract over what was accepted, once; the quote becomes nothing else."""
    path = f"/quotes/{quote['id']}"
    converted = await done(staff.manager, f"{path}/contract")
    assert converted["status"] == "converted"
    contract = await found(staff.manager, f"/contracts/{converted['contract_id']}")
    check_sums(contract)
    told = ("amount", "status", "quote_id", "opportunity_id", "owner_id")
    expected = [yuan(GROSS), "draft", quote["id"], quote["opportunity_id"], staff.manager.id]
    assert [contract[name] for name in told] == expected
    assert await done(staff.manager, f"{path}/contract") == converted
    assert refused(await do(staff.manager, f"{path}/order")) == (409, "wrong_state", [])
    return str(contract["id"])


async def approve_by_amount(staff: Staff, contract: str, flows: dict[str, str]) -> str:
    """The amount leads to the superior; who has submitted it does not decide, and it stays as it is meanwhile."""
    path = f"/contracts/{contract}"
    signatories = [{"side": "ours", "name": "王强"}, {"side": "theirs", "name": PERSON}]
    assert (await change(staff.manager, path, signatories=signatories)).status_code == 200
    assert (await done(staff.manager, f"{path}/submit"))["status"] == "approving"
    assert refused(await change(staff.manager, path, terms="再议")) == (409, "wrong_state", [])
    assert refused(await do(staff.manager, f"{path}/sign")) == (409, "wrong_state", [])
    inbox = f"/approvals?approver_ids[has_any]={staff.supervisor.id}"
    (approval,) = (await found(staff.supervisor, inbox))["data"]
    assert (approval["subject_id"], approval["flow_id"]) == (contract, flows["middle"])
    assert (approval["amount"], approval["submitter_id"]) == (yuan(GROSS), staff.manager.id)
    mine = f"/approvals/{approval['id']}"
    assert refused(await do(staff.manager, f"{mine}/approve")) == (403, "not_an_approver", [])
    assert (await found(staff.manager, path))["status"] == "approving"
    assert (await done(staff.supervisor, f"{mine}/approve"))["status"] == "approved"
    assert refused(await do(staff.supervisor, f"{mine}/approve")) == (409, "wrong_state", [])
    assert (await found(staff.manager, path))["status"] == "approved"
    return str(approval["id"])


async def sign_and_win(staff: Staff, contract: str, deal: str) -> None:
    """Signed and in force; the deal is won for what was agreed."""
    await done(staff.manager, f"/contracts/{contract}/sign")
    assert (await done(staff.manager, f"/contracts/{contract}/activate"))["status"] == "active"
    await done(staff.manager, f"/opportunities/{deal}/win", amount=yuan(GROSS))
    report = await found(staff.manager, "/reports/sales-performance?group_by=owner")
    assert (report["totals"]["won_count"], report["totals"]["won_amount"]) == (1, yuan(GROSS))


async def buy(staff: Staff, catalogue: Catalogue, quote: dict[str, Any], contract: str) -> dict[str, Any]:
    """The order that carries out the contract, and no second one of as much; its goods are nobody else's from then on."""
    body = {
        **{name: quote[name] for name in ("name", "customer_id", "contact_id", "opportunity_id")},
        "contract_id": contract,
        "discount_percent": DISCOUNT_PERCENT,
        "lines": bought(catalogue),
    }
    order = await staff.manager.create("/orders", **body)
    check_sums(order)
    told = ("status", "payment_status", "payment_terms", "warehouse_id", "contract_id", "paid_amount")
    expected = ["placed", "unpaid", "prepaid", catalogue.warehouse, contract, yuan("0.00")]
    assert [order[name] for name in told] == expected
    assert [line["reserved"] for line in order["lines"]] == ["7", "333.3", "0"]
    assert await levels(staff, catalogue) == [("10", "7", "3"), ("500", "333.3", "166.7")]
    one_more = {**body, "lines": [{"product_id": catalogue.service, "unit_price": yuan("0.01")}]}
    answer = await staff.manager.http.post("/orders", json=one_more)
    assert refused(answer) == (422, "validation_failed", ["/lines exceeds_contract"])
    theirs = await staff.stranger.create("/customers", name="别家")
    too_many = {"product_id": catalogue.gateway, "quantity": "4", "unit_price": yuan("1299.90")}
    body = {"name": "网关 4 台", "customer_id": theirs["id"], "lines": [too_many]}
    answer = await staff.stranger.http.post("/orders", json=body)
    assert refused(answer) == (409, "insufficient_stock", ["/lines/0/quantity not_available"])
    return order


async def plan_instalments(staff: Staff, order: dict[str, Any]) -> list[dict[str, Any]]:
    """What was owed at once is owed in three parts, which come to the order exactly."""
    path = f"/receivables?order_id={order['id']}"
    (at_once,) = (await found(staff.manager, path))["data"]
    assert (at_once["amount"], at_once["due_on"]) == (yuan(GROSS), str(today()))
    instalments = [
        {"name": name, "due_on": str(today() + timedelta(days)), "amount": yuan(amount)}
        for name, (days, amount) in INSTALMENTS.items()
    ]
    more = [*instalments[:2], {**instalments[2], "amount": yuan("4447.88")}]
    body = {"order_id": order["id"], "instalments": more}
    answer = await staff.manager.http.post("/receivables/plan", json=body)
    assert refused(answer) == (422, "validation_failed", ["/instalments plan_differs"])
    body = {"order_id": order["id"], "instalments": instalments}
    planned = (await staff.manager.http.post("/receivables/plan", json=body)).json()
    owed: list[dict[str, Any]] = planned["data"]
    assert [(row["name"], row["amount"]) for row in owed] == [
        (name, yuan(amount)) for name, (_, amount) in INSTALMENTS.items()
    ]
    return owed


async def pay_a_part(staff: Staff, customer: str, order: dict[str, Any], owed: list[dict[str, Any]]) -> str:
    """The bank tells what came in; the supervisor says what it is for, and neither bears more than it can."""
    body = {
        "customer_id": customer,
        "amount": yuan(RECEIVED),
        "received_on": str(today()),
        "method": "bank_transfer",
    }
    assert (await staff.manager.http.post("/payments", json=body)).status_code == 403
    payment = await staff.system.create("/payments", **body)
    path, first, second = f"/payments/{payment['id']}", owed[0]["id"], owed[1]["id"]

    def parts(*amounts: str) -> list[dict[str, Any]]:
        ids = (first, second)
        return [{"receivable_id": row, "amount": yuan(a)} for row, a in zip(ids, amounts, strict=True)]

    for amounts, place, code in (
        (("4049.10", "1.00"), 0, "exceeds_receivable"),
        (("4049.09", "1950.92"), 1, "exceeds_payment"),
    ):
        answer = await do(staff.supervisor, f"{path}/allocate", allocations=parts(*amounts))
        assert refused(answer) == (422, "validation_failed", [f"/allocations/{place}/amount {code}"])
    allocated = await done(staff.supervisor, f"{path}/allocate", allocations=parts(*SETTLED))
    assert (allocated["allocated_amount"], allocated["base_amount"]) == (yuan(PAID), yuan(RECEIVED))
    rows = (await found(staff.manager, f"/receivables?order_id={order['id']}&sort=due_on"))["data"]
    assert [(row["status"], row["paid_amount"]) for row in rows] == [
        ("paid", yuan(SETTLED[0])), ("part", yuan(SETTLED[1])), ("open", yuan("0.00")),
    ]  # fmt: skip
    now = await found(staff.manager, f"/orders/{order['id']}")
    assert (now["payment_status"], now["paid_amount"]) == ("part", yuan(PAID))
    return str(payment["id"])


async def ship_a_part(staff: Staff, catalogue: Catalogue, order: dict[str, Any]) -> None:
    """Paid in part it stays until credit is granted; then what is asked for leaves, and no more than was ordered."""
    path = f"/orders/{order['id']}"
    gateways, cable, _ = (line["id"] for line in order["lines"])

    def parts(*asked: tuple[str, str]) -> dict[str, Any]:
        return {"lines": [{"line_id": line, "quantity": quantity} for line, quantity in asked]}

    some = parts((gateways, "3"), (cable, "333.3"))
    await done(staff.system, f"{path}/pick")
    await done(staff.system, f"{path}/pack")
    assert refused(await do(staff.system, f"{path}/ship", **some)) == (409, "order_unpaid", [])
    assert (await change(staff.manager, path, payment_terms="credit")).status_code == 403
    assert (await change(staff.supervisor, path, payment_terms="credit")).status_code == 200
    for asked, place in ((((gateways, "8"),), 0), (((gateways, "3"), (cable, "333.4")), 1)):
        answer = await do(staff.system, f"{path}/ship", **parts(*asked))
        assert refused(answer) == (409, "quantity_exceeded", [f"/lines/{place}/quantity at_most"])
    shipped = await done(staff.system, f"{path}/ship", **some, carrier="顺丰速运", tracking_number="SF1")
    assert shipped["status"] == "part_shipped"
    assert [(line["shipped"], line["reserved"]) for line in shipped["lines"]] == [
        ("3", "4"), ("333.3", "0"), ("0", "0"),
    ]  # fmt: skip
    assert await levels(staff, catalogue) == [("7", "4", "3"), ("166.7", "0", "166.7")]
    answer = await do(staff.system, f"{path}/ship", **parts((gateways, "5")))
    assert refused(answer) == (409, "quantity_exceeded", ["/lines/0/quantity at_most"])
    (left,) = (await found(staff.support, f"{path}/shipments"))["data"]
    assert left["lines"] == some["lines"]


async def invoice_a_part(staff: Staff, order: dict[str, Any]) -> str:
    """Applied for by the manager, approved by somebody else; together never more than the order."""
    body = {"order_id": order["id"], "title": COMPANY_NAME, "tax_id": "91350100M000100Y43", "kind": "special"}
    invoice = await staff.manager.create("/invoices", **body, **INVOICED)
    rest = {"net_amount": yuan(UNPAID), "tax_amount": yuan("0.01"), "gross_amount": yuan("7947.88")}
    answer = await staff.manager.http.post("/invoices", json={**body, **rest})
    assert refused(answer) == (422, "validation_failed", ["/gross_amount exceeds_document"])
    path = f"/invoices/{invoice['id']}"
    assert (await do(staff.manager, f"{path}/approve")).status_code == 403
    assert refused(await do(staff.supervisor, f"{path}/issue")) == (409, "wrong_state", [])
    assert (await done(staff.supervisor, f"{path}/approve"))["approved_by"] == staff.supervisor.id
    issued = await done(staff.supervisor, f"{path}/issue")
    assert (issued["number"], issued["issued_on"]) == (f"I{today().year}-00001", str(today()))
    assert (issued["gross_amount"], issued["base_amount"]) == (yuan(PAID), yuan(PAID))
    assert (await done(staff.supervisor, f"{path}/deliver"))["status"] == "delivered"
    return str(invoice["id"])


async def age(staff: Staff, customer: str) -> None:
    """Today nothing is late; 75 days later the second part is so for 65 days and the third for 35."""
    assert await aged(staff.manager) == {customer: [UNPAID, "0.00", "0.00", "0.00", "0.00", UNPAID]}
    assert await aged(staff.stranger) == {}
    with clock.frozen(clock.now() + timedelta(75)):
        for person in (staff.manager, staff.supervisor, staff.executive):
            later = await staff.company.sign_in(person.id)
            expected = ["0.00", "0.00", INSTALMENTS["尾款"][1], SECOND_LEFT, "0.00", UNPAID]
            assert await aged(later) == {customer: expected}


async def claim_expenses(staff: Staff, customer: str, order: dict[str, Any]) -> str:
    """Two expenses for the customer and one for nobody; agreed to by the superior, paid by somebody else again."""
    spent = {"spent_on": str(today())}
    lines = [
        {"type": "travel", "amount": yuan(TRAVEL), "customer_id": customer, **spent},
        {"type": "entertainment", "amount": yuan(DINNER), "order_id": order["id"], **spent},
        {"type": "communication", "amount": yuan(STAMPS), **spent},
    ]
    claim = await staff.manager.create("/expense-claims", name="拜访智达", lines=lines)
    path = f"/expense-claims/{claim['id']}"
    assert (claim["amount"], claim["number"]) == (yuan(CLAIMED), f"E{today().year}-00001")
    assert (await done(staff.manager, f"{path}/submit"))["status"] == "approving"
    asked = f"/approvals?subject_id={claim['id']}&status=pending"
    (approval,) = (await found(staff.supervisor, asked))["data"]
    refusal = await do(staff.manager, f"/approvals/{approval['id']}/approve")
    assert refused(refusal) == (403, "not_an_approver", [])
    await done(staff.supervisor, f"/approvals/{approval['id']}/approve")
    assert (await do(staff.manager, f"{path}/pay", paid_by="bank_transfer")).status_code == 403
    paid = await done(staff.company.owner, f"{path}/pay", paid_by="bank_transfer")
    assert (paid["status"], paid["base_amount"]) == ("paid", yuan(CLAIMED))
    return str(claim["id"])


async def profit(staff: Staff, customer: str) -> None:
    """What came in, less what the goods that left cost and what was spent on the customer; costs are not for everybody."""
    path, whole = f"/customers/{customer}/profit", [yuan(amount) for amount in PROFIT.values()]
    for actor in (staff.supervisor, staff.executive, staff.company.owner):
        seen = await found(actor, path)
        assert [seen[name] for name in PROFIT] == whole
        assert set(seen["excluded"].values()) == {0}
    mine = await found(staff.manager, path)
    assert [mine[name] for name in PROFIT] == [*whole[:2], None, whole[3], None]
    assert (await staff.stranger.http.get(path)).status_code == 404


async def see_what_is_theirs(staff: Staff, mine: list[str]) -> None:
    """The manager, the supervisor and an executive see all of it, a colleague elsewhere nothing, others their part."""
    blocked = {
        staff.stranger: dict.fromkeys(mine, 404),
        staff.support: {
            path: 404 if path.startswith(("/approvals/", "/expense-claims/")) else 403
            for path in mine
            if not path.startswith(("/customers/", "/contacts/", "/orders/"))
        },
        staff.marketer: {
            path: 404 if path.startswith(("/approvals/", "/expense-claims/")) else 403
            for path in mine
            if not path.startswith(("/customers/", "/contacts/", "/leads/"))
        },
        staff.administrator: {path: 404 if path.startswith("/approvals/") else 403 for path in mine},
    }
    everybody = (staff.manager, staff.supervisor, staff.executive, staff.company.owner, *blocked)
    for actor in everybody:
        seen = {path: (await actor.http.get(path)).status_code for path in mine}
        assert seen == {path: blocked.get(actor, {}).get(path, 200) for path in mine}
    for name in {path.split("/")[1] for path in mine} - {"customers"}:
        assert (await found(staff.stranger, f"/{name}"))["data"] == []
    assert [row["name"] for row in (await found(staff.stranger, "/customers"))["data"]] == ["别家"]


def today() -> date:
    return clock.today(ZONE)


def check_sums(document: dict[str, Any]) -> None:
    """What was offered is what was accepted, agreed and bought, line by line."""
    lines = [[line[f"{name}_amount"] for name in ("net", "tax", "gross")] for line in document["lines"]]
    assert lines == [[yuan(amount) for amount in line[3:]] for line in (GATEWAYS, CABLE, SETTING_UP)]
    sums = [document[f"{name}_amount"] for name in ("discount", "net", "tax", "gross")]
    assert sums == [yuan(DISCOUNT), yuan(NET), yuan(TAX), yuan(GROSS)]


async def aged(actor: Actor) -> dict[str, list[str]]:
    """What each customer owes, by bucket and in all."""
    report = await found(actor, "/receivables/ageing")
    return {row["customer"]["id"]: [row[name]["amount"] for name in BUCKETS] for row in report["data"]}

"""An order on its way: what each step does to it, to stock, and to what is owed."""

import pytest

from tests.factories.companies import Company
from tests.factories.shop import ANY, Shop

CNY = "CNY"


@pytest.fixture
async def shop(company: Company) -> Shop:
    found = Shop(company)
    await found.open(P=100, Q=10)
    return found


async def test_from_the_promise_to_the_delivery(shop: Shop) -> None:
    service = (await shop.company.owner.create("/products", code="S", name="安装服务"))["id"]
    fee = {"product_id": service, "unit_price": {"amount": "50", "currency": CNY}, "tax_rate": "6"}
    body = shop.body(("P", 3), ("Q", 2), delivery_address="世纪大道 100 号")
    body["lines"].append(fee)
    made = (await shop.company.owner.http.post("/orders", json=body)).json()
    assert (made["status"], made["payment_status"], made["number"][:1]) == ("placed", "unpaid", "S")
    assert made["warehouse_id"] == shop.warehouse, "the only one there is"
    assert made["gross_amount"] == {"amount": "553.00", "currency": CNY}
    assert [(line["stocked"], line["reserved"]) for line in made["lines"]] == [
        (True, "3"),
        (True, "2"),
        (False, "0"),
    ]
    assert await shop.counts("P") == ("100", "3", "97")
    await shop.through(made["id"], "pick", "pack")
    first, second, third = (line["id"] for line in made["lines"])
    sent = {"carrier": "顺丰速运", "tracking_number": "SF1", "lines": [{"line_id": first, "quantity": "1"}]}
    part = (await shop.do(made["id"], "ship", sent)).json()
    assert (part["status"], part["lines"][0]["shipped"], part["lines"][0]["reserved"]) == (
        "part_shipped",
        "1",
        "2",
    )
    assert await shop.counts("P") == ("99", "2", "97")
    rest = await shop.through(made["id"], "ship")
    assert (rest["status"], [line["shipped"] for line in rest["lines"]]) == ("shipped", ["3", "2", "1"])
    assert (await shop.counts("P"), await shop.counts("Q")) == (("97", "0", "97"), ("8", "0", "8"))
    listed = (await shop.company.owner.http.get(f"/orders/{made['id']}/shipments")).json()["data"]
    assert [[(line["line_id"], line["quantity"]) for line in one["lines"]] for one in listed] == [
        [(first, "1")],
        [(first, "2"), (second, "2"), (third, "1")],
    ]
    assert (listed[0]["carrier"], listed[0]["tracking_number"], listed[0]["kind"]) == (
        "顺丰速运",
        "SF1",
        "out",
    )
    assert (await shop.through(made["id"], "deliver", "close"))["status"] == "closed"
    told = [event["type"] for event in await shop.company.rows("events", record_id=made["id"])]
    assert told == [
        f"order.{kind}"
        for kind in ("created", "picked", "packed", "shipped", "shipped", "delivered", "closed")
    ]
    movements = await shop.company.rows("stock_movements", source_id=made["id"])
    assert sorted(row["kind"] for row in movements) == ["issue"] * 3 + ["reservation"] * 2
    await shop.check_orders()


async def test_all_is_reserved_or_nothing(shop: Shop) -> None:
    tables = ("orders", "order_lines", "stock_levels", "stock_movements", "events", "number_series")
    await shop.place(("Q", 8))
    before = await shop.company.digest(*tables[:-1])
    refused = await shop.ask(("P", 101), ("Q", 2), ("Q", "0.5"))
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    faults = [
        (fault["pointer"], fault["params"]["product"], fault["params"]["available"], fault["params"]["asked"])
        for fault in refused.json()["errors"]
    ]
    assert faults == [("/lines/0/quantity", "P", "100", "101"), ("/lines/2/quantity", "Q", "0", "0.5")]
    assert await shop.company.digest(*tables[:-1]) == before
    assert (await shop.place(("Q", 2)))["number"].endswith("-00002"), "what was refused has taken no number"
    await shop.check_orders()


async def test_nothing_leaves_before_it_is_paid_unless_credit_allows(shop: Shop) -> None:
    made = await shop.place(("P", 2), payment_terms="prepaid")
    await shop.through(made["id"], "pick", "pack")
    for paid, status in ((None, "unpaid"), ("199.99", "part")):
        if paid:
            assert (await shop.pay(made["id"], paid))["payment_status"] == status
        before = await shop.company.digest("orders", "order_lines", "stock_movements", "events")
        refused = await shop.do(made["id"], "ship")
        assert (refused.status_code, refused.json()["code"]) == (409, "order_unpaid")
        assert await shop.company.digest("orders", "order_lines", "stock_movements", "events") == before
    await shop.pay(made["id"], "200")
    assert (await shop.through(made["id"], "ship"))["payment_status"] == "paid"
    told = [event["type"] for event in await shop.company.rows("events", record_id=made["id"])]
    assert told[3:] == ["order.part_paid", "order.paid", "order.shipped"]


async def test_nobody_pays_more_than_it_comes_to(shop: Shop) -> None:
    made = await shop.place(("P", 2))
    for paid in ("200.01", "-1"):
        with pytest.raises(Exception, match="overpaid"):
            await shop.pay(made["id"], paid)
    assert (await shop.pay(made["id"], "200"))["paid_amount"] == {"amount": "200.00", "currency": CNY}
    refused = await shop.do(made["id"], "cancel", {"cancel_reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_paid")
    assert (await shop.pay(made["id"], "0"))["payment_status"] == "refunded"
    cancelled = (await shop.do(made["id"], "cancel", {"cancel_reason": "客户取消"})).json()
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "客户取消")
    assert cancelled["lines"][0]["reserved"] == "0"
    assert await shop.counts("P") == ("100", "0", "100")
    with pytest.raises(Exception, match="overpaid"):
        await shop.pay(made["id"], "1")
    await shop.check_orders()


async def test_what_comes_back_is_in_stock_and_not_owed(shop: Shop) -> None:
    body = shop.body(("P", 3))
    body["lines"][0] |= {"unit_price": {"amount": "33.33", "currency": CNY}, "discount_percent": "10"}
    made = (await shop.company.owner.http.post("/orders", json=body)).json()
    assert made["gross_amount"]["amount"] == "89.99"
    await shop.pay(made["id"], "89.99")
    await shop.through(made["id"], "pick", "pack", "ship")
    line = made["lines"][0]["id"]
    refused = await shop.do(made["id"], "return", {"lines": [{"line_id": line, "quantity": "4"}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "quantity_exceeded")
    assert refused.json()["errors"][0]["params"] == {"left": "3"}
    one = {"lines": [{"line_id": line, "quantity": "1"}], "note": "外观破损"}
    back = (await shop.do(made["id"], "return", one)).json()
    assert (back["status"], back["returned_amount"]["amount"], back["refund_due"]["amount"]) == (
        "shipped",
        "30.00",
        "30.00",
    )
    assert await shop.counts("P") == ("98", "0", "98")
    refunded = await shop.pay(made["id"], "59.99")
    assert (refunded["payment_status"], refunded["refund_due"]["amount"]) == ("paid", "0.00")
    two = {"lines": [{"line_id": line, "quantity": "2"}]}
    back = (await shop.do(made["id"], "return", two)).json()
    assert (back["status"], back["returned_amount"]["amount"], back["refund_due"]["amount"]) == (
        "returned",
        "89.99",
        "59.99",
    )
    assert (await shop.pay(made["id"], "0"))["payment_status"] == "refunded"
    assert await shop.counts("P") == ("100", "0", "100")
    shipments = (await shop.company.owner.http.get(f"/orders/{made['id']}/shipments")).json()["data"]
    assert [one["kind"] for one in shipments] == ["out", "back", "back"]
    await shop.check_orders()


async def test_what_was_not_bought_does_not_leave_and_what_did_not_leave_does_not_come_back(
    shop: Shop,
) -> None:
    made = await shop.place(("P", 3))
    tables = ("orders", "order_lines", "order_shipments", "stock_levels", "stock_movements", "events")
    for verbs, verb in (("pick", "pack"), "ship"), (("ship",), "return"):
        await shop.through(made["id"], *verbs)
        before = await shop.company.digest(*tables)
        for quantity, status, code in (
            ("4", 409, "at_most"),
            ("0", 422, "out_of_range"),
            ("-1", 422, "out_of_range"),
        ):
            body = {"lines": [{"line_id": made["lines"][0]["id"], "quantity": quantity}]}
            refused = await shop.do(made["id"], verb, body)
            faults = [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]
            assert (refused.status_code, faults) == (status, [("/lines/0/quantity", code)]), (verb, quantity)
        assert await shop.company.digest(*tables) == before


async def test_the_rest_of_a_part_shipped_order_is_cancelled(shop: Shop) -> None:
    body = shop.body(("P", 3), ("Q", 2))
    body["lines"][0] |= {"unit_price": {"amount": "33.33", "currency": CNY}, "discount_percent": "10"}
    made = (await shop.company.owner.http.post("/orders", json=body)).json()
    assert [line["gross_amount"]["amount"] for line in made["lines"]] == ["89.99", "200.00"]
    await shop.pay(made["id"], "289.99")
    await shop.through(made["id"], "pick", "pack")
    first, second = (line["id"] for line in made["lines"])
    await shop.do(made["id"], "ship", {"lines": [{"line_id": first, "quantity": "1"}]})
    why = {"cancel_reason": "客户只要一台"}
    before = await shop.company.digest("orders", "order_lines", "stock_levels", "stock_movements", "events")
    twice = {**why, "lines": [{"line_id": second, "quantity": "1.5"}, {"line_id": second, "quantity": "1"}]}
    refused = await shop.do(made["id"], "cancel-remainder", twice)
    assert (refused.status_code, refused.json()["code"]) == (409, "quantity_exceeded")
    assert refused.json()["errors"][0]["pointer"] == "/lines/1/quantity"
    assert refused.json()["errors"][0]["params"] == {"left": "0.5"}
    assert (await shop.do(made["id"], "cancel-remainder", {})).status_code == 422
    assert (
        await shop.company.digest("orders", "order_lines", "stock_levels", "stock_movements", "events")
        == before
    )
    # one line of it: the other is still to come
    part = {**why, "lines": [{"line_id": second, "quantity": "2"}]}
    found = (await shop.do(made["id"], "cancel-remainder", part)).json()
    assert (found["status"], found["cancelled_amount"]["amount"], found["refund_due"]["amount"]) == (
        "part_shipped",
        "200.00",
        "200.00",
    )
    assert (await shop.counts("P"), await shop.counts("Q")) == (("99", "2", "97"), ("10", "0", "10"))
    back = {"lines": [{"line_id": first, "quantity": "1"}]}
    assert (await shop.do(made["id"], "return", back)).json()["returned_amount"]["amount"] == "30.00"
    assert (await shop.do(made["id"], "ship", back)).json()["lines"][0]["shipped"] == "2"
    # and now all that remains; the cents add up
    found = (await shop.do(made["id"], "cancel-remainder", why)).json()
    assert (found["status"], found["cancel_reason"]) == ("shipped", "客户只要一台")
    assert [(line["shipped"], line["cancelled"], line["reserved"]) for line in found["lines"]] == [
        ("2", "1", "0"),
        ("0", "2", "0"),
    ]
    amounts = {name: found[name]["amount"] for name in ("cancelled_amount", "returned_amount", "refund_due")}
    assert amounts == {"cancelled_amount": "229.99", "returned_amount": "30.00", "refund_due": "259.99"}
    assert (await shop.counts("P"), await shop.counts("Q")) == (("99", "0", "99"), ("10", "0", "10"))
    assert (await shop.pay(made["id"], "30"))["payment_status"] == "paid"
    assert (await shop.do(made["id"], "cancel-remainder", why)).json()["code"] == "wrong_state"
    assert (await shop.through(made["id"], "deliver"))["status"] == "delivered"
    ended = (await shop.do(made["id"], "return", back)).json()
    assert (ended["status"], ended["returned_amount"]["amount"], ended["refund_due"]["amount"]) == (
        "returned",
        "60.00",
        "30.00",
    )
    told = [event["type"] for event in await shop.company.rows("events", record_id=made["id"])]
    assert [kind for kind in told if "remainder" in kind] == ["order.remainder_cancelled"] * 2
    await shop.check_orders()


async def test_each_slip_makes_one_notice(shop: Shop) -> None:
    body = shop.body(("P", 3), ("Q", 1))
    body["lines"][0]["promised_on"] = "2026-02-01"
    made = (await shop.company.owner.http.post("/orders", json=body)).json()
    first, second = (line["id"] for line in made["lines"])

    async def postpone(code: int, *days: tuple[str, str], reason: str = "supplier") -> dict:
        lines = [{"line_id": line, "promised_on": day} for line, day in days]
        answer = await shop.do(made["id"], "postpone", {"lines": lines, "reason": reason})
        assert answer.status_code == code, answer.text
        return answer.json()

    late = await postpone(200, (first, "2026-02-10"), (second, "2026-02-10"))
    assert [(line["first_promised_on"], line["promised_on"]) for line in late["lines"]] == [
        ("2026-02-01", "2026-02-10"),
        ("2026-02-10", "2026-02-10"),
    ]
    again = await postpone(200, (first, "2026-02-10"))
    assert again["version"] == late["version"]
    assert (await postpone(422, (first, "2026-02-09")))["errors"][0]["code"] == "promised_earlier"
    assert (await postpone(422, (shop.customer, "2026-03-01")))["errors"][0]["code"] == "reference_not_found"
    assert (await postpone(422, (first, "2026-03-01"), reason="whim"))["errors"][0]["pointer"] == "/reason"
    await postpone(200, (first, "2026-02-20"), (second, "2026-02-20"))
    listed = (await shop.company.owner.http.get(f"/orders/{made['id']}/delay-notices")).json()["data"]
    assert [
        [(line["line_id"], line["earlier"], line["later"]) for line in one["lines"]] for one in listed
    ] == [
        [(first, "2026-02-01", "2026-02-10")],
        [(first, "2026-02-10", "2026-02-20"), (second, "2026-02-10", "2026-02-20")],
    ]
    assert len(await shop.company.rows("events", type="order.delayed")) == 2


async def test_it_is_a_guarded_record(shop: Shop) -> None:
    made = await shop.place(("P", 1))
    http, path = shop.company.owner.http, f"/orders/{made['id']}"
    assert (await http.post(f"{path}/pick")).status_code == 428
    stale = await http.post(f"{path}/pick", headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    assert (await http.post(f"{path}/pick", headers={"If-Match": '"v1"'})).json()["status"] == "picking"
    refused = await http.patch(path, json={"lines": []}, headers=ANY)
    assert [fault["code"] for fault in refused.json()["errors"]] == ["unknown_field"]


async def test_what_is_wrong_is_named(shop: Shop) -> None:
    other = (await shop.company.owner.create("/customers", name="Other"))["id"]
    contact = (await shop.company.owner.create("/contacts", name="李娜", customer_id=other))["id"]
    deal = (await shop.company.owner.create("/opportunities", name="Other", customer_id=other))["id"]
    nowhere = "01930b2e-6f00-7000-8000-000000000001"
    line = {"product_id": shop.products["P"]}
    before = await shop.company.digest("orders", "stock_levels", "events")
    for more, pointer, code in (
        ({"lines": []}, "/lines", "too_short"),
        ({"contact_id": contact}, "/contact_id", "belongs_to_another_customer"),
        ({"opportunity_id": deal}, "/opportunity_id", "belongs_to_another_customer"),
        ({"customer_id": nowhere}, "/customer_id", "reference_not_found"),
        ({"warehouse_id": nowhere}, "/warehouse_id", "reference_not_found"),
        ({"lines": [{"product_id": nowhere}]}, "/lines/0/product_id", "reference_not_found"),
        ({"lines": [{**line, "quantity": "-1"}]}, "/lines/0/quantity", "out_of_range"),
        ({"lines": [{**line, "quantity": "0"}]}, "/lines/0/quantity", "out_of_range"),
        ({"lines": [{**line, "discount_percent": "100.01"}]}, "/lines/0/discount_percent", "out_of_range"),
        ({"lines": [line], "currency": "USD"}, "/lines/0/unit_price", "currency_mismatch"),
        ({"paid_amount": {"amount": "1", "currency": CNY}}, "/paid_amount", "unknown_field"),
        ({"quote_id": nowhere}, "/quote_id", "unknown_field"),
    ):
        refused = await shop.ask(("P", 1), **more)
        faults = [(fault["pointer"], fault["code"]) for fault in refused.json().get("errors", ())]
        assert (refused.status_code, faults) == (422, [(pointer, code)]), more
    assert await shop.company.digest("orders", "stock_levels", "events") == before
    await shop.company.owner.create("/warehouses", code="BJ-1", name="北京仓")
    refused = await shop.ask(("P", 1))
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/warehouse_id", "warehouse_required")
    ]

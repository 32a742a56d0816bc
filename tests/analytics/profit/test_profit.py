"""What is left of what a customer paid: each figure exact, and for whom."""

from typing import Any

from crm_api.kit import clock
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company
from tests.factories.ledger import Ledger, money, open_ledger

EVERYTHING = {
    "received": money("1710.00"),
    "refunded": money("50.00"),
    "cost": money("573.00"),
    "expenses": money("155.50"),
    "profit": money("931.50"),
    "excluded": {"payments": 1, "refunds": 0, "goods": 1, "expenses": 1},
    "currency": "CNY",
    "redacted": [],
}


async def receipts(ledger: Ledger) -> None:
    owed = await ledger.owe("400")
    part = {"receivable_id": owed["id"], "amount": money("400")}
    payment = await ledger.receive("1000", allocations=[part])
    await ledger.receive("100 USD")
    await ledger.receive("10 EUR")
    mistake = await ledger.receive("999")
    assert (await ledger.ask(f"/payments/{mistake['id']}/reverse", reverse_reason="x")).status_code == 200
    assert (await ledger.ask(f"/payments/{payment['id']}/refund", amount=money("50"))).status_code == 200


async def goods(ledger: Ledger) -> str:
    """8 and 3 leave, 2 of the first come back; what they cost changes afterwards."""
    owner, lines = ledger.company.owner, []
    for code, cost, quantity in (("P", "60", "10"), ("Q", "10 USD", "3"), ("N", None, "1")):
        made = await owner.create(
            "/products", code=code, name=code, **({"cost": money(cost)} if cost else {})
        )
        lines.append({"product_id": made["id"], "quantity": quantity, "unit_price": money("100")})
    order = await ledger.order(lines=lines, payment_terms="credit")
    assert "unit_cost" not in order["lines"][0]
    for line in lines:
        changed = await owner.http.patch(f"/products/{line['product_id']}", json={"cost": money("9999")})
        assert changed.status_code == 200
    first, second, third = (line["id"] for line in order["lines"])
    left = [(first, "8"), (second, "3"), (third, "1")]
    for verb in ("pick", "pack"):
        await ledger.ask(f"/orders/{order['id']}/{verb}")
    for verb, parts in (("ship", left), ("return", [(first, "2")])):
        body = [{"line_id": line_id, "quantity": quantity} for line_id, quantity in parts]
        assert (await ledger.ask(f"/orders/{order['id']}/{verb}", lines=body)).status_code == 200
    return str(order["id"])


async def claims(ledger: Ledger, order_id: str) -> str:
    """Somebody else whom a line of them was for, though it names an order of the customer."""
    owner = ledger.company.owner
    other = str((await owner.create("/customers", name="别家"))["id"])
    opportunity = (await owner.create("/opportunities", name="商机", customer_id=ledger.customer))["id"]
    of_customer, of_order = {"customer_id": ledger.customer}, {"order_id": order_id}

    async def claim(*lines: tuple[str, dict[str, Any]], submit: bool = True) -> None:
        listed = [
            {"type": "travel", "spent_on": "2026-01-31", "amount": money(amount), **link}
            for amount, link in lines
        ]
        made = await owner.create("/expense-claims", name="拜访", lines=listed)
        if submit:
            asked = await owner.http.post(f"/expense-claims/{made['id']}/submit", headers={"If-Match": "*"})
            assert asked.json()["status"] == "approved", asked.text

    await claim(
        ("100", of_customer),
        ("20.50", of_order),
        ("30", {"opportunity_id": opportunity}),
        ("5", {**of_customer, **of_order}),
        ("500", {}),
        ("7", {"customer_id": other, **of_order, "opportunity_id": opportunity}),
    )
    await claim(("70 EUR", of_customer))
    await claim(("1000", of_customer), submit=False)
    return other


async def test_each_figure_is_exact_and_shown_to_whom_it_concerns(company: Company) -> None:
    ledger = await open_ledger(company)
    await company.owner.create("/exchange-rates", currency="USD", rate_on="2026-01-10", rate="7.1")
    await receipts(ledger)
    other = await claims(ledger, await goods(ledger))
    path, owner = f"/customers/{ledger.customer}/profit", company.owner
    found = await ledger.get(path)
    assert found == found | EVERYTHING | {"customer_id": ledger.customer}
    assert (await ledger.get(f"/customers/{other}/profit"))["expenses"] == money("7.00")
    today = str(clock.today("Asia/Shanghai"))
    for days, figures in (
        ({"to": "2026-01-20"}, ("1710.00", "0.00", "0.00", "0.00", "1710.00")),
        ({"from": "2026-01-21", "to": "2026-01-31"}, ("0.00", "0.00", "0.00", "155.50", "-155.50")),
        ({"from": today, "to": today}, ("0.00", "50.00", "573.00", "0.00", "-623.00")),
    ):
        told = (await owner.http.get(path, params=days)).json()
        names = ("received", "refunded", "cost", "expenses", "profit")
        assert tuple(told[name]["amount"] for name in names) == figures, days
    backwards = await owner.http.get(path, params={"from": "2026-02-01", "to": "2026-01-01"})
    assert backwards.status_code == 400

    team = await company.team()
    statuses = {}
    for role in DEFAULT_ROLES:
        actor: Actor = await company.user(role, team_id=team)
        moved = await owner.http.post(f"/customers/{ledger.customer}/assign", json={"owner_id": actor.id})
        assert moved.status_code == 200, moved.text
        answer = await actor.http.get(path)
        statuses[role] = answer.status_code
        if role == "account_manager":
            hidden = {"cost": None, "profit": None, "redacted": ["cost", "profit"]}
            open_ = {name: EVERYTHING[name] for name in ("received", "refunded", "expenses")}
            assert answer.json() == answer.json() | open_ | hidden
            assert answer.json()["excluded"]["goods"] == 0
            stranger = await company.user("account_manager", team_id=team)
            assert (await stranger.http.get(path)).status_code == 404
        elif answer.status_code == 200:
            assert answer.json() == answer.json() | EVERYTHING, role
    assert statuses == {
        "administrator": 403,
        "sales_supervisor": 200,
        "account_manager": 200,
        "executive": 200,
        "support_agent": 403,
        "marketer": 403,
        "integration": 200,
    }

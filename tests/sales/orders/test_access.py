"""Who may do what with whose order."""

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.matrix import PLACES, Matrix, expected
from tests.factories.shop import ANY, Shop

ACTIONS = ("get", "create", "patch", "assign")
REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(ACTIONS, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch"), "own"),
    "executive": {"get": "all"},
    "support_agent": {"get": "all"},
    "marketer": {},
    "integration": dict.fromkeys(ACTIONS, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    shop = Shop(company)
    await shop.open()
    # without an owner nobody but those who see everything could name the customer
    service = (await company.owner.create("/products", code="S", name="安装"))["id"]
    price = {"amount": "100", "currency": "CNY"}
    lines = [{"product_id": service, "unit_price": price}]
    customers: dict[str, str] = {}
    body = {"name": "安装", "customer_id": shop.customer, "lines": lines}
    matrix = Matrix(company, "/orders", body, {"delivery_address": "elsewhere"}, ANY)
    await matrix.furnish()
    for role, reaches in REACH.items():
        if role not in customers:
            owned = await company.owner.create("/customers", name=role, owner_id=matrix.actors[role].id)
            customers[role] = owned["id"]
        matrix.body = {**body, "customer_id": customers[role]}
        matrix.fresh.clear()
        for action in ACTIONS:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_credit_is_granted_by_those_who_may(company: Company) -> None:
    shop, team = Shop(company), await company.team()
    await shop.open(P=10)
    agent = await company.user("account_manager", team_id=team)
    supervisor = await company.user("sales_supervisor", team_id=team)
    shop.customer = (await company.owner.create("/customers", name="C", owner_id=agent.id))["id"]
    before = await company.digest("orders", "order_lines", "stock_levels", "stock_movements", "events")
    refused = await shop.ask(("P", 1), actor=agent)
    assert (refused.status_code, refused.json()["code"]) == (403, "credit_not_granted")
    assert (
        await company.digest("orders", "order_lines", "stock_levels", "stock_movements", "events") == before
    )
    made = (await shop.ask(("P", 1), actor=agent, payment_terms="prepaid")).json()
    path, credit = f"/orders/{made['id']}", {"payment_terms": "credit"}
    assert (await agent.http.patch(path, json=credit, headers=ANY)).status_code == 403
    assert (await supervisor.http.patch(path, json=credit, headers=ANY)).status_code == 200
    kept = await agent.http.patch(path, json={**credit, "notes": "x"}, headers=ANY)
    assert (kept.status_code, kept.json()["notes"]) == (200, "x"), "who keeps what was granted grants nothing"

"""Who may do what with price books."""

import httpx

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company

DONE = {"get": 200, "list": 200, "resolve": 200, "create": 201, "patch": 200, "delete": 204, "restore": 200}
READ = {"get", "list", "resolve"}
MAY = {
    "administrator": set(DONE),
    "sales_supervisor": READ | {"create", "patch"},
    "account_manager": READ,
    "executive": READ,
    "support_agent": set(),
    "marketer": set(),
    "integration": set(DONE),
}


async def perform(actor: Actor, action: str, book_id: str, product_id: str) -> httpx.Response:
    one = f"/price-books/{book_id}"
    match action:
        case "get":
            return await actor.http.get(one)
        case "list":
            return await actor.http.get("/price-books")
        case "resolve":
            asked = {"currency": "CNY", "lines": [{"product_id": product_id}]}
            return await actor.http.post("/price-books/resolve", json=asked)
        case "create":
            return await actor.http.post(
                "/price-books", json={"name": "N", "currency": "CNY", "active": False}
            )
        case "patch":
            return await actor.http.patch(one, json={"name": "N"})
        case "delete":
            return await actor.http.delete(one)
        case _:
            return await actor.http.post(f"{one}/restore")


async def test_role_by_action(company: Company) -> None:
    assert set(MAY) == set(DEFAULT_ROLES)
    tables = ("price_books", "price_book_entries", "events")
    product = await company.owner.create("/products", code="P", name="P")
    for role, actions in MAY.items():
        actor = await company.user(role)
        for action, done in DONE.items():
            made = await company.owner.create("/price-books", name="M", currency="CNY", active=False)
            if action == "restore":
                await company.owner.http.delete(f"/price-books/{made['id']}")
            before = await company.digest(*tables)
            answer = await perform(actor, action, made["id"], product["id"])
            assert answer.status_code == (done if action in actions else 403), (role, action)
            changes = action in actions - READ
            assert (await company.digest(*tables) != before) is changes, (role, action)

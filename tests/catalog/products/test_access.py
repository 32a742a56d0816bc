"""Who may do what with products, and who sees what they cost."""

import httpx
import pytest

from crm_api.catalog.products.resource import products
from crm_api.kit.errors import Invalid
from crm_api.kit.principal import Principal, Right
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company

DONE = {"get": 200, "list": 200, "create": 201, "patch": 200, "retire": 200, "delete": 204, "restore": 200}
MAY = {
    "administrator": set(DONE),
    "sales_supervisor": {"get", "list", "create", "patch", "retire"},
    "account_manager": {"get", "list"},
    "executive": {"get", "list"},
    "support_agent": {"get", "list"},
    "marketer": {"get", "list"},
    "integration": set(DONE),
}
HIDDEN_FROM = ("account_manager", "support_agent", "marketer")


async def perform(actor: Actor, action: str, product_id: str, code: str) -> httpx.Response:
    one = f"/products/{product_id}"
    match action:
        case "get":
            return await actor.http.get(one)
        case "list":
            return await actor.http.get("/products")
        case "create":
            return await actor.http.post("/products", json={"code": code, "name": "New"})
        case "patch":
            return await actor.http.patch(one, json={"name": code})
        case "delete":
            return await actor.http.delete(one)
        case verb:
            return await actor.http.post(f"{one}/{verb}")


async def test_role_by_action(company: Company) -> None:
    assert set(MAY) == set(DEFAULT_ROLES)
    tables = ("products", "events", "external_ids", "search_documents")
    for role, actions in MAY.items():
        actor = await company.user(role)
        for action, done in DONE.items():
            code = f"{role} {action}"
            made = await company.owner.create("/products", code=f"for {code}", name="P")
            if action == "restore":
                await company.owner.http.delete(f"/products/{made['id']}")
            before = await company.digest(*tables)

            answer = await perform(actor, action, made["id"], code)

            assert answer.status_code == (done if action in actions else 403), (role, action)
            changes = action in actions and action not in ("get", "list")
            assert (await company.digest(*tables) != before) is changes, (role, action)


@pytest.fixture
async def priced(company: Company) -> str:
    """Two products, one of which costs us 80 dollars and is not sold below."""
    await company.owner.create("/products", code="P-2", name="Free")
    cost = {"amount": "80", "currency": "USD"}
    made = await company.owner.create("/products", code="P-1", name="Gateway", cost=cost, floor_price=cost)
    return str(made["id"])


@pytest.mark.parametrize("role", HIDDEN_FROM)
async def test_the_cost_is_hidden_on_every_path(company: Company, priced: str, role: str) -> None:
    actor = await company.user(role)
    for answer in (
        await actor.http.get(f"/products/{priced}"),
        await actor.http.get("/products?code=P-1"),
        await actor.http.get("/products?q=gateway&sort=-list_price"),
        await actor.http.post(
            "/products/query", json={"filter": {"field": "code", "op": "eq", "value": "P-1"}}
        ),
    ):
        assert answer.status_code == 200
        found = answer.json().get("data", [answer.json()])
        assert [(record["id"], record["cost"], record["floor_price"]) for record in found] == [
            (priced, None, None)
        ]
        assert found[0]["redacted"] == ["cost", "floor_price"]
        assert "80" not in answer.text.replace(priced, "").split('"created_at"')[0]
        assert "USD" not in answer.text


@pytest.mark.parametrize("role", HIDDEN_FROM)
async def test_what_is_hidden_is_refused_like_what_does_not_exist(
    company: Company, priced: str, role: str
) -> None:
    actor = await company.user(role)
    for name in ("cost", "cost[gte]", "cost[is_null]", "cost.currency"):
        for asked in (name, name.replace("cost", "qzzz")):
            answer = await actor.http.get("/products", params={asked: "80"})
            fault = answer.json()["errors"][0]
            assert (answer.status_code, fault["code"]) == (400, "unknown_parameter")
            assert "cost" not in fault["params"]["hint"]
    for field in ("cost", "cost.currency", "qzzz"):
        tree = {"not": {"field": field, "op": "eq", "value": "80"}}
        answer = await actor.http.post("/products/query", json={"filter": tree})
        fault = answer.json()["errors"][0]
        assert (answer.status_code, fault["pointer"]) == (422, "/filter/not/field")
        assert fault["code"] == "unknown_field"
        assert "cost" not in fault["params"]["hint"]
    answer = await actor.http.get("/products?sort=cost")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_sortable")


async def test_two_roles_see_what_one_of_them_sees(company: Company, priced: str) -> None:
    actor = await company.user("account_manager", "executive")

    seen = (await actor.http.get(f"/products/{priced}")).json()

    assert (seen["cost"], seen["redacted"]) == ({"amount": "80.00", "currency": "USD"}, [])
    assert len((await actor.http.get("/products?cost.currency=USD")).json()["data"]) == 1


@pytest.mark.parametrize(
    ("right", "code"),
    [(Right.HIDDEN, "unknown_field"), (Right.MASKED, "unknown_field"), (Right.READ_ONLY, "read_only")],
)
def test_a_body_may_not_write_what_its_author_may_not_write(right: Right, code: str) -> None:
    principal = Principal("t", "u", restrictions={"products": {"cost": right}})
    unit = UnitOfWork(None, principal)  # type: ignore[arg-type]

    refuse_unwritable(unit, products, {"name": "x", "list_price": None})
    with pytest.raises(Invalid) as refused:
        refuse_unwritable(unit, products, {"name": "x", "cost": None, "cost_currency": None})

    assert [(fault.at, fault.code) for fault in refused.value.faults] == [("/cost", code)]

"""Entity tags and writes meant for one version of a record."""

from dataclasses import replace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from crm_api.catalog.products.models import Product
from crm_api.catalog.products.resource import products
from crm_api.catalog.products.schemas import ProductUpdate
from crm_api.kit.allowed import allowed
from crm_api.kit.dispatch import Dispatch
from crm_api.kit.http import KitRoute
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork
from tests.factories.companies import Company
from tests.factories.floors import Floor


async def _customer(company: Company, **body: object) -> tuple[str, dict[str, object]]:
    made = await company.owner.create("/customers", **{"name": "Acme", **body})
    return f"/customers/{made['id']}", made


async def test_an_answer_names_the_version_it_shows(company: Company) -> None:
    http = company.owner.http
    created = await http.post("/customers", json={"name": "Acme"})
    one = f"/customers/{created.json()['id']}"
    assert created.headers["etag"] == '"v1"'
    assert created.headers["location"] == f"/api/v1{one}"
    assert (await http.patch(one, json={"level": "A"})).headers["etag"] == '"v2"'
    assert (await http.get(one)).headers["etag"] == '"v2"'
    assert "etag" not in (await http.get("/customers")).headers


async def test_what_shows_less_than_all_has_a_weak_tag(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    marketer = await company.user("marketer")
    seen = await marketer.http.get(f"/customers/{made['id']}")
    assert (seen.headers["etag"], seen.json()["redacted"]) == ('W/"v1"', ["emails", "phones", "tax_id"])


@pytest.mark.parametrize(
    ("tags", "status"),
    [('"v1"', 304), ('W/"v1"', 304), ('"x", "v1"', 304), ("*", 304), ('"v2"', 200), ("", 200)],
)
async def test_what_the_client_has_is_not_sent_again(company: Company, tags: str, status: int) -> None:
    one, _ = await _customer(company)
    answer = await company.owner.http.get(one, headers={"If-None-Match": tags})
    assert answer.status_code == status
    assert answer.headers["etag"] == '"v1"'
    assert bool(answer.content) is (status == 200)


@pytest.mark.parametrize("tags", ['"v1"', 'W/"v1"', '"v7", "v1"', "*"])
async def test_a_write_meant_for_this_version_is_done(company: Company, tags: str) -> None:
    one, _ = await _customer(company)
    answer = await company.owner.http.patch(one, json={"level": "A"}, headers={"If-Match": tags})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


@pytest.mark.parametrize("tags", ["v1", '"v1', "'v1'", '"v1" "v2"', ""])
async def test_what_is_no_entity_tag_is_refused(company: Company, tags: str) -> None:
    one, made = await _customer(company)
    answer = await company.owner.http.patch(one, json={"level": "A"}, headers={"If-Match": tags})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_header")
    assert answer.json()["errors"][0]["header"] == "If-Match"
    assert (await company.owner.http.get(one)).json()["version"] == made["version"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
async def test_a_write_meant_for_another_version_changes_nothing(company: Company, method: str) -> None:
    one, _ = await _customer(company)
    http = company.owner.http
    await http.patch(one, json={"level": "A", "region": "华东"})
    before = await company.rows("events")
    path, body = (f"{one}/assign", {"owner_id": None}) if method == "POST" else (one, {"level": "B"})
    answer = await http.request(
        method, path, json=None if method == "DELETE" else body, headers={"If-Match": '"v1"'}
    )
    assert answer.status_code == 412
    problem = answer.json()
    current = (await http.get(one)).json()
    assert (problem["code"], problem["version"], problem["current"]) == ("precondition_failed", 2, current)
    assert answer.headers["etag"] == '"v2"'
    clashes = [fault["pointer"] for fault in problem["errors"]]
    assert clashes == (["/level"] if method == "PATCH" else [])
    assert await company.rows("events") == before


async def test_disjoint_edits_are_merged_on_request_and_clashing_ones_are_not(company: Company) -> None:
    one, _ = await _customer(company)
    http = company.owner.http
    await http.patch(one, json={"level": "A"})
    stale = {"If-Match": '"v1"', "Prefer": "merge"}
    assert (await http.patch(one, json={"region": "华东"}, headers={"If-Match": '"v1"'})).status_code == 412
    merged = await http.patch(one, json={"region": "华东"}, headers=stale)
    assert (merged.status_code, merged.json()["level"], merged.json()["region"]) == (200, "A", "华东")
    clash = await http.patch(one, json={"region": "华北", "level": "B"}, headers=stale)
    assert (clash.status_code, clash.json()["version"]) == (412, 3)
    assert [fault["pointer"] for fault in clash.json()["errors"]] == ["/level", "/region"]
    unknown = await http.patch(one, json={"website": "x.cn"}, headers={**stale, "If-Match": '"other"'})
    assert unknown.status_code == 412


async def test_the_state_in_a_refusal_shows_what_its_reader_may_see(company: Company) -> None:
    agent = await company.user("support_agent")
    made = await company.owner.create("/contacts", name="Li", emails=["li@example.com"])
    one = f"/contacts/{made['id']}"
    await company.owner.http.patch(one, json={"title": "CTO"})
    answer = await agent.http.patch(one, json={"title": "CEO"}, headers={"If-Match": '"v1"'})
    assert answer.status_code == 412
    assert answer.json()["current"] == (await agent.http.get(one)).json()


async def test_what_is_invisible_or_forbidden_comes_before_the_version(floor: Floor) -> None:
    made = await floor.stranger.create("/customers", name="Acme")
    one, stale = f"/customers/{made['id']}", {"If-Match": '"v9"'}
    executive = await floor.company.user("executive")
    assert (await floor.agent.http.patch(one, json={"level": "A"}, headers=stale)).status_code == 404
    assert (await executive.http.patch(one, json={"level": "A"}, headers=stale)).status_code == 403


async def test_if_match_where_no_record_is_named_is_refused(company: Company) -> None:
    answer = await company.owner.http.post("/customers", json={"name": "A"}, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unexpected_header")
    assert await company.rows("customers") == []


def guarding(company: Company) -> httpx.AsyncClient:
    """A client of an application whose products are guarded, as money and contract documents are."""
    guarded = replace(products, guarded=True)
    router = APIRouter(prefix="/api/v1/products", route_class=KitRoute)

    @router.patch("/{product_id}", operation_id="products_update")
    async def update_product(
        product_id: str, data: ProductUpdate, uow: Annotated[UnitOfWork, allowed(products.update)]
    ) -> Any:
        repository: Repository[Product] = Repository(uow, guarded)
        product = await repository.load(product_id)
        product.put({"name": data.name})
        return await repository.save(product)

    app = FastAPI()
    app.state.edge = company.served.app.state.edge
    app.middleware_stack = Dispatch(router.routes, app.build_middleware_stack())
    headers = {"Authorization": f"Bearer {company.owner.token}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test", headers=headers)


async def test_a_guarded_record_is_changed_only_with_if_match(company: Company) -> None:
    made = await company.owner.create("/products", code="P", name="P")
    async with guarding(company) as http:
        path = f"/api/v1/products/{made['id']}"
        for tags, status in ((None, 428), ('"v2"', 412), ('"v1"', 200), ("*", 200)):
            headers = {"If-Match": tags} if tags else {}
            answer = await http.patch(path, json={"name": f"Q{tags}"}, headers=headers)
            assert answer.status_code == status, answer.text
    assert [row["version"] for row in await company.rows("products")] == [3]

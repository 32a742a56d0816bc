"""Whose views are read, used and changed by whom."""

import pytest

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect, key

# who may read customers, and so the shared views of them
READERS = set(DEFAULT_ROLES) - {"administrator"}
TOUCHED = "saved_views"


@pytest.mark.parametrize("shared", [True, False])
async def test_role_by_action_on_the_view_of_another(company: Company, shared: bool) -> None:
    actors = await everybody(company)
    view = (await company.owner.create("/saved-views", name="V", resource="customers", shared=shared))["id"]
    path = f"/saved-views/{view}"

    for role, actor in actors.items():
        seen = shared and role in READERS
        await expect(company, actor, lambda http: http.get(path), 200 if seen else 404)
        listed = await expect(company, actor, lambda http: http.get("/saved-views"), 200)
        assert [record["id"] for record in listed.json()["data"]] == ([view] if seen else [])
        refused = 403 if seen else 404
        await expect(company, actor, lambda http: http.patch(path, json={"name": "x"}), refused, TOUCHED)
        await expect(company, actor, lambda http: http.delete(path), refused, TOUCHED)
        used = 200 if seen else 403 if role not in READERS else 400
        await expect(company, actor, lambda http: http.get(f"/customers?view={view}"), used)
    await company.owner.http.delete(path)
    for role, actor in actors.items():
        refused = 403 if shared and role in READERS else 404
        await expect(company, actor, lambda http: http.post(f"{path}/restore"), refused, TOUCHED)


async def test_everybody_has_views_of_their_own(company: Company) -> None:
    for role, actor in (await everybody(company)).items():
        body = {"name": role, "resource": "users", "filter": {"field": "name", "op": "eq", "value": role}}
        made = await expect(company, actor, lambda http, b=body: http.post("/saved-views", json=b), 201)
        path = f"/saved-views/{made.json()['id']}"
        assert made.json()["owner_id"] == actor.id
        listed = (await actor.http.get("/saved-views")).json()["data"]
        assert [record["name"] for record in listed] == [role]
        await expect(company, actor, lambda http, p=path: http.get(p), 200)
        await expect(company, actor, lambda http, p=path: http.patch(p, json={"shared": False}), 200)
        await expect(company, actor, lambda http, p=path: http.delete(p), 204)
        await expect(company, actor, lambda http, p=path: http.post(f"{p}/restore"), 200)


async def test_whoever_may_not_read_views_uses_none(company: Company) -> None:
    view = (await company.owner.create("/saved-views", name="V", resource="customers", shared=True))["id"]
    integration = await key(company, "customers:read")

    await expect(company, integration, lambda http: http.get("/saved-views"), 403)
    answer = await expect(company, integration, lambda http: http.get(f"/customers?view={view}"), 400)
    assert answer.json()["errors"][0]["code"] == "reference_not_found"


async def test_a_view_of_another_company_is_none(company: Company, other_company: Company) -> None:
    theirs = (await other_company.owner.create("/saved-views", name="V", resource="customers", shared=True))[
        "id"
    ]

    answer = await expect(company, company.owner, lambda http: http.get(f"/customers?view={theirs}"), 400)
    assert answer.json()["errors"][0]["code"] == "reference_not_found"
    await expect(company, company.owner, lambda http: http.get(f"/saved-views/{theirs}"), 404)

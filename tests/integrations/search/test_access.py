"""Search shows what a get shows, and nothing that a field right hides."""

import pytest

from crm_api import wiring
from crm_api.kit.principal import Right
from crm_api.roles import ROLES
from tests.database import Databases
from tests.factories.companies import Company
from tests.factories.floors import Floor
from tests.factories.grants import share
from tests.integrations.search.plans import search_plan


async def test_reach_is_that_of_a_get(floor: Floor) -> None:
    company = floor.company
    owners = [floor.supervisor.id, floor.agent.id, floor.mate.id, floor.stranger.id, None]
    made = [
        (await company.owner.create("/customers", name="Acme", owner_id=owner_id))["id"]
        for owner_id in owners
    ]
    visible = {
        floor.supervisor: made[:3],
        floor.agent: made[1:2],
        floor.mate: made[2:3],
        floor.stranger: made[3:4],
        await company.user("executive"): made,
        await company.user("administrator"): [],
    }
    for actor, ids in visible.items():
        for q in ("acme", "akme"):
            found = (await actor.http.get("/search", params={"q": q})).json()["data"]
            assert {hit["id"] for hit in found} == set(ids), q


async def test_a_shared_record_is_found(floor: Floor) -> None:
    made = await floor.company.owner.create("/customers", name="Acme", owner_id=floor.stranger.id)
    await share(floor.company, "customers", made["id"], floor.agent.id, "read")
    for q in ("acme", "akme"):
        found = (await floor.agent.http.get("/search", params={"q": q})).json()["data"]
        assert [hit["id"] for hit in found] == [made["id"]]


async def test_what_others_have_does_not_hide_similar_words(floor: Floor) -> None:
    """Whether typing errors are forgiven depends on what the caller sees, not on what there is."""
    mine = await floor.agent.create("/customers", name="Acme")
    await floor.stranger.create("/customers", name="Akme")
    for path in ("/search", "/customers"):
        found = (await floor.agent.http.get(path, params={"q": "akme"})).json()["data"]
        assert [hit["id"] for hit in found] == [mine["id"]]


async def test_hidden_and_masked_fields_are_neither_searched_nor_shown(company: Company) -> None:
    await company.owner.create("/contacts", name="李娜", phones=["138 0013 8000"], emails=["li@example.com"])
    await company.owner.create("/customers", name="Acme", tax_id="91310115MA1K4")
    marketer, agent = await company.user("marketer"), await company.user("support_agent")
    for actor, q, count in (
        (marketer, "8000", 0),
        (marketer, "li@example.com", 0),
        (marketer, "91310115MA1K4", 0),
        (agent, "8000", 1),
        (agent, "91310115MA1K4", 0),
        (company.owner, "91310115MA1K4", 1),
    ):
        assert len((await actor.http.get("/search", params={"q": q})).json()["data"]) == count, q
    (hit,) = (await marketer.http.get("/search?q=李娜")).json()["data"]
    assert (hit["title"], hit["redacted"]) == ("李娜", ["emails", "phones"])
    assert hit["highlight"]["field"] == "name"
    (hit,) = (await agent.http.get("/search?q=acme")).json()["data"]
    assert hit["redacted"] == ["tax_id"]


async def test_types_that_one_may_not_read(company: Company) -> None:
    administrator, agent = await company.user("administrator"), await company.user("support_agent")
    assert (await administrator.http.get("/search?q=a&types=customers")).status_code == 403
    assert (await administrator.http.get("/search?q=a&types=products")).status_code == 200
    assert (await agent.http.get("/search?q=a&types=customers,opportunities")).status_code == 403
    assert (await company.client().get("/search?q=a")).status_code == 401


async def test_another_company_finds_nothing(company: Company, other_company: Company) -> None:
    await company.owner.create("/customers", name="Acme", phones=["138 0013 8000"])
    for q in ("acme", "akme", "8000"):
        answer = await other_company.owner.http.get("/search", params={"q": q})
        assert answer.json() == {"data": [], "has_more": False}


@pytest.mark.parametrize("resource", wiring.RESOURCES, ids=lambda resource: resource.name)
def test_a_field_that_some_role_may_not_see_is_searched_apart(resource: object) -> None:
    hidden = {
        name
        for role in ROLES.values()
        for name, right in role.fields.get(resource.name, {}).items()
        if right is not Right.READ_ONLY
    }
    assert hidden & set(resource.search) <= set(resource.sensitive_search)
    assert resource.label not in hidden


@pytest.mark.parametrize("function", ["crm_search", "crm_search_similar"])
async def test_the_search_functions_use_the_index(databases: Databases, function: str) -> None:
    plan = await search_plan(databases.admin_dsn, function)
    assert "search_documents_grams_idx" in plan, plan
    assert "Seq Scan on search_documents" not in plan, plan

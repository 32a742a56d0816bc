"""Views are saved, used with further parameters, and validated whenever they are saved or used."""

from typing import Any

import pytest

from tests.factories.companies import Actor, Company
from tests.factories.everybody import key
from tests.factories.statements import Statements

LEVEL_A = {"field": "level", "op": "eq", "value": "A"}


async def customers(company: Company) -> None:
    for name, level, region in [("a", "A", "x"), ("b", "A", "y"), ("c", "B", "x"), ("d", None, "x")]:
        await company.owner.create("/customers", name=name, level=level, region=region)


async def save(actor: Actor, **body: Any) -> str:
    made = await actor.create("/saved-views", **{"name": "View", "resource": "customers", **body})
    return str(made["id"])


async def names(actor: Actor, query: str) -> list[str]:
    answer = await actor.http.get(f"/customers?{query}")
    assert answer.status_code == 200, answer.text
    return [record["name"] for record in answer.json()["data"]]


async def test_a_view_is_what_was_saved(company: Company) -> None:
    body = {
        "name": "Important",
        "resource": "customers",
        "filter": {"and": [LEVEL_A, {"not": {"field": "owner.name", "op": "contains", "value": "x"}}]},
        "sort": ["-name"],
        "fields": ["id", "name", "owner.name"],
        "expand": ["owner"],
        "shared": True,
    }
    made = await company.owner.create("/saved-views", **body)

    assert {name: made[name] for name in body} == body
    assert made["owner_id"] == company.owner.id
    assert (await company.owner.http.get(f"/saved-views/{made['id']}")).json() == made
    assert (await company.owner.http.get("/saved-views?resource=customers&shared=true")).json()["data"] == [
        made
    ]


async def test_a_view_lists_as_its_request_would_and_takes_further_parameters(company: Company) -> None:
    await customers(company)
    view = await save(company.owner, filter=LEVEL_A, sort=["-name"], fields=["name"])

    assert await names(company.owner, f"view={view}") == ["b", "a"]
    assert await names(company.owner, f"view={view}&sort=name") == ["a", "b"]
    assert await names(company.owner, f"view={view}&region=x") == ["a"]
    assert await names(company.owner, f"view={view}&q=b") == ["b"]
    answer = (await company.owner.http.get(f"/customers?view={view}&region=x&include_total=true")).json()
    assert (answer["data"], answer["page"]["total"]) == ([{"name": "a", "redacted": []}], 1)
    answer = (await company.owner.http.get(f"/customers?view={view}&region=x&fields=region")).json()
    assert answer["data"] == [{"region": "x", "redacted": []}]

    body = {"view": view, "filter": {"field": "region", "op": "eq", "value": "y"}, "sort": ["name"]}
    answer = await company.owner.http.post("/customers/query", json=body)
    assert answer.json()["data"] == [{"name": "b", "redacted": []}]


async def test_pages_of_a_view_follow_its_cursor_until_it_changes(company: Company) -> None:
    await customers(company)
    view = await save(company.owner, filter=LEVEL_A, sort=["name"])
    http = company.owner.http
    first = (await http.get(f"/customers?view={view}&limit=1")).json()
    following = f"/customers?view={view}&limit=1&cursor={first['page']['next_cursor']}"

    assert (await http.get(following)).json()["data"][0]["name"] == "b"
    change = {"filter": {"field": "level", "op": "eq", "value": "B"}}
    assert (await http.patch(f"/saved-views/{view}", json=change)).status_code == 200
    answer = await http.get(following)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_relative_dates_of_a_view_are_meant_where_its_user_is(company: Company) -> None:
    await customers(company)
    view = await save(company.owner, filter={"field": "created_at", "op": "within_last", "value": "1d"})

    assert len(await names(company.owner, f"view={view}&tz=Pacific/Kiritimati")) == 4


async def test_a_view_costs_one_statement_more(company: Company, statements: Statements) -> None:
    view = await save(company.owner, filter=LEVEL_A)
    await names(company.owner, f"view={view}")

    async with statements.counted() as sent:
        await names(company.owner, f"view={view}")
    assert sent.verbs == ["BEGIN", "SELECT", "SELECT", "COMMIT"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"resource": "customer"}, "/resource", "reference_not_found"),
        ({"resource": "principals"}, "/resource", "reference_not_found"),
        ({"filter": {"field": "nam", "op": "eq", "value": "x"}}, "/filter/field", "unknown_field"),
        ({"filter": {"field": "name_sort", "op": "eq", "value": "x"}}, "/filter/field", "unknown_field"),
        ({"filter": {"field": "created_at", "op": "eq", "value": "soon"}}, "/filter/value", "invalid_value"),
        ({"filter": {"or": [LEVEL_A] * 51}}, "/filter/or/50", "too_many"),
        (
            {"filter": {"not": {"not": {"not": {"not": {"not": LEVEL_A}}}}}},
            "/filter" + "/not" * 5,
            "too_deep",
        ),
        ({"sort": ["level"]}, "/sort", "not_sortable"),
        ({"fields": ["nam"]}, "/fields", "unknown_field"),
        ({"fields": []}, "/fields", "too_short"),
        ({"fields": ["id,name"]}, "/fields", "unknown_field"),
        ({"expand": ["parent.parent.parent"]}, "/expand", "too_far"),
        ({"owner_id": "01930b2e-6f00-7000-8000-000000000001"}, "/owner_id", "unknown_field"),
    ],
)
async def test_what_could_not_be_asked_for_cannot_be_saved(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    given = {"name": "View", "resource": "customers", **body}
    answer = await company.owner.http.post("/saved-views", json=given)

    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert await company.rows("saved_views") == []
    if "resource" not in body:
        view = await save(company.owner)
        answer = await company.owner.http.patch(f"/saved-views/{view}", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_view_that_is_none_is_refused(company: Company) -> None:
    contacts = await save(company.owner, resource="contacts")
    gone = await save(company.owner)
    assert (await company.owner.http.delete(f"/saved-views/{gone}")).status_code == 204
    random = "01930b2e-6f00-7000-8000-000000000001"

    for view in (contacts, gone, random, "x", ""):
        answer = await company.owner.http.get(f"/customers?view={view}")
        assert answer.status_code == 400, view
        fault = answer.json()["errors"][0]
        assert (fault["parameter"], fault["code"]) == ("view", "reference_not_found")
    answer = await company.owner.http.post("/customers/query", json={"view": random})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/view")
    twice = await company.owner.http.get(f"/customers?view={random}&view={random}")
    assert twice.status_code == 400


async def test_a_restored_view_works_again(company: Company) -> None:
    await customers(company)
    view = await save(company.owner, filter=LEVEL_A)
    await company.owner.http.delete(f"/saved-views/{view}")
    assert (await company.owner.http.post(f"/saved-views/{view}/restore")).status_code == 200

    assert sorted(await names(company.owner, f"view={view}")) == ["a", "b"]


async def test_a_view_is_checked_again_by_the_rights_of_whoever_uses_it(company: Company) -> None:
    await customers(company)
    shared = await save(
        company.owner, filter={"field": "tax_id", "op": "eq", "value": "T"}, shared=True, fields=["tax_id"]
    )
    marketer = await company.user("marketer")
    answer = await marketer.http.get(f"/customers?view={shared}")
    fault = answer.json()["errors"][0]
    assert (answer.status_code, fault["parameter"], fault["code"]) == (400, "view", "unknown_field")

    # nor can they save it
    body = {"name": "Mine", "resource": "customers", "filter": {"field": "tax_id", "op": "eq", "value": "T"}}
    answer = await marketer.http.post("/saved-views", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/filter/field")
    integration = await key(company, "saved_views:read", "saved_views:create", "contacts:read")
    answer = await integration.http.post("/saved-views", json={"name": "Mine", "resource": "customers"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/resource")

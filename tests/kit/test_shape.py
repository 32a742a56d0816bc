"""`fields` and `expand`: what is asked for is shown, no more is read, and neighbours stay behind the caller's walls."""

from typing import Any

import pytest

from crm_api.kit.registries import RESOURCES
from crm_api.kit.relations import relations
from crm_api.kit.showing import NARROW_SHAPES
from tests.factories.companies import Actor, Company
from tests.factories.everybody import key
from tests.factories.floors import Floor
from tests.factories.statements import Statements

READ = ["BEGIN", "SELECT", "COMMIT"]


async def three_ways(http: Any, record_id: str, **asked: str) -> dict[str, Any]:
    """The record as a get, a list and a query show it, which must be the same."""
    got = await http.get(f"/contacts/{record_id}", params=asked)
    listed = await http.get("/contacts", params={"id": record_id, **asked})
    condition = {"field": "id", "op": "eq", "value": record_id}
    body = {"filter": condition, **{name: text.split(",") for name, text in asked.items()}}
    queried = await http.post("/contacts/query", json=body)
    assert (got.status_code, listed.status_code, queried.status_code) == (200, 200, 200), (
        got.text + listed.text
    )
    assert [got.json()] == listed.json()["data"] == queried.json()["data"]
    found: dict[str, Any] = got.json()
    return found


async def contact_of(owner: Actor, **customer: Any) -> dict[str, Any]:
    made = await owner.create("/customers", **{"name": "Acme", "level": "A", **customer})
    return await owner.create("/contacts", name="Li Na", customer_id=made["id"], phones=["+86 138 0013 8000"])


async def test_only_what_is_asked_for_is_shown_and_read(company: Company, statements: Statements) -> None:
    made = await contact_of(company.owner)
    http = company.owner.http

    assert await three_ways(http, made["id"], fields="name,id") == {
        "id": made["id"],
        "name": "Li Na",
        "redacted": [],
    }
    async with statements.counted() as sent:
        await http.get("/contacts?fields=id,phones")
    assert sent.verbs == READ
    assert "phones" in sent.sent[1]
    assert "birthday" not in sent.sent[1]


async def test_fields_of_neighbours(company: Company) -> None:
    made = await contact_of(company.owner)

    asked = "id,customer.name,customer.owner.email,owner.name"
    assert await three_ways(company.owner.http, made["id"], fields=asked) == {
        "id": made["id"],
        "customer": {
            "name": "Acme",
            "owner": {"email": company.email, "redacted": []},
            "redacted": [],
        },
        "owner": {"name": made_name(await company.rows("users")), "redacted": []},
        "redacted": [],
    }


def made_name(users: list[dict[str, Any]]) -> str:
    return str(users[0]["name"])


async def test_expanded_neighbours_stand_beside_their_ids_as_a_get_shows_them(
    company: Company, statements: Statements
) -> None:
    made = await contact_of(company.owner)
    http = company.owner.http
    customer = (await http.get(f"/customers/{made['customer_id']}")).json()
    owner = (await http.get(f"/users/{company.owner.id}")).json()

    shown = await three_ways(http, made["id"], expand="owner,customer.owner,reports_to,team")
    assert shown == {
        **made,
        "customer": {**customer, "owner": owner},
        "owner": owner,
        "reports_to": None,
        "team": None,
    }
    assert list(shown)[: len(made) - 1] == [name for name in made if name != "redacted"]

    async with statements.counted() as sent:
        await http.get("/contacts?expand=owner,customer.owner,reports_to,team")
        await http.get(f"/contacts/{made['id']}?expand=owner,customer.owner,reports_to,team")
    assert sent.verbs == READ * 2


async def test_children_of_a_neighbour_and_money_are_shown_whole(company: Company) -> None:
    product = await company.owner.create(
        "/products", name="Gateway", code="G", list_price={"amount": "10.50", "currency": "USD"}
    )
    deal = await company.owner.create("/opportunities", name="Deal", lines=[{"product_id": product["id"]}])
    http = company.owner.http
    pipeline = (await http.get(f"/pipelines/{deal['pipeline_id']}")).json()

    shown = (await http.get(f"/opportunities/{deal['id']}?expand=pipeline&fields=amount,lines")).json()
    assert shown == {"amount": deal["amount"], "lines": deal["lines"], "pipeline": pipeline, "redacted": []}
    shown = (await http.get(f"/opportunities/{deal['id']}?fields=pipeline.stages")).json()
    assert shown == {"pipeline": {"stages": pipeline["stages"], "redacted": []}, "redacted": []}


async def test_of_a_neighbour_out_of_reach_only_the_id_is_told(floor: Floor) -> None:
    theirs = await floor.stranger.create("/customers", name="Secret", level="A")
    made = await floor.company.owner.create(
        "/contacts", name="Li Na", customer_id=theirs["id"], owner_id=floor.agent.id
    )
    http = floor.agent.http

    shown = await three_ways(http, made["id"], expand="customer.owner")
    assert shown["customer"] == {"id": theirs["id"], "name": None, "redacted": ["name"]}
    shown = await three_ways(http, made["id"], fields="customer.level,customer.owner.name")
    assert shown["customer"] == {"level": None, "redacted": ["level"]}
    shown = await three_ways(http, made["id"], fields="customer.id,customer.name")
    assert shown["customer"] == {"id": theirs["id"], "name": None, "redacted": ["name"]}

    await floor.company.owner.http.delete(f"/customers/{theirs['id']}")
    shown = await three_ways(floor.company.owner.http, made["id"], expand="customer")
    assert shown["customer"] == {"id": theirs["id"], "name": None, "redacted": ["name"]}


async def test_who_may_not_read_the_neighbours_is_told_their_ids(company: Company) -> None:
    made = await contact_of(company.owner)
    integration = await key(company, "contacts:read")

    shown = await three_ways(integration.http, made["id"], expand="customer,owner", fields="id")
    assert shown["customer"] == {"id": made["customer_id"], "name": None, "redacted": ["name"]}
    assert shown["owner"] == {"id": company.owner.id, "name": None, "redacted": ["name"]}


async def test_the_field_rights_of_the_neighbour_hold(company: Company) -> None:
    made = await contact_of(company.owner, tax_id="9131-ABCDEFGH", emails=["a@example.com"])
    agent = await company.user("support_agent")
    marketer = await company.user("marketer")

    shown = await three_ways(agent.http, made["id"], fields="id,customer.tax_id,customer.level")
    assert shown["customer"] == {"tax_id": "*********EFGH", "level": "A", "redacted": ["tax_id"]}
    shown = await three_ways(marketer.http, made["id"], fields="phones,customer.name", expand="customer")
    assert shown == {"phones": None, "customer": {"name": "Acme", "redacted": []}, "redacted": ["phones"]}
    shown = await three_ways(marketer.http, made["id"], expand="customer")
    assert shown["customer"]["redacted"] == ["emails", "phones", "tax_id"]
    assert (shown["customer"]["tax_id"], shown["customer"]["emails"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "parameter", "code", "hint"),
    [
        ("fields=id,nam", "fields", "unknown_field", " → name"),
        ("fields=", "fields", "unknown_field", ""),
        ("fields=id,", "fields", "unknown_field", ""),
        ("fields=name_sort", "fields", "unknown_field", " → name"),
        ("fields=tenant_id", "fields", "unknown_field", None),
        ("fields=customer", "fields", "unknown_field", " → customer_id"),
        ("fields=customer.nam", "fields", "unknown_field", " → customer.name"),
        ("fields=customer.owner.emial", "fields", "unknown_field", " → customer.owner.email"),
        ("fields=name.first", "fields", "unknown_field", None),
        ("fields=custom_fields.nothing", "fields", "unknown_field", None),
        ("fields=customer.parent.parent.name", "fields", "too_far", None),
        ("fields=" + ",".join(["id"] * 101), "fields", "too_many", None),
        ("expand=", "expand", "unknown_field", ""),
        ("expand=owners", "expand", "unknown_field", " → owner"),
        ("expand=owner_id", "expand", "unknown_field", " → owner"),
        ("expand=created_by", "expand", "unknown_field", None),
        ("expand=customer.", "expand", "unknown_field", None),
        ("expand=customer.ownr", "expand", "unknown_field", " → customer.owner"),
        ("expand=customer.parent.parent", "expand", "too_far", None),
        ("expand=reports_to.reports_to.reports_to", "expand", "too_far", None),
        ("expand=owner,team,customer,reports_to,customer.owner,customer.team", "expand", "too_many", None),
        ("fields=owner.id,team.id,customer.team.id,reports_to.team.id", "fields", "too_many", None),
        ("expand=owner&expand=team", "expand", "repeated_parameter", None),
        ("fields=id&fields=name", "fields", "repeated_parameter", None),
    ],
)
async def test_a_shape_that_does_not_exist_is_refused(
    company: Company, query: str, parameter: str, code: str, hint: str | None
) -> None:
    record = (await company.owner.create("/contacts", name="Li Na"))["id"]

    for path in ("/contacts", f"/contacts/{record}"):
        answer = await company.owner.http.get(f"{path}?{query}")
        assert answer.status_code == 400, answer.text
        fault = answer.json()["errors"][0]
        assert (fault["parameter"], fault["code"]) == (parameter, code)
        assert hint is None or fault["params"] == {"hint": hint}
    if code != "repeated_parameter":
        body = {parameter: query.partition("=")[2].split(",")}
        answer = await company.owner.http.post("/contacts/query", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{parameter}")


async def test_a_get_takes_no_other_parameter(company: Company) -> None:
    record = (await company.owner.create("/contacts", name="Li Na"))["id"]

    answer = await company.owner.http.get(f"/contacts/{record}?field=id")
    assert (answer.status_code, answer.json()["errors"][0]["params"]) == (400, {"hint": " → fields"})


async def test_a_partial_record_has_a_weak_tag_and_is_never_taken_for_unchanged(company: Company) -> None:
    made = await contact_of(company.owner)
    http, path = company.owner.http, f"/contacts/{made['id']}"

    assert (await http.get(path)).headers["ETag"] == '"v1"'
    assert (await http.get(f"{path}?fields=id,version")).headers["ETag"] == 'W/"v1"'
    assert "ETag" not in (await http.get(f"{path}?fields=id,name")).headers
    expanded = await http.get(f"{path}?expand=customer")
    assert expanded.headers["ETag"] == 'W/"v1"'

    await http.patch(f"/customers/{made['customer_id']}", json={"name": "Acme Two"})
    again = await http.get(f"{path}?expand=customer", headers={"If-None-Match": expanded.headers["ETag"]})
    assert (again.status_code, again.json()["customer"]["name"]) == (200, "Acme Two")


async def test_beyond_some_number_of_shapes_all_is_read_and_the_same_is_shown(company: Company) -> None:
    made = await company.owner.create("/products", name="Gateway", code="G", unit="piece")
    names = sorted(set(RESOURCES["products"].fields) - {"redacted"})
    first = [names[i % len(names) :] + names[: i % len(names)] for i in range(NARROW_SHAPES + 20)]
    for number, order in enumerate(first):
        asked = order[: 1 + number % (len(names) - 1)]
        answer = await company.owner.http.get(f"/products/{made['id']}", params={"fields": ",".join(asked)})
        assert answer.json() == {**{name: made[name] for name in asked}, "redacted": []}


async def test_pages_of_expanded_records_follow_the_cursor(floor: Floor) -> None:
    for number in range(5):
        await contact_of(floor.agent, name=f"Acme {number}")
    for actor in (floor.agent, floor.supervisor, floor.company.owner):
        seen, path = [], "/contacts?limit=2&sort=created_at&expand=customer&fields=customer.name"
        page = (await actor.http.get(path)).json()
        while True:
            seen += [record["customer"]["name"] for record in page["data"]]
            if not page["page"]["next_cursor"]:
                break
            page = (await actor.http.get(f"{path}&cursor={page['page']['next_cursor']}")).json()
        assert seen == [f"Acme {number}" for number in range(5)]


async def test_every_relation_of_every_resource_can_be_expanded(company: Company) -> None:
    for name, resource in RESOURCES.items():
        for relation in relations(resource):
            answer = await company.owner.http.get(f"/{name.replace('_', '-')}?expand={relation}")
            assert answer.status_code in (200, 403), (name, relation, answer.text)

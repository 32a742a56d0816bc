"""What a member of a company might try in earnest, over HTTP."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from crm_api.kit.db import table
from crm_api.kit.ids import new_id
from crm_api.kit.writers import WRITERS
from tests.factories.companies import Actor, Company, Served, found_company
from tests.factories.grants import share
from tests.isolation.examination import replaced, valid
from tests.isolation.operations import Operation, operations
from tests.isolation.worlds import World, as_sent, precondition

WRITES = [
    pytest.param(operation, id=operation.name)
    for operation in operations()
    if operation.route.body_field is not None and operation.resource is not None and not operation.reads
]
WRITTEN = (
    "customers",
    "contacts",
    "opportunities",
    "events",
    "ownership_periods",
    "external_ids",
    "users",
    "teams",
)


async def everything(company: Company) -> dict[str, list[Any]]:
    """The rows of the tables that an attack would change."""
    return {name: await company.rows(name) for name in WRITTEN}


def same_refusal(first: Any, second: Any, *ids: str) -> bool:
    """Whether two answers are one but for the ids that were sent."""

    def plain(answer: Any) -> Any:
        body = {key: value for key, value in answer.json().items() if key != "request_id"}
        text = str((answer.status_code, body))
        for sent in ids:
            text = text.replace(sent, "<ID>")
        return text

    return plain(first) == plain(second)


@pytest.fixture
async def desk(company: Company) -> tuple[Actor, Actor, Actor]:
    """Two account managers of one team, and their supervisor."""
    team = await company.team()
    made = [
        await company.user(role, team_id=team)
        for role in ("account_manager", "account_manager", "sales_supervisor")
    ]
    return made[0], made[1], made[2]


@pytest.fixture(scope="module")
async def world(served: Served) -> AsyncIterator[World]:
    """A furnished company for tests that change nothing."""
    found = World(await found_company(served))
    await found.furnish()
    yield found
    await found.company.close()


class TestMassAssignment:
    """A body says what its schema lets it say: every other column of the row is refused, by name."""

    @pytest.mark.parametrize("operation", WRITES)
    async def test_every_column_that_is_not_the_client_s_is_refused(
        self, world: World, operation: Operation
    ) -> None:
        assert operation.resource is not None
        request = await valid(world, operation)
        resource, inside = operation.resource, ()
        known = operation.body_fields
        if operation.name.endswith("_batch"):
            known, inside = set(WRITERS[resource.name].update_schema.model_fields), ("operations", 0, "data")
        columns = {c.key for c in table(operation.resource.model).columns}
        for child in operation.resource.children:
            for inner in (c.key for c in table(child.model).columns if c.key not in child.fields):
                if child.name in (request.body or {}):
                    await self._refused(world, request, (child.name, 0, inner))
        for column in sorted(columns - known):
            await self._refused(world, request, (*inside, column))

    async def _refused(self, world: World, request: Any, pointer: tuple[str | int, ...]) -> None:
        before = await everything(world.company)
        body = replaced(request.body or {}, pointer, new_id())
        named = precondition(request.path)
        answer = await world.owner.http.request(request.method, request.path, headers=named, **as_sent(body))
        assert answer.status_code == 422, (pointer, answer.text)
        assert answer.json()["errors"][0]["pointer"] == "/" + "/".join(map(str, pointer))
        assert await everything(world.company) == before


async def test_a_row_out_of_reach_is_found_by_no_list(
    company: Company, desk: tuple[Actor, Actor, Actor]
) -> None:
    """List, query, filter, search, count, sort: the same predicate everywhere."""
    agent, mate, supervisor = desk
    word = secrets.token_hex(6)
    mine = await agent.create("/customers", name="Mine")
    theirs = await mate.create(
        "/customers", name=word, code=word, external_ids=[{"source": "erp", "key": word}]
    )
    asked: Iterable[dict[str, str]] = (
        {"q": word},
        {"id": theirs["id"]},
        {"id[in]": f"{mine['id']},{theirs['id']}"},
        {"owner_id": mate.id},
        {"team_id": mate.team_id or ""},
        {"external_id": f"erp:{word}"},
        {"name[contains]": word[:5]},
        {"code": word},
        {"sort": "-name"},
        {"created_by[ne]": agent.id},
    )
    for params in asked:
        answer = await agent.http.get("/customers", params={**params, "include_total": "true"})
        seen = [row["id"] for row in answer.json()["data"]]
        assert theirs["id"] not in seen, params
        assert answer.json()["page"]["total"] == len(seen), params
        assert word not in answer.text
        assert (await supervisor.http.get("/customers", params=params)).text.count(theirs["id"]) >= 1, params
    for tree in (
        {"not": {"field": "id", "op": "eq", "value": mine["id"]}},
        {"or": [{"field": "code", "op": "eq", "value": word}]},
    ):
        answer = await agent.http.post("/customers/query", json={"filter": tree, "include_total": True})
        assert (answer.json()["data"], answer.json()["page"]["total"]) == ([], 0)


async def test_deleted_rows_are_for_those_who_restore_and_within_their_reach(
    company: Company, desk: tuple[Actor, Actor, Actor]
) -> None:
    agent, _, supervisor = desk
    elsewhere = await company.owner.create("/customers", name="Elsewhere")
    near = await agent.create("/customers", name="Near")
    for actor, row in ((company.owner, elsewhere), (agent, near)):
        assert (await actor.http.delete(f"/customers/{row['id']}")).status_code == 204

    for mode in ("only", "include"):
        assert (await agent.http.get("/customers", params={"deleted": mode})).status_code == 403
        answer = await supervisor.http.get("/customers", params={"deleted": mode})
        assert [row["id"] for row in answer.json()["data"]] == [near["id"]]
    refused = await supervisor.http.post(f"/customers/{elsewhere['id']}/restore")
    random = await supervisor.http.post(f"/customers/{(unknown := new_id())}/restore")
    assert same_refusal(refused, random, elsewhere["id"], unknown)


async def test_a_cursor_of_somebody_with_a_wider_reach_shows_no_more(
    company: Company, desk: tuple[Actor, Actor, Actor]
) -> None:
    """It is a place in a list, nothing else: the rows are those of whoever asks."""
    agent, mate, supervisor = desk
    mine = [(await agent.create("/customers", name=f"A{i}"))["id"] for i in range(2)]
    for i in range(4):
        await mate.create("/customers", name=f"B{i}")
    page = (await supervisor.http.get("/customers", params={"limit": 1, "sort": "name"})).json()["page"]

    asked = {"limit": 200, "sort": "name", "cursor": page["next_cursor"]}
    answer = await agent.http.get("/customers", params=asked)

    assert answer.status_code == 200
    assert {row["id"] for row in answer.json()["data"]} <= set(mine)
    for other in ({"sort": "-name"}, {"q": "b"}, {"owner_id": mate.id}, {"sort": "created_at"}):
        assert (await agent.http.get("/customers", params={**asked, **other})).status_code == 400
    assert (await agent.http.get("/contacts", params=asked)).status_code == 400


async def test_a_duplicate_names_only_what_the_caller_can_see(
    company: Company, desk: tuple[Actor, Actor, Actor]
) -> None:
    agent, mate, supervisor = desk
    word = secrets.token_hex(8)
    held = await mate.create("/customers", name=word, code=word)

    blind = await agent.http.post("/customers", json={"name": "Another", "code": word})
    sees = await supervisor.http.post("/customers", json={"name": "Another", "code": word})

    assert (blind.status_code, sees.status_code) == (409, 409)
    assert blind.json()["duplicates"] == []
    assert sees.json()["duplicates"] == [{"id": held["id"], "field": "code"}]
    assert not [shown for shown in (word, held["id"], mate.id) if shown in blind.text]
    alike = await agent.create("/customers", name=word)
    assert alike["possible_duplicates"] == []


@pytest.mark.parametrize(("resource", "field"), [("customers", "parent_id"), ("contacts", "reports_to_id")])
async def test_an_invisible_row_below_one_s_own_is_as_unknown_as_any(
    company: Company, desk: tuple[Actor, Actor, Actor], resource: str, field: str
) -> None:
    """The check for cycles must not say that an id the caller cannot see stands below the row."""
    agent, _, _ = desk
    mine = await agent.create(f"/{resource}", name="Mine")
    below = await company.owner.create(f"/{resource}", name="Below", **{field: mine["id"]})

    answer = await agent.http.patch(f"/{resource}/{mine['id']}", json={field: below["id"]})
    random = await agent.http.patch(f"/{resource}/{mine['id']}", json={field: (unknown := new_id())})

    assert answer.json()["errors"][0]["code"] == "reference_not_found"
    assert same_refusal(answer, random, below["id"], unknown)


async def test_a_child_list_takes_no_line_of_another_record(company: Company) -> None:
    """An id in a list that belongs to another parent is an id that is taken, and stays where it is."""
    owner = company.owner
    product = await owner.create("/products", name="P", code="P")
    lines = [{"product_id": product["id"], "unit_price": {"amount": "1", "currency": "CNY"}}]
    victim = await owner.create("/opportunities", name="Victim", lines=lines)
    attacker = await owner.create("/opportunities", name="Attacker", lines=lines)
    stolen = [{**lines[0], "id": victim["lines"][0]["id"], "quantity": "99"}]

    answer = await owner.http.patch(f"/opportunities/{attacker['id']}", json={"lines": stolen})

    assert answer.status_code == 409
    assert (await owner.http.get(f"/opportunities/{victim['id']}")).json() == victim
    assert (await owner.http.get(f"/opportunities/{attacker['id']}")).json() == attacker


class TestHiddenFields:
    """A field that a role may not see is, for it, no field at all."""

    async def test_no_filter_sort_or_search_touches_it(self, company: Company) -> None:
        marketer = await company.user("marketer")
        made = await company.owner.create(
            "/customers", name="Known", tax_id="91310115MA1K4XXXXX", phones=["+86 138 0013 8000"]
        )
        for name in ("tax_id", "phones", "tax_id[contains]", "tax_id[starts_with]"):
            hidden = await marketer.http.get("/customers", params={name: "9131"})
            nothing = await marketer.http.get("/customers", params={name.replace("tax_id", "xat_id"): "9131"})
            assert hidden.status_code == nothing.status_code == 400
            assert hidden.json()["code"] == nothing.json()["code"]
        leaf = {"field": "tax_id", "op": "starts_with", "value": "9131"}
        assert (await marketer.http.post("/customers/query", json={"filter": leaf})).status_code == 422
        for params in ({"q": "91310115MA1K4XXXXX"}, {"q": "13800138000"}):
            assert (await marketer.http.get("/customers", params=params)).json()["data"] == []
        read = (await marketer.http.get(f"/customers/{made['id']}")).json()
        assert (read["tax_id"], read["phones"], read["emails"]) == (None, None, None)
        assert read["redacted"] == ["emails", "phones", "tax_id"]

    async def test_a_masked_one_is_neither_searched_nor_compared(self, company: Company) -> None:
        agent = await company.user("support_agent")
        await company.owner.create("/customers", name="Known", tax_id="91310115MA1K4XXXXX")

        assert (await agent.http.get("/customers", params={"tax_id[starts_with]": "9"})).status_code == 400
        assert (await agent.http.get("/customers", params={"q": "91310115MA1K4XXXXX"})).json()["data"] == []
        [row] = (await agent.http.get("/customers")).json()["data"]
        assert row["tax_id"] == "**************XXXX"


class TestShares:
    """A record that was shared: read is read, write is write, and neither is the right to pass it on."""

    @pytest.mark.parametrize(("level", "change"), [("read", 403), ("write", 200)])
    async def test_a_share_gives_its_level_and_no_more(
        self, company: Company, desk: tuple[Actor, Actor, Actor], level: str, change: int
    ) -> None:
        agent, mate, _ = desk
        row = await mate.create("/customers", name="Shared")
        await share(company, "customers", row["id"], agent.id, level)
        await asyncio.sleep(1.1)  # principals are remembered for a second
        path = f"/customers/{row['id']}"

        assert (await agent.http.get(path)).status_code == 200
        assert (await agent.http.patch(path, json={"industry": "steel"})).status_code == change
        before = await everything(company)
        for method, where, body in (
            ("PATCH", path, {"owner_id": agent.id}),
            ("POST", f"{path}/assign", {"owner_id": agent.id}),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
        ):
            answer = await agent.http.request(method, where, json=body)
            assert answer.status_code in (403, 404), (method, where, answer.text)
        assert await everything(company) == before

    async def test_a_share_of_one_record_is_none_of_another(
        self, company: Company, desk: tuple[Actor, Actor, Actor]
    ) -> None:
        """The same id under another resource, and a neighbour, stay unseen."""
        agent, mate, _ = desk
        row, other = [await mate.create("/customers", name=name) for name in ("Shared", "Other")]
        contact = await mate.create("/contacts", id=other["id"], name="Same id", customer_id=row["id"])
        await share(company, "customers", row["id"], agent.id, "write")
        await share(company, "contacts", row["id"], agent.id, "write")
        await asyncio.sleep(1.1)

        assert [r["id"] for r in (await agent.http.get("/customers")).json()["data"]] == [row["id"]]
        assert (await agent.http.get("/contacts")).json()["data"] == []
        assert (await agent.http.get(f"/contacts/{contact['id']}")).status_code == 404
        assert (await agent.http.get(f"/customers/{other['id']}")).status_code == 404


class TestEscalation:
    """Nobody gives themselves more than they have."""

    @pytest.mark.parametrize(
        "role", ["account_manager", "sales_supervisor", "executive", "marketer", "integration"]
    )
    async def test_who_does_not_administer_changes_no_user_and_no_team(
        self, company: Company, role: str
    ) -> None:
        team = await company.team()
        actor = await company.user(role, team_id=team)
        before = await everything(company)
        for method, path, body in (
            ("PATCH", f"/users/{actor.id}", {"roles": ["administrator"]}),
            ("PATCH", f"/users/{actor.id}", {"team_id": None}),
            ("POST", f"/users/{actor.id}/move", {"team_id": None}),
            ("PATCH", f"/users/{company.owner.id}", {"password": "another long passphrase"}),
            ("POST", "/users", {"name": "x", "email": "x@example.com", "roles": ["administrator"]}),
            ("PATCH", f"/teams/{team}", {"leader_id": actor.id}),
            ("POST", f"/teams/{team}/move", {"parent_id": None}),
            ("POST", "/api-keys", {"name": "x", "permissions": ["customers:read"]}),
        ):
            answer = await actor.http.request(method, path, json=body)
            assert answer.status_code == 403, (method, path, answer.text)
        assert await everything(company) == before

    async def test_an_administrator_cannot_take_the_whole_business(self, company: Company) -> None:
        """`company_owner` is handed out by those who hold it."""
        admin = await company.user("administrator")

        mine = await admin.http.patch(
            f"/users/{admin.id}", json={"roles": ["administrator", "company_owner"]}
        )
        new = await admin.http.post(
            "/users", json={"name": "x", "email": f"{new_id()}@example.com", "roles": ["company_owner"]}
        )

        assert (mine.status_code, new.status_code) == (403, 403)

    @pytest.mark.parametrize(
        "change", [{"password": "another long passphrase"}, {"email": "mine@example.com"}]
    )
    async def test_an_administrator_does_not_become_somebody_with_more(
        self, company: Company, change: dict[str, str]
    ) -> None:
        """Setting the password or the address of a `company_owner` would be another way to hold that role."""
        admin = await company.user("administrator")
        before = await everything(company)

        answer = await admin.http.patch(f"/users/{company.owner.id}", json=change)

        assert answer.status_code == 403, answer.text
        assert await everything(company) == before

    async def test_a_key_does_what_its_scopes_say(self, company: Company) -> None:
        made = await company.owner.create("/api-keys", name="Shop", permissions=["customers:read"])
        async with company.served.client(made["secret"]) as key:
            assert (await key.get("/customers")).status_code == 200
            for path, body in (
                ("/customers", {"name": "x"}),
                ("/api-keys", {"name": "x", "permissions": ["customers:create"]}),
                ("/users", {"name": "x", "email": "x@example.com"}),
            ):
                assert (await key.post(path, json=body)).status_code == 403, path
            assert (await key.get("/contacts")).status_code == 403
        for permission in (
            "users:create",
            "api_keys:create",
            "users:assign_roles",
            "teams:move",
            "*",
            "customers:*",
        ):
            refused = await company.owner.http.post(
                "/api-keys", json={"name": "x", "permissions": [permission]}
            )
            assert refused.status_code == 422, permission

    async def test_an_integration_owns_no_row(self, company: Company) -> None:
        """Owners are people: the id of a key is no better than any other."""
        made = await company.owner.create(
            "/api-keys", name="Shop", permissions=["customers:read", "customers:create"]
        )
        async with company.served.client(made["secret"]) as key:
            own = await key.post("/customers", json={"name": "x", "owner_id": made["id"]})
            random = await key.post("/customers", json={"name": "x", "owner_id": (unknown := new_id())})
            nobody = await key.post("/customers", json={"name": "x"})
        assert own.status_code == 422
        assert same_refusal(own, random, made["id"], unknown)
        assert (nobody.status_code, nobody.json()["owner_id"]) == (201, None)

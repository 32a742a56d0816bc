"""What can be said about a webhook, what is refused, and what is answered."""

from typing import Any

import pytest

from crm_api.integrations.webhooks.patterns import event_types, matches
from crm_api.kit.ids import new_id
from tests.factories.companies import Actor, Company
from tests.factories.peers import inside
from tests.integrations.webhooks.conftest import Make, Works, verified

URL = "https://hooks.example.com/crm"
INNER = [
    *("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://127.1/", "https://2130706433/"),
    *("https://0x7f000001/", "https://017700000001/", "https://[::ffff:127.0.0.1]/", "https://0/"),
    *("https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://100.100.100.200/"),
    *("https://10.0.0.1/", "https://192.168.0.1/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/"),
]


async def events(company: Company, record_id: str) -> list[str]:
    return [row["type"] for row in await company.rows("events", record_id=record_id)]


async def test_a_webhook_shows_its_secret_once(company: Company) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["customer.created"])
    assert made.pop("secret").startswith("whsec_")
    expected = {
        "url": URL,
        "description": None,
        "events": ["customer.created"],
        "filters": {},
        "payload": "full",
        "active": True,
        "disabled_at": None,
        "disabled_reason": None,
        "acts_as_id": company.owner.id,
        "previous_secret_until": None,
        "deleted_at": None,
        "version": 1,
    }
    assert {name: made[name] for name in expected} == expected
    assert (await company.owner.http.get(f"/webhooks/{made['id']}")).json() == made
    assert (await company.owner.http.get("/webhooks")).json()["data"] == [made]
    [row] = await company.rows("webhooks")
    assert b"whsec" not in row["secret"]


async def test_webhooks_are_filtered(company: Company) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["*"], description="Warehouse")
    await company.owner.create("/webhooks", url=URL, events=["*"], description="Mail")
    for name, value in (
        ("description", "Warehouse"),
        ("description[starts_with]", "ware"),
        ("id", made["id"]),
    ):
        found = (await company.owner.http.get("/webhooks", params={name: value})).json()
        assert [row["id"] for row in found["data"]] == [made["id"]], found
    mine = (await company.owner.http.get("/webhooks", params={"acts_as_id": company.owner.id})).json()
    assert len(mine["data"]) == 2


async def test_a_secret_opens_in_its_row_only(company: Company, other_company: Company) -> None:
    """A ciphertext that was moved to another row or tenant is of no use there."""
    made = [await one.owner.create("/webhooks", url=URL, events=["*"]) for one in (company, other_company)]
    [row] = await other_company.rows("webhooks")
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute(
            "UPDATE webhooks SET secret = $1 WHERE id = $2", row["secret"], made[0]["id"]
        )
    answer = await company.owner.http.post(f"/webhooks/{made[0]['id']}/rotate-secret", json={})
    assert answer.status_code == 500
    assert "whsec" not in answer.text


@pytest.mark.parametrize("url", INNER)
async def test_a_url_that_leads_inside_is_refused(company: Company, url: str) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["*"])
    before = await company.digest("webhooks", "events")
    for answer in (
        await company.owner.http.post("/webhooks", json={"url": url, "events": ["*"]}),
        await company.owner.http.patch(f"/webhooks/{made['id']}", json={"url": url}),
    ):
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/url", "url_address_forbidden")
    assert await company.digest("webhooks", "events") == before


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "/url", "url_needs_https"),
        ({"url": "ftp://hooks.example.com/"}, "/url", "url_needs_https"),
        ({"url": "https://hooks.example.com:22/"}, "/url", "url_port_forbidden"),
        ({"url": "https://u:p@hooks.example.com/"}, "/url", "url_has_credentials"),
        ({"url": "https://"}, "/url", "url_invalid"),
        ({"events": []}, "/events", "too_short"),
        ({"events": ["customer.created", "custmer.created"]}, "/events/1", "unknown_event"),
        ({"events": ["customer"]}, "/events/0", "unknown_event"),
        ({"events": ["customer.exploded"]}, "/events/0", "unknown_event"),
        ({"filters": {"custmer": {}}}, "/filters/custmer", "unknown_object"),
        (
            {"filters": {"customer": {"field": "nme", "op": "eq", "value": "x"}}},
            "/filters/customer/field",
            "unknown_field",
        ),
        ({"filters": {"customer": 7}}, "/filters/customer", "wrong_type"),
        ({"secret": "whsec_x"}, "/secret", "unknown_field"),
        ({"acts_as_id": new_id()}, "/acts_as_id", "unknown_field"),
        ({"payload": "fat"}, "/payload", "not_a_choice"),
        ({"active": "yes"}, "/active", "wrong_type"),
    ],
)
async def test_what_is_wrong_is_named(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    given = {"url": URL, "events": ["*"], **body}
    answer = await company.owner.http.post("/webhooks", json=given)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await company.rows("webhooks") == []


async def test_an_unknown_event_names_the_nearest(company: Company) -> None:
    answer = await company.owner.http.post("/webhooks", json={"url": URL, "events": ["custmer.created"]})
    assert "customer.created" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ("*", "customer.created", True),
        ("customer.*", "customer.created", True),
        ("customer.created", "customer.created", True),
        ("customer.created", "customer.updated", False),
        ("customer.*", "contact.created", False),
        ("customer.*", "customers.created", False),
    ],
)
def test_patterns(pattern: str, event: str, expected: bool) -> None:
    assert matches([pattern], event) is expected


def test_every_type_of_event_is_known() -> None:
    found = event_types()
    assert len(found) == len(set(found))
    assert {
        "customer.created",
        "opportunity.won",
        "customer.left_view",
        "webhook.disabled",
        "user.moved",
    } <= set(found)
    assert "product.left_view" not in found


async def test_a_change_makes_it_act_as_whoever_made_it(company: Company) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["*"])
    administrator = await company.user("administrator")
    changed = await administrator.http.patch(f"/webhooks/{made['id']}", json={"events": ["customer.*"]})
    assert changed.json()["acts_as_id"] == administrator.id
    same = await company.owner.http.patch(f"/webhooks/{made['id']}", json={"events": ["customer.*"]})
    assert (same.json()["acts_as_id"], same.json()["version"]) == (administrator.id, 2)


async def test_a_filter_must_be_allowed_to_whom_it_acts_as(company: Company) -> None:
    tree = {"product": {"field": "cost", "op": "gt", "value": "1"}}
    made = await company.owner.create("/webhooks", url=URL, events=["*"], filters=tree)
    marketer = await company.user("administrator", "marketer")
    restricted = await company.user("marketer")
    assert (await restricted.http.get("/webhooks")).status_code == 403
    answer = await marketer.http.patch(f"/webhooks/{made['id']}", json={"description": "mine"})
    assert answer.status_code in (200, 422)


async def test_deleted_restored_and_switched_on(company: Company) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["*"])
    path = f"/webhooks/{made['id']}"
    assert (await company.owner.http.delete(path)).status_code == 204
    assert (await company.owner.http.get(path)).status_code == 404
    for verb, body in (("ping", None), ("rotate-secret", {}), ("replay", {"after": 0})):
        assert (await company.owner.http.post(f"{path}/{verb}", json=body)).status_code == 404
    restored = (await company.owner.http.post(f"{path}/restore")).json()
    assert (restored["active"], restored["deleted_at"]) == (False, None)
    for verb, body in (("ping", None), ("replay", {"after": 0})):
        answer = await company.owner.http.post(f"{path}/{verb}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_inactive")
    assert (await company.owner.http.patch(path, json={"active": True})).json()["active"] is True
    assert await events(company, made["id"]) == [
        "webhook.created",
        "webhook.deleted",
        "webhook.restored",
        "webhook.updated",
    ]


async def test_a_ping_is_a_signed_delivery(company: Company, works: Works, hook: Make) -> None:
    async with inside() as there:
        made = await hook(there)
        pinged = await company.owner.http.post(f"/webhooks/{made['id']}/ping")
        assert (pinged.status_code, pinged.json()["status"], pinged.json()["type"]) == (
            202,
            "pending",
            "webhook.ping",
        )
        await works.send()
        [request] = there.requests
        body = verified(request, made["secret"])
        assert (body["id"], body["type"]) == (pinged.json()["event_id"], "webhook.ping")
        assert body["data"]["object"] == {"type": "webhook", "id": made["id"], "version": None}
    delivery = (
        await company.owner.http.get(f"/webhooks/{made['id']}/deliveries/{pinged.json()['id']}")
    ).json()
    assert (delivery["status"], delivery["response_status"], delivery["attempts"]) == ("delivered", 200, 1)
    assert [entry["response_status"] for entry in delivery["tries"]] == [200]
    assert delivery["delivered_at"] == delivery["last_attempt_at"]
    assert delivery["next_attempt_at"] is None


async def test_deliveries_of_one_webhook_are_listed_and_filtered(
    company: Company, works: Works, hook: Make
) -> None:
    async with inside() as there:
        first, second = await hook(there), await hook(there, "customer.created")
        for name in ("A", "B", "C"):
            await company.owner.create("/customers", name=name)
        await works.everything()
        path = f"/webhooks/{first['id']}/deliveries"
        found = (await company.owner.http.get(path, params={"status": "delivered", "limit": "2"})).json()
        assert [row["webhook_id"] for row in found["data"]] == [first["id"]] * 2
        rest = (
            await company.owner.http.get(
                path, params={"status": "delivered", "limit": "2", "cursor": found["page"]["next_cursor"]}
            )
        ).json()
        assert len(rest["data"]) == 1
        assert (await company.owner.http.get(path, params={"status": "failed"})).json()["data"] == []
        assert (await company.owner.http.get(path, params={"staus": "failed"})).status_code == 400
        foreign = rest["data"][0]["id"]
        assert (
            await company.owner.http.get(f"/webhooks/{second['id']}/deliveries/{foreign}")
        ).status_code == 404
        assert (
            await company.owner.http.post(f"/webhooks/{second['id']}/deliveries/{foreign}/retry")
        ).status_code == 404
        assert (await company.owner.http.get(f"/webhooks/{new_id()}/deliveries")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "2026-01-01T00:00:00Z"},
        {"until": 7},
        {"from": "2026-01-01T00:00:00Z", "after": 1},
        {"from_": "2026-01-01T00:00:00Z"},
        {"after": -1},
    ],
)
async def test_a_replay_needs_one_range(company: Company, body: dict[str, Any]) -> None:
    made = await company.owner.create("/webhooks", url=URL, events=["*"])
    answer = await company.owner.http.post(f"/webhooks/{made['id']}/replay", json=body)
    assert answer.status_code == 422, answer.text


async def test_an_integration_manages_its_own_webhooks(company: Company) -> None:
    key = await company.owner.create(
        "/api-keys", name="ERP", permissions=["webhooks:read", "webhooks:create", "customers:read"]
    )
    actor = Actor(key["id"], company.client(key["secret"]), key["secret"])
    made = await actor.create("/webhooks", url=URL, events=["customer.*"])
    assert made["acts_as_id"] == key["id"]
    assert (await actor.http.delete(f"/webhooks/{made['id']}")).status_code == 403

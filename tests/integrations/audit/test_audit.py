"""`GET /audit` and `GET /access-log`: who did what, and who looked at what."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crm_api.identity.access_log.log import Access, AccessLog
from crm_api.identity.access_log.models import AccessKind
from crm_api.integrations.changes.relay import relay_tenant
from crm_api.kit import clock
from tests.factories.companies import PASSWORD, Actor, Company
from tests.factories.everybody import everybody, key


async def relayed(company: Company) -> None:
    await relay_tenant(company.served.pool, company.tenant_id)


async def listed(reader: Actor, path: str = "/audit", **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await reader.http.get(path, params={**query, **cursor})
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        if not answer.json()["page"]["has_more"]:
            return found
        cursor = {"cursor": answer.json()["page"]["next_cursor"]}


async def test_an_entry_says_who_when_from_where_and_what(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme")
    headers = {"X-Request-Id": "r-7", "User-Agent": "browser/1"}
    await company.owner.http.patch(f"/customers/{made['id']}", json={"level": "A"}, headers=headers)
    await relayed(company)

    updated, created = await listed(company.owner, object_type="customer", object_id=made["id"])

    assert created["type"] == "customer.created"
    assert updated == {
        **updated,
        "type": "customer.updated",
        "position": created["position"] + 1,
        "actor": {"id": company.owner.id, "kind": "user", "name": updated["actor"]["name"]},
        "object": {"type": "customer", "id": made["id"], "version": 2},
        "changes": {"level": {"from": None, "to": "A"}},
        "redacted": [],
        "request_id": "r-7",
        "ip": "127.0.0.1",
        "user_agent": "browser/1",
        "erased": False,
    }


async def test_filters_and_pages(company: Company) -> None:
    agent = await company.user("account_manager")
    made = [await agent.create("/customers", name=f"C{number}") for number in range(3)]
    shop = await key(company, "customers:read", "customers:update")
    assert (await shop.http.patch(f"/customers/{made[0]['id']}", json={"level": "A"})).status_code == 200
    await relayed(company)

    whole = await listed(company.owner)
    assert [entry["position"] for entry in whole] == list(range(len(whole), 0, -1))
    assert await listed(company.owner, limit=2) == whole
    by_agent = await listed(company.owner, actor_id=agent.id)
    assert [entry["object"]["id"] for entry in by_agent] == [m["id"] for m in reversed(made)]
    (by_key,) = await listed(company.owner, actor_id=shop.id)
    assert by_key["actor"]["kind"] == "api_key"
    assert await listed(company.owner, type="customer.updated") == [by_key]
    assert await listed(company.owner, since=by_key["at"]) == whole[: whole.index(by_key) + 1]
    assert await listed(company.owner, until=by_key["at"]) == whole[whole.index(by_key) + 1 :]
    refused = await company.owner.http.get("/audit", params={"object_type": "custmer"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "object_type")


async def test_who_may_not_read_the_records_learns_that_they_changed_only(company: Company) -> None:
    administrator = await company.user("administrator")
    made = await company.owner.create("/customers", name="Acme")
    await relayed(company)
    (entry,) = await listed(administrator, object_id=made["id"])
    assert entry["changes"]["name"] == {"from": None, "to": None}
    assert "name" in entry["redacted"]


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("/audit", {"administrator", "executive", "owner"}),
        ("/access-log", {"administrator", "owner"}),
    ],
)
async def test_who_may_read(company: Company, path: str, readers: set[str]) -> None:
    people = {**await everybody(company), "owner": company.owner}
    found = {name for name, actor in people.items() if (await actor.http.get(path)).status_code == 200}
    assert found == readers


async def test_sign_ins_are_on_record(company: Company) -> None:
    http = company.client()
    headers = {"User-Agent": "browser/1"}
    for password, status in (("wrong password", 401), (PASSWORD, 200)):
        body = {"email": company.email, "password": password}
        assert (await http.post("/auth/login", json=body, headers=headers)).status_code == status
    succeeded, failed = await listed(company.owner, "/access-log", actor_id=company.owner.id)
    assert (failed["kind"], failed["actor"]["id"]) == ("login_failed", company.owner.id)
    assert (succeeded["kind"], succeeded["ip"], succeeded["user_agent"]) == (
        "login",
        "127.0.0.1",
        "browser/1",
    )


async def test_a_failed_sign_in_of_nobody_is_on_record_without_a_company(company: Company) -> None:
    async with company.served.pool.acquire() as connection:
        before = await connection.fetchval("SELECT count(*) FROM unknown_sign_ins")
        body = {"email": "nobody@example.com", "password": "whatever it is"}
        assert (await company.client().post("/auth/login", json=body)).status_code == 401
        row = await connection.fetchrow("SELECT * FROM unknown_sign_ins ORDER BY created_at DESC LIMIT 1")
        assert await connection.fetchval("SELECT count(*) FROM unknown_sign_ins") == before + 1
    assert b"nobody" not in row["email_digest"]
    assert row["ip"] == "127.0.0.1"


async def test_a_refusal_is_on_record_though_everything_was_rolled_back(company: Company) -> None:
    agent = await company.user("account_manager")
    before = await company.rows("events")
    answer = await agent.http.post(
        "/products", json={"code": "P", "name": "Thing"}, headers={"X-Request-Id": "r-9"}
    )
    assert answer.status_code == 403
    (entry,) = await listed(company.owner, "/access-log", kind="denied")
    assert (entry["actor"]["id"], entry["operation"], entry["request_id"]) == (
        agent.id,
        "products_create",
        "r-9",
    )
    assert await company.rows("events") == before


async def test_a_look_at_sensitive_fields_is_on_record_before_the_answer(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme", phones=["13800138000"])
    reader = await company.user("executive")
    assert (await reader.http.get(f"/customers/{made['id']}")).status_code == 200
    (entry,) = await listed(company.owner, "/access-log", object_id=made["id"])
    assert (entry["kind"], entry["operation"], entry["object_type"]) == (
        "sensitive_read",
        "customers_get",
        "customer",
    )
    assert entry["details"] == {"records": 1, "fields": ["emails", "phones", "tax_id"]}
    assert (await reader.http.get("/customers", params={"name": "Acme"})).status_code == 200
    page = (await listed(company.owner, "/access-log", actor_id=reader.id, kind="sensitive_read"))[0]
    assert (page["operation"], page["details"]["query"]) == ("customers_list", "name=Acme")


async def test_a_look_that_is_repeated_within_a_minute_is_counted(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme", phones=["13800138000"])
    one = f"/customers/{made['id']}"
    for _ in range(3):
        assert (await company.owner.http.get(one)).status_code == 200
    assert [row["count"] for row in await company.rows("access_log", record_id=made["id"])] == [1]
    await company.served.app.state.edge.accounting.log.flush()
    counts = [row["count"] for row in await company.rows("access_log", record_id=made["id"])]
    assert sorted(counts) == [1, 2]
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert (await company.owner.http.get(one)).status_code == 200
    assert len(await company.rows("access_log", record_id=made["id"])) == 3


async def test_there_is_no_way_around_the_record_of_looks(company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme", phones=["13800138000"])
    contact = await company.owner.create("/contacts", name="Li Lei", customer_id=customer["id"])
    reader = await company.user("company_owner")
    one = f"/customers/{customer['id']}"
    whole = ["emails", "phones", "tax_id"]
    ways: list[tuple[Any, list[str]]] = [
        (("GET", one, {"params": {"fields": "phones"}}), ["phones"]),
        (
            ("GET", f"/contacts/{contact['id']}", {"params": {"expand": "customer", "fields": "name"}}),
            [f"customer.{name}" for name in whole],
        ),
        (("PATCH", one, {"json": {}}), whole),
        (("PATCH", one, {"json": {"industry": "saas"}, "headers": {"Prefer": "dry-run"}}), whole),
        (("PATCH", one, {"json": {"industry": "saas"}, "headers": {"If-Match": '"v9"'}}), whole),
    ]
    operations = [{"op": "update", "id": customer["id"], "if_version": 9, "data": {"industry": "saas"}}]
    batch = {"mode": "partial", "operations": operations}
    ways += [
        (("POST", "/customers/batch", {"json": batch}), whole),
        (("GET", "/search", {"params": {"q": "13800138000"}}), ["phones"]),
    ]
    for seen, ((method, path, options), fields) in enumerate(ways, 1):
        answer = await reader.http.request(method, path, **options)
        assert answer.status_code in (200, 412), answer.text
        await company.served.app.state.edge.accounting.log.flush()  # repetitions are only counted
        entries = await company.rows("access_log", actor_id=reader.id, kind="sensitive_read")
        assert sum(entry["count"] for entry in entries) == seen, path
        newest = max(entries, key=lambda entry: entry["created_at"])
        assert newest["details"]["fields"] == fields
    assert (await reader.http.get(one, headers={"If-None-Match": '"v1"'})).status_code == 304
    await company.served.app.state.edge.accounting.log.flush()
    entries = await company.rows("access_log", actor_id=reader.id, kind="sensitive_read")
    assert sum(entry["count"] for entry in entries) == len(ways)


async def test_who_sees_no_sensitive_field_has_only_read(company: Company) -> None:
    made = await company.owner.create("/customers", name="Acme", phones=["13800138000"])
    marketer = await company.user("marketer")
    for _ in range(3):
        assert (await marketer.http.get(f"/customers/{made['id']}")).status_code == 200
    assert await company.rows("access_log", record_id=made["id"]) == []
    await company.served.app.state.edge.accounting.log.flush()
    (entry,) = await company.rows("access_log", record_id=made["id"])
    assert (entry["kind"], entry["count"]) == ("read", 3)


async def test_a_log_that_cannot_be_written_lets_no_sensitive_field_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await company.owner.create("/customers", name="Acme")

    async def broken(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(company.served.app.state.edge.accounting.log, "_write", broken)
    answer = await company.owner.http.get(f"/customers/{made['id']}")
    assert answer.status_code >= 500
    assert "Acme" not in answer.text


async def test_what_somebody_was_told_who_went_away_is_stored_before_the_process_ends(
    company: Company,
) -> None:
    log = AccessLog(company.served.pool)
    entry = Access(company.tenant_id, AccessKind.READ, "customers_list", actor_id=company.owner.id)
    async with log.gathering():
        waiting = asyncio.create_task(log.now([entry]))
        await asyncio.sleep(0)
        waiting.cancel()
    assert len(await company.rows("access_log", operation="customers_list")) == 1


async def test_the_logs_can_only_be_added_to(company: Company) -> None:
    await relayed(company)
    async with company.served.pool.acquire() as connection:
        for name in ("events", "feed", "access_log", "chain", "erasures", "unknown_sign_ins"):
            for statement in (f"DELETE FROM {name}", f"UPDATE {name} SET tenant_id = tenant_id"):
                with pytest.raises(Exception, match=r"permission denied|does not exist"):
                    await connection.execute(statement)

"""Requests that are safe to repeat under an Idempotency-Key."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crm_api.kit import clock
from tests.factories.companies import Company
from tests.factories.floors import Floor

KEY = {"Idempotency-Key": "order-4711"}


async def test_a_repeated_create_is_answered_and_not_done_again(company: Company) -> None:
    http = company.owner.http
    first = await http.post("/customers", json={"name": "Acme", "level": "A"}, headers=KEY)
    # the order of the keys does not make it another request
    second = await http.post("/customers", json={"level": "A", "name": "Acme"}, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    for name in ("etag", "location", "content-type"):
        assert second.headers[name] == first.headers[name]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(await company.rows("customers")) == 1
    assert len(await company.rows("events", type="customer.created")) == 1


async def test_a_replay_comes_before_if_match(company: Company) -> None:
    http = company.owner.http
    made = await company.owner.create("/customers", name="Acme")
    headers = {**KEY, "If-Match": '"v1"'}
    answers = [
        await http.patch(f"/customers/{made['id']}", json={"level": "A"}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert len(await company.rows("events", type="customer.updated")) == 1


async def test_a_repeated_delete_and_a_verb_without_body(company: Company) -> None:
    http = company.owner.http
    made = await company.owner.create("/customers", name="Acme")
    one = f"/customers/{made['id']}"
    assert [(await http.delete(one, headers=KEY)).status_code for _ in range(2)] == [204, 204]
    assert (await http.delete(one)).status_code == 404
    restored = [await http.post(f"{one}/restore", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in restored] == [200, 200]
    assert [event["type"] for event in await company.rows("events", resource="customers")].count(
        "customer.restored"
    ) == 1


async def test_the_same_key_with_another_body_is_refused(company: Company) -> None:
    http = company.owner.http
    await http.post("/customers", json={"name": "Acme"}, headers=KEY)
    before = await company.rows("customers")
    for body, query in (({"name": "Other"}, ""), ({"name": 1}, ""), ({}, "")):
        answer = await http.post(f"/customers{query}", json=body, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await company.rows("customers") == before


async def test_what_no_field_takes_is_refused_under_a_key_as_without_one(company: Company) -> None:
    for body in ('{"name": "x", "level": -326848477053644767232}', '{"name": "\\udb66"}'):
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        refused = await company.owner.http.post("/customers", content=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed"), body


async def test_a_key_belongs_to_one_principal_path_and_company(
    company: Company, other_company: Company
) -> None:
    seller = await company.user("account_manager")
    answers = [
        await company.owner.http.post("/customers", json={"name": "A"}, headers=KEY),
        await seller.http.post("/customers", json={"name": "B"}, headers=KEY),
        await other_company.owner.http.post("/customers", json={"name": "C"}, headers=KEY),
        await company.owner.http.post("/contacts", json={"name": "D"}, headers=KEY),
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 4


async def test_a_refusal_is_not_stored(company: Company) -> None:
    http = company.owner.http
    assert (await http.post("/customers", json={"nam": "Acme"}, headers=KEY)).status_code == 422
    assert (await http.post("/customers", json={"name": "Acme"}, headers=KEY)).status_code == 201


async def test_fifty_at_once_have_one_effect_and_equal_answers(company: Company) -> None:
    http = company.owner.http
    answers = await asyncio.gather(
        *(http.post("/customers", json={"name": "Acme"}, headers=KEY) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len(await company.rows("customers")) == 1
    assert len(await company.rows("events", type="customer.created")) == 1


async def test_while_the_first_is_at_work_the_second_waits_and_is_told_so(company: Company) -> None:
    """The first holds its transaction open longer than a second may wait."""
    held = company.served.pool
    async with held.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute(
            "INSERT INTO idempotent_answers (tenant_id, id, principal_id, method, path, key, fingerprint, status,"
            " headers, body, created_at) VALUES ($1, gen_random_uuid(), $2, 'POST', '/api/v1/customers', $3, '',"
            " 201, '{}', '', now())",
            company.tenant_id,
            company.owner.id,
            KEY["Idempotency-Key"],
        )
        answer = await company.owner.http.post("/customers", json={"name": "Acme"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert answer.headers["retry-after"] == "1"
    assert await company.rows("customers") == []


async def test_an_answer_is_kept_for_seven_days(company: Company) -> None:
    http = company.owner.http
    first = await http.post("/customers", json={"name": "Acme"}, headers=KEY)
    with clock.frozen(clock.now() + timedelta(days=6, hours=23)):
        replayed = await (await company.sign_in(company.owner.id)).http.post(
            "/customers", json={"name": "Acme"}, headers=KEY
        )
    assert replayed.content == first.content


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\tb"])
async def test_what_is_no_key_is_refused(company: Company, key: str) -> None:
    answer = await company.owner.http.post(
        "/customers", json={"name": "Acme"}, headers={"Idempotency-Key": key.encode()}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid_idempotency_key")
    assert await company.rows("customers") == []


async def test_two_keys_are_refused(company: Company) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await company.owner.http.post("/customers", json={"name": "Acme"}, headers=headers)
    assert answer.status_code == 400


async def test_where_a_key_would_promise_too_much_it_is_refused(company: Company) -> None:
    http = company.owner.http
    for path, body in (("/auth/login", {"email": "a@b.cn", "password": "x"}), ("/customers/query", {})):
        answer = await http.post(path, json=body, headers=KEY)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unexpected_header")


async def test_who_has_lost_the_right_gets_no_stored_answer(company: Company) -> None:
    seller = await company.user("account_manager")
    assert (await seller.http.post("/customers", json={"name": "A"}, headers=KEY)).status_code == 201
    await company.owner.http.patch(f"/users/{seller.id}", json={"roles": ["executive"]})
    await asyncio.sleep(1.1)  # a principal is remembered for a second
    answer = await seller.http.post("/customers", json={"name": "A"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_stored_answer_passes_the_field_rights_of_now(floor: Floor) -> None:
    company = floor.company
    agent = await company.user("sales_supervisor", team_id=floor.city)
    made = await agent.http.post("/products", json={"code": "P", "name": "P"}, headers=KEY)
    assert made.json()["redacted"] == []
    await company.owner.http.patch(f"/users/{agent.id}", json={"roles": ["sales_supervisor"]})
    again = await agent.http.post("/products", json={"code": "P", "name": "P"}, headers=KEY)
    assert again.content == made.content


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api-keys", {"name": "ERP", "permissions": ["customers:read"]}),
        ("/webhooks", {"url": "https://erp.example/hook", "events": ["*"]}),
    ],
)
async def test_a_secret_is_told_again_but_never_stored_in_clear(
    company: Company, path: str, body: dict[str, Any]
) -> None:
    first, second = [await company.owner.http.post(path, json=body, headers=KEY) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert second.content == first.content
    (stored,) = await company.rows("idempotent_answers")
    assert stored["body"] == ""
    assert first.json()["secret"].encode() not in stored["sealed"]
    if path == "/webhooks":
        rotate = f"{path}/{first.json()['id']}/rotate-secret"
        told = [
            (await company.owner.http.post(rotate, json={}, headers=KEY)).json()["secret"] for _ in range(2)
        ]
        assert told[0] == told[1] != first.json()["secret"]
        assert all(row["body"] == "" for row in await company.rows("idempotent_answers"))

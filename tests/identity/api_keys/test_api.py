"""API keys over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories.companies import Company
from tests.factories.everybody import key

FIRST = "2020-01-01T00:00:00Z"


async def test_create_shows_the_secret_once(company: Company) -> None:
    made = await company.owner.create(
        "/api-keys", name="Shop", permissions=["customers:read", "customers:create", "customers:read"]
    )
    secret = made.pop("secret")
    assert secret.startswith(made["prefix"])
    assert secret.startswith("crm_live_")
    assert len(made["prefix"]) < len(secret) - 40
    assert made["permissions"] == ["customers:create", "customers:read"]
    assert (made["name"], made["revoked_at"], made["version"]) == ("Shop", None, 1)
    life = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(life - timedelta(days=365)) < timedelta(seconds=5)
    shown = (await company.owner.http.get(f"/api-keys/{made['id']}")).json()
    assert shown == made
    listed = (await company.owner.http.get("/api-keys")).json()["data"]
    assert listed == [made]
    stored = str(await company.rows("api_keys")) + str(await company.rows("events"))
    assert secret not in stored


async def test_a_key_is_somebody_who_can_do_what_it_allows(company: Company) -> None:
    shop = await key(company, "customers:read", "customers:create")
    made = await shop.create("/customers", name="Acme")
    assert (made["created_by"], made["owner_id"]) == (shop.id, None)
    assert (await shop.http.patch(f"/customers/{made['id']}", json={"name": "B"})).status_code == 403
    assert (await shop.http.get("/users")).status_code == 403


async def test_a_revoked_key_dies_within_a_second(company: Company) -> None:
    shop = await key(company, "customers:read")
    assert (await shop.http.get("/customers")).status_code == 200
    revoked = await company.owner.http.post(f"/api-keys/{shop.id}/revoke")
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"] is not None
    await asyncio.sleep(1.05)
    assert (await shop.http.get("/customers")).status_code == 401
    again = await company.owner.http.post(f"/api-keys/{shop.id}/revoke")
    assert (again.status_code, again.json()["code"]) == (409, "already_revoked")
    types = [event["type"] for event in await company.rows("events", record_id=shop.id)]
    assert sorted(types) == ["api_key.created", "api_key.revoked"]


async def test_an_expired_key_does_not_work(company: Company) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    made = await company.owner.create(
        "/api-keys", name="Shop", permissions=["customers:read"], expires_at=soon
    )
    client = company.client(made["secret"])
    assert (await client.get("/customers")).status_code == 200
    await asyncio.sleep(2.05)
    assert (await client.get("/customers")).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"permissions": ["customers:read", "users:create"]}, "/permissions/1", "permission_unknown"),
        ({"permissions": ["nonsense"]}, "/permissions/0", "permission_unknown"),
        ({"permissions": []}, "/permissions", "too_short"),
        ({"expires_at": FIRST}, "/expires_at", "not_in_future"),
        ({"secret": "mine"}, "/secret", "unknown_field"),
    ],
)
async def test_wrong_bodies_are_refused_at_their_place(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    given = {"name": "Shop", "permissions": ["customers:read"], **body}
    answer = await company.owner.http.post("/api-keys", json=given)
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert await company.rows("api_keys") == []
    assert await company.rows("principals", kind="api_key") == []

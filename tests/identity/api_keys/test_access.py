"""API keys: role × action. They are the business of administrators alone."""

from collections.abc import Callable

import pytest

from tests.factories.companies import Company
from tests.factories.everybody import Call, everybody, expect, key

ACTIONS: dict[str, tuple[Callable[[str], Call], int]] = {
    "list": (lambda one: lambda http: http.get("/api-keys"), 200),
    "get": (lambda one: lambda http: http.get(f"/api-keys/{one}"), 200),
    "query": (lambda one: lambda http: http.post("/api-keys/query", json={}), 200),
    "create": (
        lambda one: lambda http: http.post("/api-keys", json={"name": "A", "permissions": ["users:read"]}),
        201,
    ),
    "revoke": (lambda one: lambda http: http.post(f"/api-keys/{one}/revoke"), 200),
}


async def test_role_by_action(company: Company) -> None:
    actors = await everybody(company)
    one = await key(company, "users:read")
    for role, actor in sorted(actors.items(), key=lambda item: item[0] == "administrator"):
        for make, done in ACTIONS.values():
            status = done if role == "administrator" else 403
            await expect(company, actor, make(one.id), status, "api_keys", "principals")


@pytest.mark.parametrize("action", ["get", "revoke"])
async def test_keys_of_another_company_are_not_there(
    company: Company, other_company: Company, action: str
) -> None:
    foreign = await key(other_company, "users:read")
    await expect(company, company.owner, ACTIONS[action][0](foreign.id), 404, "api_keys")

"""Roles over HTTP."""

from crm_api.roles import DEFAULT_ROLES, ROLES
from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect, key


async def test_every_role_is_listed_with_what_it_grants(company: Company) -> None:
    answer = await company.owner.http.get("/roles")
    assert answer.status_code == 200, answer.text
    roles = {role["key"]: role for role in answer.json()["data"]}
    assert list(roles) == list(ROLES)
    assert {name for name, role in roles.items() if role["default"]} == set(DEFAULT_ROLES)
    assert roles["account_manager"]["label"] == {"en": "Account manager", "zh": "客户经理"}
    assert roles["account_manager"]["permissions"]["customers:read"] == "own"
    assert roles["support_agent"]["fields"]["customers"] == {"tax_id": "masked", "level": "read_only"}
    one = await company.owner.http.get("/roles/executive")
    assert one.json() == roles["executive"]


async def test_a_role_that_is_none(company: Company) -> None:
    assert (await company.owner.http.get("/roles/king")).status_code == 404


async def test_everybody_may_read_roles(company: Company) -> None:
    for actor in (await everybody(company)).values():
        await expect(company, actor, lambda http: http.get("/roles"), 200)
        await expect(company, actor, lambda http: http.get("/roles/marketer"), 200)
    shop = await key(company, "customers:read")
    await expect(company, shop, lambda http: http.get("/roles"), 403)

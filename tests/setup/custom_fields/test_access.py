"""Everybody reads definitions, administrators and owners write them; field rights hold for single fields."""

import asyncio
from collections.abc import Iterator

import pytest

from crm_api import roles
from crm_api.identity.roles.catalogue import Role
from crm_api.identity.tenants import setup_changes
from crm_api.kit.principal import Right
from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect
from tests.factories.fields import define

WRITERS = {"administrator"}
NEW = {"resource": "customers", "type": "text", "label_en": "Tier", "label_zh": "等级"}


async def test_everybody_reads_few_write(company: Company) -> None:
    field = await define(company, key="tier")
    path = f"/custom-fields/{field['id']}"
    for role, actor in (await everybody(company)).items():
        await expect(company, actor, lambda http: http.get(path), 200)
        allowed = role in WRITERS
        body, change = {**NEW, "key": role}, {"label_en": role}
        for call, status in (
            (lambda http, b=body: http.post("/custom-fields", json=b), 201),
            (lambda http, c=change: http.patch(path, json=c), 200),
        ):
            await expect(company, actor, call, status if allowed else 403, "custom_fields")
        spare = await define(company, key=f"spare_{role}")
        await expect(
            company,
            actor,
            lambda http, s=spare: http.delete(f"/custom-fields/{s['id']}"),
            204 if allowed else 403,
            "custom_fields",
        )


async def test_another_company_has_its_own(company: Company, other_company: Company) -> None:
    field = await define(other_company, key="tier")
    path = f"/custom-fields/{field['id']}"

    await expect(other_company, company.owner, lambda http: http.delete(path), 404, "custom_fields")
    refused = await company.owner.http.post("/customers", json={"name": "A", "custom_fields": {"tier": "x"}})
    assert refused.json()["errors"][0]["code"] == "unknown_field"
    await company.owner.create("/customers", name="A")
    made = await other_company.owner.create("/customers", name="B", custom_fields={"tier": "x"})
    assert made["custom_fields"] == {"tier": "x"}


@pytest.fixture
def planted() -> Iterator[None]:
    """A role whose rights name single custom fields, one whose rights name all of them."""
    before = dict(roles.ROLES)
    plain = before["account_manager"]
    rights = {"custom_fields.salary": Right.HIDDEN, "custom_fields.iban": Right.MASKED}
    for key, fields in (
        ("account_manager", {**rights, "custom_fields.tier": Right.READ_ONLY}),
        ("sales_supervisor", {"custom_fields": Right.HIDDEN}),
    ):
        role = before[key]
        roles.ROLES[key] = Role(
            role.label, role.label_zh, role.description, role.grants, {"customers": fields}
        )
    assert plain is not roles.ROLES["account_manager"]
    roles._rights.cache_clear()
    yield
    roles.ROLES.update(before)
    roles._rights.cache_clear()


async def test_field_rights_hold_for_single_fields(company: Company, planted: None) -> None:
    for key in ("salary", "iban", "tier", "open"):
        await define(company, key=key)
    agent = await company.user("account_manager")
    values = {"salary": "12000", "iban": "DE02120300000000202051", "tier": "gold", "open": "x"}
    record = await company.owner.create("/customers", name="A", owner_id=agent.id, custom_fields=values)
    path = f"/customers/{record['id']}"

    seen = (await agent.http.get(path)).json()
    assert seen["custom_fields"] == {
        "salary": None,
        "iban": "******************2051",
        "tier": "gold",
        "open": "x",
    }
    assert seen["redacted"] == ["custom_fields.iban", "custom_fields.salary"]
    listed = (await agent.http.get("/customers")).json()["data"][0]
    assert listed["custom_fields"] == seen["custom_fields"]

    written = await agent.http.patch(path, json={"custom_fields": {"open": "y"}})
    assert written.status_code == 200
    assert written.json()["custom_fields"] == {**seen["custom_fields"], "open": "y"}
    stored = (await company.owner.http.get(path)).json()["custom_fields"]
    assert stored == {**values, "open": "y"}

    for key, code in (("salary", "unknown_field"), ("iban", "unknown_field"), ("tier", "read_only")):
        body = {"custom_fields": {key: "z"}}
        refused = await expect(
            company, agent, lambda http, b=body: http.patch(path, json=b), 422, "customers"
        )
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/custom_fields/{key}", code)


async def test_a_hidden_key_is_never_suggested(company: Company, planted: None) -> None:
    await define(company, key="salary")
    agent = await company.user("account_manager")

    refused = await agent.http.post("/customers", json={"name": "A", "custom_fields": {"salaries": "1"}})
    assert refused.json()["errors"][0]["params"] == {"hint": ""}


async def test_a_required_field_is_not_asked_of_those_who_may_not_write_it(
    company: Company, planted: None
) -> None:
    await define(company, key="salary", required=True)
    agent = await company.user("account_manager")
    await agent.create("/customers", name="A")

    refused = await company.owner.http.post("/customers", json={"name": "A"})
    assert refused.json()["errors"][0]["pointer"] == "/custom_fields/salary"


async def test_a_role_may_hide_all_of_them(company: Company, planted: None) -> None:
    await define(company, key="tier", required=True)
    team = await company.team()
    boss = await company.user("sales_supervisor", team_id=team)
    record = await boss.create("/customers", name="A")
    await company.owner.http.patch(f"/customers/{record['id']}", json={"custom_fields": {"tier": "gold"}})

    seen = (await boss.http.get(f"/customers/{record['id']}")).json()
    assert (seen["custom_fields"], seen["redacted"]) == (None, ["custom_fields"])
    refused = await boss.http.patch(f"/customers/{record['id']}", json={"custom_fields": {"tier": "x"}})
    assert (
        refused.json()["errors"][0] | {"pointer": "/custom_fields", "code": "unknown_field"}
        == refused.json()["errors"][0]
    )


async def test_two_roles_restrict_what_both_restrict(company: Company, planted: None) -> None:
    restrictions = roles.rights(["account_manager", "sales_supervisor"])[1]["customers"]
    assert restrictions == {
        "custom_fields.salary": Right.HIDDEN,
        "custom_fields.iban": Right.MASKED,
        "custom_fields.tier": Right.READ_ONLY,
    }


async def test_another_process_follows_within_a_second(company: Company) -> None:
    """The version travels with the principal; what is asked for by a new name is looked up at once."""
    await company.owner.create("/customers", name="A")
    field = await define(company, key="tier")
    setup_changes._changed.clear()  # as in a process that did not make the change

    made = await company.owner.create("/customers", name="A", custom_fields={"tier": "x"})
    assert made["custom_fields"] == {"tier": "x"}
    await company.owner.http.patch(f"/custom-fields/{field['id']}", json={"active": False})
    setup_changes._changed.clear()
    await asyncio.sleep(1.1)
    refused = await company.owner.http.post("/customers", json={"name": "A", "custom_fields": {"tier": "x"}})
    assert refused.json()["errors"][0]["code"] == "field_inactive"

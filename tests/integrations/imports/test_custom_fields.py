"""Fields that a company has defined, as columns of a file."""

from typing import Any

import pytest

from crm_api import roles
from crm_api.kit.principal import Right
from crm_api.roles import Role
from tests.factories import fields
from tests.factories.companies import Company
from tests.integrations.imports.conftest import Bench, mapped

OPTIONS = [
    {"code": "gold", "label_en": "Gold tier", "label_zh": "金牌"},
    {"code": "base", "label_en": "Base", "label_zh": "普通"},
]


async def define(company: Company, key: str, kind: str = "text", **given: Any) -> None:
    """A field with labels that tell it from others."""
    await fields.define(company, kind, key, **{"label_en": f"The {key}", "label_zh": f"字段{key}", **given})


@pytest.fixture
async def defined(company: Company) -> Company:
    await define(company, "tier", "select", options=OPTIONS, default="base", label_zh="等级名")
    await define(company, "tags", "multi_select", options=OPTIONS)
    await define(company, "budget", "money")
    await define(company, "seats", "number")
    await define(company, "since", "date")
    await define(company, "seen", "datetime")
    await define(company, "vip", "boolean")
    await define(company, "licence", unique=True)
    await define(company, "guardian", "reference", target="users")
    return company


async def test_every_type_is_suggested_and_read(bench: Bench, defined: Company) -> None:
    made = await bench.upload(
        "name,等级名,The tags,budget,custom_fields.seats,since,seen,vip,licence,guardian\n"
        f'One,金牌,gold; Base,"1,234.50",3,05/02/2026,05/02/2026 10:00,是,L1,{defined.email}\n'
        "Two,,,,,,,,,\n"
    )
    suggested = {item["columns"][0]: item["field"] for item in made["mapping"]}
    keys = ("tier", "tags", "budget", "seats", "since", "seen", "vip", "licence", "guardian")
    assert suggested == dict(
        zip(made["column_names"], ["name", *(f"custom_fields.{k}" for k in keys)], strict=True)
    )
    await bench.change(made, date_format="dmy")

    validated = await bench.run(made, "validate")
    assert validated["report"]["counts"] == {"created": 2}
    assert (await bench.run(made))["counts"] == {"created": 2}

    one, two = await bench.company.rows("customers")
    assert one["custom_fields"] == {
        "tier": "gold",
        "tags": ["gold", "base"],
        "budget": {"amount": "1234.50", "currency": "CNY"},
        "seats": "3",
        "since": "2026-02-05",
        "seen": "2026-02-05T02:00:00Z",
        "vip": True,
        "licence": "L1",
        "guardian": defined.owner.id,
    }
    assert two["custom_fields"] == {"tier": "base"}
    found = await defined.owner.http.get("/customers", params={"custom_fields.seats[gte]": "2"})
    assert [row["name"] for row in found.json()["data"]] == ["One"]


async def test_rules_of_the_fields_hold_row_by_row(bench: Bench, defined: Company) -> None:
    await define(defined, "region_code", required=True)
    await defined.owner.create(
        "/customers", name="There", custom_fields={"licence": "TAKEN", "region_code": "x"}
    )
    made = await bench.upload(
        "name,tier,seats,licence,region_code\n"
        "Good,gold,1,A,x\n"
        "Other,silver,1,B,x\n"
        "Text,gold,many,C,x\n"
        "Held,gold,1,TAKEN,x\n"
        "Twice,gold,1,A,x\n"
        "None,gold,1,D,\n"
    )
    expected = [
        (2, "tier", "not_a_choice"),
        (3, "seats", "invalid_decimal"),
        (4, "licence", "duplicate"),
        (5, "licence", "duplicate"),
        (6, "region_code", "required"),
    ]
    report = (await bench.run(made, "validate"))["report"]
    assert report["counts"] == {"created": 1, "failed": 5}
    assert sorted((row, e["column"], e["code"]) for e in report["errors"] for row in e["rows"]) == expected

    assert (await bench.run(made))["counts"] == {"created": 1, "failed": 5}
    assert await bench.errors(made) == expected
    assert [row["name"] for row in await defined.rows("customers")] == ["There", "Good"]


async def test_defaults_and_changes_by_key(bench: Bench, defined: Company) -> None:
    record = await defined.owner.create("/customers", name="One", code="1", custom_fields={"seats": "1"})
    made = await bench.upload("code,seats\n1,5\n")
    await bench.change(
        made,
        mode="update",
        match=["code"],
        mapping=mapped(code="code", custom_fields__seats="seats"),
        default_values={"custom_fields.vip": True, "custom_fields.tier": "金牌"},
    )
    assert (await bench.run(made))["counts"] == {"updated": 1}
    after = (await defined.owner.http.get(f"/customers/{record['id']}")).json()
    assert after["custom_fields"] == {"seats": "5", "tier": "gold", "vip": True}

    assert (await bench.run(made, "undo"))["counts"] == {"undone": 1}
    after = (await defined.owner.http.get(f"/customers/{record['id']}")).json()
    assert after["custom_fields"] == {"seats": "1", "tier": "base"}


async def test_what_is_unknown_or_forbidden_is_refused(
    bench: Bench, defined: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = roles.ROLES["account_manager"]
    rights = {"customers": {"custom_fields.tier": Right.READ_ONLY, "custom_fields.seats": Right.HIDDEN}}
    role = Role(plain.label, plain.label_zh, plain.description, plain.grants, rights)
    monkeypatch.setitem(roles.ROLES, "account_manager", role)
    roles._rights.cache_clear()
    theirs = bench.by(await defined.user("account_manager"))
    made = await theirs.upload("name,tier,seats,licence\nx,gold,1,L\n")
    assert [item["field"] for item in made["mapping"]] == ["name", "level", "custom_fields.licence"]
    for given, pointer in (
        ({"mapping": mapped(custom_fields__tier="tier")}, "/mapping/0/field"),
        ({"mapping": mapped(custom_fields__seats="seats")}, "/mapping/0/field"),
        ({"mapping": mapped(custom_fields__nothing="seats")}, "/mapping/0/field"),
        ({"default_values": {"custom_fields.tier": "gold"}}, "/default_values/custom_fields.tier"),
        ({"default_values": {"custom_fields.nothing": "1"}}, "/default_values/custom_fields.nothing"),
    ):
        answer = await theirs.actor.http.patch(f"/imports/{made['id']}", json=given)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, "unknown_field")
        assert "seats" not in fault["params"]["hint"]
    roles._rights.cache_clear()


async def test_a_field_that_is_gone_when_it_runs_ends_it(bench: Bench, defined: Company) -> None:
    made = await bench.upload("name,seats\nx,1\n")
    assert (await bench.actor.http.post(f"/imports/{made['id']}/commit")).status_code == 202
    listed = (await defined.owner.http.get("/custom-fields?limit=50")).json()["data"]
    (seats,) = [field for field in listed if field["key"] == "seats"]
    changed = await defined.owner.http.patch(f"/custom-fields/{seats['id']}", json={"active": False})
    assert changed.status_code == 200, changed.text

    await bench.runner.empty()

    found = (await bench.actor.http.get(f"/imports/{made['id']}")).json()
    assert (found["status"], found["failure"]) == ("failed", "validation_failed")
    assert await defined.rows("customers") == []

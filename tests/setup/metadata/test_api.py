"""Objects described for one caller of one company."""

from typing import Any

import pytest

from crm_api.kit.registries import RESOURCES
from crm_api.setup.metadata.describing import ChoiceKind
from crm_api.setup.metadata.labels import CHOICES, FIELDS, OBJECTS, of_choice, of_field
from tests.factories.companies import Actor, Company
from tests.factories.fields import TYPES, define
from tests.setup.dictionary_types.test_api import change, item


async def described(actor: Actor, name: str) -> dict[str, Any]:
    answer = await actor.http.get(f"/metadata/objects/{name}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def fields(actor: Actor, name: str) -> dict[str, Any]:
    return {field["name"]: field for field in (await described(actor, name))["fields"]}


async def test_an_object_is_described_with_its_standard_fields(company: Company) -> None:
    found = await described(company.owner, "products")
    assert found == await described(company.owner, "product")
    known = {field["name"]: field for field in found["fields"]}

    assert (
        found
        | {
            "type": "products",
            "singular": "product",
            "label_en": "Products",
            "label_zh": "产品",
            "path": "/api/v1/products",
            "customisable": True,
            "default_sort": "-created_at",
        }
        == found
    )
    assert found["sorts"] == ["code", "name", "list_price", "created_at"]
    assert (
        known["code"]
        | {
            "type": "text",
            "label_zh": "编号",
            "required": True,
            "unique": True,
            "read_only": False,
            "max_length": 63,
            "sortable": True,
        }
        == known["code"]
    )
    assert {"eq", "in", "contains"} <= set(known["code"]["operators"])
    assert (known["created_by"]["read_only"], known["created_by"]["references"]) == (True, "principals")
    assert (known["list_price"]["type"], known["list_price"]["required"]) == ("money", False)
    assert [c["code"] for c in known["lifecycle"]["choices"]] == ["planned", "active", "phase_out", "retired"]
    assert (
        known["lifecycle"]["choices"][1] | {"label_en": "Active", "label_zh": "在售"}
        == known["lifecycle"]["choices"][1]
    )
    assert "custom_fields" not in known
    assert "list_price_currency" not in known


async def test_lists_that_live_with_a_record_show_their_items(company: Company) -> None:
    lines = (await fields(company.owner, "opportunities"))["lines"]
    assert [(part["name"], part["type"], part["label_zh"]) for part in lines["items"]] == [
        ("id", "id", "编号"),
        ("product_id", "reference", "产品"),
        ("quantity", "number", "数量"),
        ("unit_price", "money", "单价"),
    ]


async def test_the_company_s_own_fields_and_choices_are_told(company: Company) -> None:
    for type_ in TYPES:
        await define(company, type_, position=TYPES.index(type_))
    await company.owner.http.patch(
        f"/custom-fields/{(await define(company, key='old'))['id']}", json={"active": False}
    )
    await item(company, "region", "east", is_default=True)
    await item(company, "customer_level", "A")
    await change(company, "customer_level", closed=True)

    found = await fields(company.owner, "customers")

    custom = [(f["name"], f["type"]) for f in found.values() if f["custom"]]
    assert custom == [*((f"custom_fields.{t}", t) for t in TYPES), ("custom_fields.old", "text")]
    assert [c["code"] for c in found["custom_fields.select"]["choices"]] == ["gold", "silver"]
    assert found["custom_fields.reference"]["references"] == "products"
    assert [found[f"custom_fields.{t}"]["sortable"] for t in TYPES] == [True] * 7 + [False] * 2
    assert (found["custom_fields.old"]["active"], found["custom_fields.old"]["read_only"]) == (False, True)
    assert (found["region"]["type"], found["region"]["closed"], found["region"]["dictionary_type"]) == (
        "text",
        False,
        "region",
    )
    assert found["region"]["choices"][0]["is_default"] is True
    assert (found["level"]["type"], found["level"]["closed"]) == ("select", True)


async def test_everybody_sees_what_they_may_read_and_do(company: Company) -> None:
    await define(company, key="tier")
    agent = await company.user("account_manager")
    marketer = await company.user("marketer")
    support = await company.user("support_agent")

    listed = (await agent.http.get("/metadata/objects")).json()["data"]
    assert {found["type"] for found in listed} >= {"customers", "products", "opportunities"}
    assert "api_keys" not in {found["type"] for found in listed}
    assert (await agent.http.get("/metadata/objects/api_keys")).status_code == 404
    assert (await agent.http.get("/metadata/objects/planets")).status_code == 404
    assert (await described(agent, "customers"))["actions"] == [
        {"action": action, "reach": "own"} for action in ("create", "delete", "read", "update")
    ]
    assert "cost" not in await fields(agent, "products")
    assert {f["read_only"] for f in (await fields(agent, "products")).values()} == {True}
    assert {"phones", "tax_id"}.isdisjoint(await fields(marketer, "customers"))
    seen = await fields(support, "customers")
    assert (seen["tax_id"]["masked"], seen["tax_id"]["operators"]) == (True, [])
    assert (await company.served.client().get("/metadata/objects")).status_code == 401


async def test_another_company_s_fields_are_not_told(company: Company, other_company: Company) -> None:
    await define(other_company, key="tier")
    assert "custom_fields.tier" not in await fields(company.owner, "customers")


@pytest.mark.parametrize("resource", list(RESOURCES.values()), ids=lambda resource: resource.name)
def test_every_standard_field_and_choice_has_a_chinese_name(resource: Any) -> None:
    missing = [] if resource.name in OBJECTS else [resource.name]
    names = [name for name in resource.fields if name != "custom_fields"]
    names += [f"{c.name}.{n}" for c in resource.children for n in c.fields if not n.endswith("_currency")]
    missing += [name for name in names if f"{resource.name}.{name}" not in FIELDS and name not in FIELDS]
    for name, kind in resource.fields.items():
        choices = [str(choice) for choice in kind.choices] if isinstance(kind, ChoiceKind) else []
        missing += [
            f"{name}.{choice}"
            for choice in choices
            if f"{resource.name}.{name}.{choice}" not in CHOICES and f"{name}.{choice}" not in CHOICES
        ]
    assert missing == []


def test_what_has_no_chinese_name_keeps_its_english_one() -> None:
    assert of_field("orders", "shipped_on") == ("Shipped on", "Shipped on")
    assert of_choice("orders", "status", "sent") == ("Sent", "Sent")
    assert of_field("opportunities", "customer_id") == ("Customer", "客户")

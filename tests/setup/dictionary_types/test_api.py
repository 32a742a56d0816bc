"""The lists of the data dictionary, and what a closed one means for the fields bound to it."""

from typing import Any

import pytest

from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.catalogue import code_of
from tests.factories.companies import Company
from tests.setup.custom_fields.test_api import faults

BUILT_IN = {
    "loss_reason",
    "lead_discard_reason",
    "stock_adjustment_reason",
    "delay_reason",
    "customer_level",
    "customer_category",
    "industry",
    "customer_source",
    "region",
    "opportunity_source",
    "product_category",
    "contract_type",
}
NEW = {"code": "payment_method", "label_en": "Payment method", "label_zh": "付款方式"}


async def item(company: Company, type_: str, code: str, **more: Any) -> dict[str, Any]:
    labels = {"label_en": code.title(), "label_zh": f"选{code}"}
    return await company.owner.create("/dictionary-items", type=type_, code=code, **{**labels, **more})


async def type_of(company: Company, code: str) -> dict[str, Any]:
    found: dict[str, Any] = (await company.owner.http.get(f"/dictionary-types?code={code}")).json()["data"][0]
    return found


async def change(company: Company, code: str, **body: Any) -> Any:
    found = await type_of(company, code)
    return await company.owner.http.patch(f"/dictionary-types/{found['id']}", json=body)


async def test_a_new_company_has_the_built_in_lists(company: Company) -> None:
    listed = (await company.owner.http.get("/dictionary-types")).json()["data"]

    assert {found["code"]: (found["closed"], found["built_in"]) for found in listed} == {
        code: (code.endswith("_reason"), True) for code in BUILT_IN
    }


async def test_a_list_of_one_s_own_is_made_filled_emptied_and_deleted(company: Company) -> None:
    made = await company.owner.create("/dictionary-types", **NEW)
    path = f"/dictionary-types/{made['id']}"
    assert made | {**NEW, "closed": False, "built_in": False} == made
    cash = await item(company, "payment_method", "cash")

    refused = await company.owner.http.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (await company.owner.http.post(f"/dictionary-items/{cash['id']}/remove")).status_code == 204
    assert (await company.owner.http.delete(path)).status_code == 204
    assert (await company.owner.http.get(path)).status_code == 404
    assert len(await company.rows("events", type="dictionary_type.deleted")) == 1


async def test_built_in_lists_stay_and_loss_reasons_stay_closed(company: Company) -> None:
    region = await type_of(company, "region")
    refused = await company.owner.http.delete(f"/dictionary-types/{region['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "dictionary_type_built_in")
    refused = await change(company, "loss_reason", closed=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "dictionary_type_closed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": "Pay"}, ("/code", "pattern")),
        ({"label_en": ""}, ("/label_en", "too_short")),
        ({"closed": 1}, ("/closed", "wrong_type")),
        ({"built_in": True}, ("/built_in", "unknown_field")),
    ],
)
async def test_what_is_wrong_is_named(
    company: Company, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    refused = await company.owner.http.post("/dictionary-types", json={**NEW, **body})
    assert (refused.status_code, faults(refused)) == (422, [expected])


async def test_a_code_is_taken_once(company: Company) -> None:
    refused = await company.owner.http.post("/dictionary-types", json={**NEW, "code": "region"})
    assert (refused.status_code, faults(refused)) == (409, [("/code", "duplicate")])


async def test_an_open_list_suggests_a_closed_one_decides(company: Company) -> None:
    http = company.owner.http
    await item(company, "customer_level", "A")
    quiet = await item(company, "customer_level", "B", active=False)
    held = await company.owner.create("/customers", name="A", level="as you like")

    assert (await change(company, "customer_level", closed=True)).status_code == 200

    for level in ("B", "C", "a"):
        refused = await http.post("/customers", json={"name": "A", "level": level})
        assert (refused.status_code, faults(refused)) == (422, [("/level", "not_a_choice")])
        assert refused.json()["errors"][0]["params"] == {"choices": "A"}
    await company.owner.create("/customers", name="A", level="A")
    await company.owner.create("/customers", name="A", industry="as you like", level=None)
    kept = await http.patch(f"/customers/{held['id']}", json={"name": "B", "level": "as you like"})
    assert kept.status_code == 200
    refused = await http.patch(f"/customers/{held['id']}", json={"level": "other"})
    assert faults(refused) == [("/level", "not_a_choice")]
    await http.patch(f"/dictionary-items/{quiet['id']}", json={"active": True})
    await company.owner.create("/customers", name="A", level="B")


async def test_a_closed_list_without_active_items_asks_nothing(company: Company) -> None:
    await change(company, "customer_level", closed=True)
    await company.owner.create("/customers", name="A", level="as you like")


async def test_items_have_a_colour_a_place_below_others_and_one_default(company: Company) -> None:
    http = company.owner.http
    east = await item(company, "region", "east", colour="#00ff00", is_default=True)
    south = await item(company, "region", "shanghai", parent_id=east["id"])
    assert (south["parent_id"], south["colour"], south["is_default"]) == (east["id"], None, False)

    refused = await http.patch(f"/dictionary-items/{south['id']}", json={"is_default": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    circle = await http.patch(f"/dictionary-items/{east['id']}", json={"parent_id": south["id"]})
    assert (circle.status_code, faults(circle)) == (422, [("/parent_id", "parent_of_other_list")])
    other = await item(company, "industry", "software")
    foreign = await http.patch(f"/dictionary-items/{south['id']}", json={"parent_id": other["id"]})
    assert faults(foreign) == [("/parent_id", "parent_of_other_list")]
    used = await http.post(f"/dictionary-items/{east['id']}/remove")
    assert (used.status_code, used.json()["code"]) == (409, "in_use")


async def test_a_code_that_records_hold_is_not_removed(company: Company) -> None:
    http = company.owner.http
    made = await item(company, "customer_level", "A")
    record = await company.owner.create("/customers", name="A", level="A")
    path = f"/dictionary-items/{made['id']}/remove"

    assert (await http.post(path)).json()["code"] == "in_use"
    await http.delete(f"/customers/{record['id']}")
    assert (await http.post(path)).json()["code"] == "in_use"
    await http.post(f"/customers/{record['id']}/restore")
    await http.patch(f"/customers/{record['id']}", json={"level": None})
    assert (await http.post(path)).status_code == 204
    other = (await http.get("/dictionary-items?code=other")).json()["data"][0]
    assert (await http.post(f"/dictionary-items/{other['id']}/remove")).json()[
        "code"
    ] == "dictionary_item_required"


async def test_a_custom_field_chooses_from_a_list(company: Company) -> None:
    http = company.owner.http
    await company.owner.create("/dictionary-types", **NEW)
    cash = await item(company, "payment_method", "cash")
    field = {
        "resource": "customers",
        "key": "pays_by",
        "type": "select",
        "label_en": "Pays by",
        "label_zh": "付款",
    }
    await company.owner.create("/custom-fields", **field, dictionary_type="payment_method")
    made = await company.owner.create("/customers", name="A", custom_fields={"pays_by": "cash"})

    refused = await http.post("/customers", json={"name": "A", "custom_fields": {"pays_by": "card"}})
    assert faults(refused) == [("/custom_fields/pays_by", "not_a_choice")]
    used = await http.post(f"/dictionary-items/{cash['id']}/remove")
    assert (used.status_code, used.json()["code"]) == (409, "in_use")
    await item(company, "payment_method", "card")
    changed = await http.patch(f"/customers/{made['id']}", json={"custom_fields": {"pays_by": "card"}})
    assert changed.json()["custom_fields"] == {"pays_by": "card"}
    assert (await http.post(f"/dictionary-items/{cash['id']}/remove")).status_code == 204
    assert (
        await http.delete(f"/dictionary-types/{(await type_of(company, 'payment_method'))['id']}")
    ).json()["code"] == "in_use"


async def test_a_label_in_either_language_means_its_code(company: Company) -> None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id, setup_version=0))
    try:
        asked = {
            text: await code_of(unit, "loss_reason", text)
            for text in ("price", "PRICE", "价格过高", " no budget ", "x")
        }
        assert await code_of(unit, "planets", "price") is None
    finally:
        await unit.close()
    assert asked == {
        "price": "price",
        "PRICE": "price",
        "价格过高": "price",
        " no budget ": "no_budget",
        "x": None,
    }

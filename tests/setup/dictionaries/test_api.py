"""The data dictionary over HTTP."""

import pytest

from tests.factories.companies import Company

LOSS_REASONS = ["price", "competitor", "no_budget", "no_decision", "timing", "product_fit", "other"]
NEW = {"type": "loss_reason", "code": "merger", "label_en": "Merger", "label_zh": "并购"}


async def test_a_new_company_has_the_default_loss_reasons_in_their_order(company: Company) -> None:
    listed = (await company.owner.http.get("/dictionary-items?type=loss_reason")).json()["data"]

    assert [item["code"] for item in listed] == LOSS_REASONS
    assert (
        listed[-1] | {"label_en": "Other", "label_zh": "其他", "active": True, "position": 1000} == listed[-1]
    )
    made = await company.rows("dictionary_items")
    assert len(await company.rows("events", type="dictionary_item.created")) == len(made)


async def test_a_created_item_stands_between_the_defaults_and_other(company: Company) -> None:
    made = await company.owner.create("/dictionary-items", **NEW)

    assert made | {**NEW, "position": 100, "active": True, "version": 1} == made
    read = await company.owner.http.get(f"/dictionary-items/{made['id']}")
    assert read.json() == made
    listed = (await company.owner.http.get("/dictionary-items?type=loss_reason")).json()["data"]
    assert [item["code"] for item in listed][-2:] == ["merger", "other"]


async def test_an_item_is_renamed_moved_and_deactivated_never_recoded(company: Company) -> None:
    made = await company.owner.create("/dictionary-items", **NEW)
    path = f"/dictionary-items/{made['id']}"

    changed = await company.owner.http.patch(
        path, json={"label_en": "Merged", "position": 1, "active": False}
    )
    assert changed.status_code == 200
    assert (
        changed.json() | {"label_en": "Merged", "label_zh": "并购", "position": 1, "active": False}
        == changed.json()
    )

    for field, value in (("code", "x"), ("type", "loss_reason")):
        refused = await company.owner.http.patch(path, json={field: value})
        assert refused.status_code == 422
        assert (
            refused.json()["errors"][0] | {"pointer": f"/{field}", "code": "unknown_field"}
            == refused.json()["errors"][0]
        )
    assert (await company.owner.http.delete(path)).status_code == 405


async def test_other_is_always_a_choice(company: Company) -> None:
    http = company.owner.http
    other = (await http.get("/dictionary-items?code=other&type=loss_reason")).json()["data"][0]
    path = f"/dictionary-items/{other['id']}"

    refused = await http.patch(path, json={"active": False})

    assert (refused.status_code, refused.json()["code"]) == (409, "dictionary_item_required")
    assert (await http.get(path)).json() == other
    assert (await http.patch(path, json={"label_en": "Else"})).status_code == 200


async def test_a_list_holds_a_code_once(company: Company) -> None:
    refused = await company.owner.http.post("/dictionary-items", json={**NEW, "code": "price"})

    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/type", "/code"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"type": "colour"}, "/type", "not_a_choice"),
        ({"code": "Big Merger"}, "/code", "pattern"),
        ({"label_en": ""}, "/label_en", "too_short"),
        ({"label_zh": None}, "/label_zh", "wrong_type"),
        ({"position": -1}, "/position", "out_of_range"),
        ({"active": "yes"}, "/active", "wrong_type"),
    ],
)
async def test_what_is_wrong_is_named(company: Company, change: dict, pointer: str, code: str) -> None:
    refused = await company.owner.http.post("/dictionary-items", json={**NEW, **change})

    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [(pointer, code)]
    assert len(await company.rows("dictionary_items", type="loss_reason")) == len(LOSS_REASONS)


async def test_the_list_is_filtered_and_queried(company: Company) -> None:
    http = company.owner.http
    listed = (await http.get("/dictionary-items?type=loss_reason&position[gte]=60&sort=-position")).json()[
        "data"
    ]
    assert [item["code"] for item in listed] == ["other", "product_fit"]
    queried = await http.post(
        "/dictionary-items/query", json={"filter": {"field": "label_zh", "op": "contains", "value": "预算"}}
    )
    assert {(item["type"], item["code"]) for item in queried.json()["data"]} == {
        ("loss_reason", "no_budget"),
        ("lead_discard_reason", "no_budget"),
        ("plan_failure_reason", "no_budget"),
    }

"""What a contract says of amounts and days, and what was approved of it."""

from typing import Any

import pytest

from tests.factories.approvals import yuan
from tests.factories.companies import Company
from tests.factories.contracts import ANY, Registry, open_registry
from tests.factories.ledger import refusal

TABLES = ("contracts", "contract_lines", "events")


@pytest.fixture
async def registry(company: Company) -> Registry:
    return await open_registry(company)


async def approved(registry: Registry, **more: Any) -> dict[str, Any]:
    contract = await registry.draft(**more)
    assert (await registry.did(contract, "submit"))["status"] == "approved"
    return contract


async def test_other_lines_at_the_same_amount_are_approved_anew(registry: Registry) -> None:
    line = {"product_id": registry.product, "quantity": "2"}
    other = await registry.company.owner.create(
        "/products", code="G3", name="G3", list_price=yuan("100"), tax_rate="13"
    )
    for more, change, status in (
        ({"amount": yuan("226")}, {"lines": [{**line, "quantity": "2000"}]}, "draft"),
        ({"amount": yuan("226")}, {"discount_percent": "99"}, "draft"),
        ({"amount": yuan("226")}, {"tax_mode": "inclusive"}, "draft"),
        ({}, {"lines": [{**line, "product_id": other["id"]}]}, "draft"),
        ({}, {"lines": []}, "draft"),
        ({}, {"lines": [line], "name": "改名"}, "approved"),
        ({}, {"currency": "CNY"}, "approved"),
    ):  # fmt: skip
        contract = await approved(registry, **more)
        answer = await registry.change(contract, **change)
        assert (answer.status_code, answer.json()["status"]) == (200, status), (change, answer.text)


async def test_amounts_and_days_that_cannot_be_are_refused(registry: Registry) -> None:
    http, tomorrow = registry.company.owner.http, "2999-01-01"
    contract = await approved(registry)
    signed = await registry.did(await approved(registry), "sign")
    before = await registry.company.digest(*TABLES)
    for amount, currency, limit in (("100.001", "CNY", 2), ("100.5", "JPY", 0), ("1.0001", "KWD", 3)):
        body = {**registry.body, "lines": [], "currency": currency}
        answer = await http.post(
            "/contracts", json={**body, "amount": {"amount": amount, "currency": currency}}
        )
        assert refusal(answer)[2] == "/amount/amount too_precise", answer.text
        assert answer.json()["errors"][0]["params"] == {"limit": limit}
    line = {"product_id": registry.product}
    for wrong, fault in (
        ({"lines": [{**line, "quantity": "-1"}]}, "/lines/0/quantity out_of_range"),
        ({"lines": [{**line, "discount_percent": "100.01"}]}, "/lines/0/discount_percent out_of_range"),
        ({"lines": [line], "currency": "USD"}, "/lines/0/unit_price currency_mismatch"),
        ({"starts_on": "2026-02-01", "ends_on": "2026-01-31"}, "/ends_on ends_before_start"),
    ):
        answer = await http.post("/contracts", json={**registry.body, **wrong})
        assert refusal(answer) == (422, "validation_failed", fault), answer.text
    late = await registry.ask(contract, "sign", signed_on=tomorrow)
    assert refusal(late) == (422, "validation_failed", "/signed_on out_of_range")
    early = await registry.ask(signed, "terminate", reason="x", ended_on="1990-01-01")
    assert refusal(early) == (422, "validation_failed", "/ended_on out_of_range")
    assert await registry.company.digest(*TABLES) == before
    first = await registry.draft(ends_on="0001-01-05", renewal_notice_days=3650)
    assert first["renewal_notice_on"] == "0001-01-01"
    assert (await http.delete(f"/contracts/{first['id']}", headers=ANY)).status_code == 204

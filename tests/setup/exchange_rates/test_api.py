"""Rates by day, and what an amount is worth by them."""

from datetime import date
from decimal import Decimal

from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.models import InBase
from crm_api.setup.exchange_rates.service import ExchangeRateService
from tests.factories.companies import Company
from tests.factories.ledger import refusal


async def worth(company: Company, amount: str, currency: str, on: date) -> InBase | None:
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id, currency="CNY"))
    try:
        return await ExchangeRateService(unit).in_base(Decimal(amount), currency, on)
    finally:
        await unit.close()


async def test_the_last_rate_on_or_before_a_day_counts(company: Company) -> None:
    owner = company.owner
    for day, rate in (("2026-01-05", "7.1"), ("2026-01-10", "7.25")):
        await owner.create("/exchange-rates", currency="USD", rate_on=day, rate=rate)
    found = {day: await worth(company, "10.01", "USD", date(2026, 1, day)) for day in (4, 5, 9, 10, 31)}
    assert found[4] is None
    assert found[5] == InBase(Decimal("71.07"), "CNY", Decimal("7.1"), date(2026, 1, 5))
    assert found[9] == found[5]
    assert found[10] == found[31] == InBase(Decimal("72.57"), "CNY", Decimal("7.25"), date(2026, 1, 10))
    assert await worth(company, "10.01", "EUR", date(2026, 1, 10)) is None
    assert await worth(company, "10.01", "CNY", date(2020, 1, 1)) == InBase(
        Decimal("10.01"), "CNY", Decimal(1), date(2020, 1, 1)
    )


async def test_what_is_no_rate_is_refused(company: Company) -> None:
    owner, good = company.owner, {"currency": "USD", "rate_on": "2026-01-05", "rate": "7.1"}
    made = await owner.create("/exchange-rates", **good)
    before = await company.digest("exchange_rates", "events")
    for change, told in (
        ({}, (409, "duplicate", "/currency duplicate")),
        ({"currency": "CNY"}, (422, "validation_failed", "/currency own_currency")),
        ({"currency": "XYZ"}, (422, "validation_failed", "/currency currency_unknown")),
        ({"rate": "0"}, (422, "validation_failed", "/rate out_of_range")),
        ({"rate": "-7"}, (422, "validation_failed", "/rate out_of_range")),
        ({"rate_on": "2026-02-30"}, (422, "validation_failed", "/rate_on invalid_date")),
    ):
        assert refusal(await owner.http.post("/exchange-rates", json={**good, **change})) == told
    path = f"/exchange-rates/{made['id']}"
    assert refusal(await owner.http.patch(path, json={"currency": "CNY"}))[2] == "/currency own_currency"
    assert await company.digest("exchange_rates", "events") == before
    assert (await owner.http.patch(path, json={"rate": "7.2"})).json()["rate"] == "7.2"
    assert (await owner.http.delete(path)).status_code == 204
    assert (await owner.http.get(path)).status_code == 404

"""Numbers of documents: one after the other, none missing."""

import asyncio
from datetime import UTC, datetime

from crm_api.kit import clock
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.number_series.service import NumberSeriesService
from tests.factories.companies import Company


async def take(company: Company, series: str = "contracts", *, keep: bool = True) -> str:
    me = Principal(company.tenant_id, company.owner.id, time_zone="Asia/Shanghai")
    unit = UnitOfWork(company.served.pool, me)
    try:
        number = await NumberSeriesService(unit).next(series, "C")
        await asyncio.sleep(0)
        if keep:
            await unit.commit()
    finally:
        await unit.close()
    return number


async def test_fifty_at_once_leave_no_gap_though_every_third_is_rolled_back(company: Company) -> None:
    kept = await asyncio.gather(*(take(company, keep=bool(i % 3)) for i in range(75)))
    year = clock.today("Asia/Shanghai").year
    assert sorted(number for i, number in enumerate(kept) if i % 3) == [
        f"C{year}-{n:05d}" for n in range(1, 51)
    ]


async def test_each_series_and_each_year_of_the_company_begins_with_one(company: Company) -> None:
    with clock.frozen(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        assert [await take(company), await take(company), await take(company, "invoices")] == [
            "C2026-00001", "C2026-00002", "C2026-00001",
        ]  # fmt: skip
    with clock.frozen(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):  # midnight in Shanghai
        assert await take(company) == "C2027-00001"

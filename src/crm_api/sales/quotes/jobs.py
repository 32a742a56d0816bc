"""What quotes leave to the worker."""

from collections.abc import Mapping
from typing import Any

from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.quotes.deciding import DecidingService
from crm_api.sales.quotes.resource import EXPIRE


@job("quotes.expire", EXPIRE, every="7 * * * *")
async def expire_quotes(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Sent quotes, from the day after their last one in the company's time zone."""
    await DecidingService(uow).expire()

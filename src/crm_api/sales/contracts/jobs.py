"""What contracts leave to the worker."""

from collections.abc import Mapping
from typing import Any

from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.resource import ADVANCE
from crm_api.sales.contracts.running import advance_contracts


@job("contracts.advance", ADVANCE, every="11 * * * *")
async def advance(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Signed ones begin, those near their end are announced, those past it expire, by the company's own days."""
    await advance_contracts(uow)

"""What is forgotten by the hour."""

from collections.abc import Mapping
from typing import Any

from crm_api.integrations.operations.repository import ExpiryRepository
from crm_api.jobs.models import operations
from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork


@job("operations.expire", operations.delete, every="17 * * * *")
async def expire(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Operations and their results 7 days after their end, stored answers 7 days after they were given."""
    await ExpiryRepository(uow).operations()
    await ExpiryRepository(uow).answers()

"""What attachments leave to the worker."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.attachments.resource import attachments
from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork
from crm_api.storage.sweeping import sweep


@job("attachments.sweep", attachments.delete, every="23 * * * *")
async def sweep_attachments(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Files that nothing names any more, an hour after they came or went."""
    await sweep(uow)

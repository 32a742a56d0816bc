"""What tasks leave to the worker."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.tasks.resource import REMIND
from crm_api.activities.tasks.service import TaskService
from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork


@job("tasks.remind", REMIND, every="* * * * *")
async def remind(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Reminders that are due, at most 1,000 a minute: marked and told in the commit that ends the job."""
    await TaskService(uow).remind()

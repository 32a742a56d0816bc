"""What approvals leave to the worker."""

from collections.abc import Mapping
from typing import Any

from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approvals.chasing import chase_approvals
from crm_api.workflow.approvals.resource import CHASE


@job("approvals.chase", CHASE, every="*/5 * * * *")
async def chase(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Approvers who let the hours of a node pass are reminded, then their superiors asked."""
    await chase_approvals(uow)

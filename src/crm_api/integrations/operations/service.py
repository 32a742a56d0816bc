"""The verbs of operations."""

from typing import Any

from crm_api.integrations.operations.errors import OperationFinished, OperationNotCancellable
from crm_api.jobs.models import Operation, OperationStatus, operations
from crm_api.jobs.operations import KEPT
from crm_api.kit import clock
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork


class OperationService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Operation] = Repository(uow, operations)

    async def cancel(self, operation_id: str) -> dict[str, Any]:
        """What waits is cancelled now; what runs is asked to stop, and stops at its next piece."""
        operation = await self._repository.load(operation_id)
        if operation.finished_at is not None:
            raise OperationFinished
        if operation.status == OperationStatus.QUEUED.value:
            operation.status = OperationStatus.CANCELLED.value
            operation.finished_at = clock.now()
            operation.expires_at = operation.finished_at + KEPT
            return await self._repository.save(operation, event="cancelled")
        if not operation.cancellable:
            raise OperationNotCancellable
        operation.cancel_requested = True
        return await self._repository.save(operation, event="cancel_requested")

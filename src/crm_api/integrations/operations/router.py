"""`/api/v1/operations`."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from crm_api.integrations.operations.following import following
from crm_api.integrations.operations.schemas import OperationRead
from crm_api.integrations.operations.service import OperationService
from crm_api.jobs.models import CANCEL, operations
from crm_api.kit import reading
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.sse import event_stream, stream_answers
from crm_api.kit.streaming import streaming
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/operations", tags=["operations"], route_class=KitRoute)
CanCancel = Annotated[UnitOfWork, allowed(CANCEL)]
CanFollow = Annotated[UnitOfWork, streaming(operations.read)]

reads(router, operations, OperationRead)


@router.post(
    "/{operation_id}/cancel",
    response_model=OperationRead,
    operation_id="operations_cancel",
    summary="Cancel an operation",
)
async def cancel_operation(operation_id: str, uow: CanCancel) -> Any:
    """What waits is cancelled at once; what runs is asked to stop and is `cancelled` when it has. 409 when it has ended."""
    return await OperationService(uow).cancel(operation_id)


@router.get(
    "/{operation_id}/stream",
    operation_id="operations_follow",
    summary="Follow an operation",
    response_class=StreamingResponse,
    responses=stream_answers("OperationRead"),
)
async def follow_operation(request: Request, operation_id: str, uow: CanFollow) -> Any:
    """Server-sent events: `progress` with the operation whenever it changes, at last `finished`."""
    await reading.get(uow, operations, operation_id)
    return event_stream(request, uow, following(operation_id))

"""`/api/v1/dead-letters`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.integrations.dead_letters.schemas import DeadLetterRead
from crm_api.integrations.dead_letters.service import DeadLetterService
from crm_api.jobs.models import DISCARD, RETRY, dead_letters
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/dead-letters", tags=["dead-letters"], route_class=KitRoute)
CanRetry = Annotated[UnitOfWork, allowed(RETRY)]
CanDiscard = Annotated[UnitOfWork, allowed(DISCARD)]

reads(router, dead_letters, DeadLetterRead)


@router.post(
    "/{dead_letter_id}/retry",
    response_model=DeadLetterRead,
    operation_id="dead_letters_retry",
    summary="Start a job again",
)
async def retry_dead_letter(dead_letter_id: str, uow: CanRetry) -> Any:
    """Once more from the beginning, in the name of whoever asked for it. 409 when it was decided before."""
    return await DeadLetterService(uow).retry(dead_letter_id)


@router.post(
    "/{dead_letter_id}/discard",
    response_model=DeadLetterRead,
    operation_id="dead_letters_discard",
    summary="Drop a job",
)
async def discard_dead_letter(dead_letter_id: str, uow: CanDiscard) -> Any:
    """It will not be done; the entry stays. 409 when it was decided before."""
    return await DeadLetterService(uow).discard(dead_letter_id)

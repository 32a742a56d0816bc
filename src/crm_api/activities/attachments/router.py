"""`/api/v1/attachments`."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from crm_api.activities.attachments.kinds import FORMATS
from crm_api.activities.attachments.resource import attachments
from crm_api.activities.attachments.schemas import AttachmentRead, AttachmentUpload
from crm_api.activities.attachments.service import AttachmentService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.streaming import Stream, file_answers, streaming
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import multipart
from crm_api.storage.files import files

router = APIRouter(prefix="/api/v1/attachments", tags=["attachments"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(attachments.create)]
CanDownload = Annotated[UnitOfWork, streaming(attachments.read)]
CanDelete = Annotated[UnitOfWork, allowed(attachments.delete)]

reads(router, attachments, AttachmentRead)


@router.post(
    "",
    status_code=201,
    response_model=AttachmentRead,
    operation_id="attachments_create",
    summary="Attach a file",
)
async def create_attachment(data: Annotated[AttachmentUpload, multipart()], uow: CanCreate) -> Any:
    """To a record that you may change; whoever reads the record can download it.

    What the file is, its content says; programs and web pages are refused whatever their name, and so is a file that is
    two things at once.
    """
    return await AttachmentService(uow).create(data.subject_type, data.subject_id, data.file)


@router.get(
    "/{attachment_id}/content",
    operation_id="attachments_download",
    summary="Download an attachment",
    response_class=StreamingResponse,
    responses=file_answers(kind.media_type for kind in FORMATS),
)
async def download_attachment(attachment_id: str, uow: CanDownload) -> Any:
    """The file as it was sent, to be kept and not shown. There are no partial downloads. Every one is on record."""
    kept = await AttachmentService(uow).kept(attachment_id)
    return Stream(await files().open(kept.storage_key), kept.media_type, kept.name)


@router.delete(
    "/{attachment_id}",
    status_code=204,
    operation_id="attachments_delete",
    summary="Delete an attachment",
)
async def delete_attachment(attachment_id: str, uow: CanDelete) -> None:
    """For good: it cannot be downloaded from now on, and its file is deleted within hours."""
    await AttachmentService(uow).delete(attachment_id)

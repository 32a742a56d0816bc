"""`/api/v1/imports`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from crm_api.integrations.imports.models import RowStatus
from crm_api.integrations.imports.resource import COMMIT, imports
from crm_api.integrations.imports.schemas import ImportRead, ImportRowList, ImportUpdate, ImportUpload
from crm_api.integrations.imports.service import ImportService
from crm_api.integrations.sheets.rows import MEDIA_TYPES
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.requests import language_of
from crm_api.kit.streaming import file_answers, streaming
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import multipart

router = APIRouter(prefix="/api/v1/imports", tags=["imports"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(imports.create)]
CanUpdate = Annotated[UnitOfWork, allowed(imports.update)]
CanCommit = Annotated[UnitOfWork, allowed(COMMIT)]
CanRead = Annotated[UnitOfWork, allowed(imports.read)]

reads(router, imports, ImportRead)


@router.post(
    "",
    status_code=201,
    response_model=ImportRead,
    operation_id="imports_create",
    summary="Upload a file to import",
)
async def create_import(data: Annotated[ImportUpload, multipart()], uow: CanCreate) -> Any:
    """Keep the file, find out how it is written, and suggest which column is which field. Nothing is imported yet."""
    return await ImportService(uow).create(data.file, data.resource)


@router.patch(
    "/{import_id}",
    response_model=ImportRead,
    operation_id="imports_update",
    summary="Say how a file is imported",
)
async def update_import(import_id: str, data: ImportUpdate, uow: CanUpdate) -> Any:
    """Mapping, match rules, defaults and spelling. What is left out stays; lists are replaced whole."""
    return await ImportService(uow).update(import_id, data.given())


@router.post(
    "/{import_id}/validate",
    status_code=202,
    response_model=ImportRead,
    operation_id="imports_validate",
    summary="Try an import",
)
async def validate_import(import_id: str, uow: CanUpdate) -> Any:
    """Read every row as an import would and write nothing. The report stands in the import when it is `validated`."""
    return await ImportService(uow).validate(import_id)


@router.post(
    "/{import_id}/commit",
    status_code=202,
    response_model=ImportRead,
    operation_id="imports_commit",
    summary="Carry an import out",
)
async def commit_import(import_id: str, uow: CanCommit) -> Any:
    """Write the rows in their order, each exactly once, with the rights of whoever asks.

    A row that is refused is left out and named; the others are not held up by it.
    """
    return await ImportService(uow).carry_out(import_id)


@router.post(
    "/{import_id}/undo",
    status_code=202,
    response_model=ImportRead,
    operation_id="imports_undo",
    summary="Take an import back",
)
async def undo_import(import_id: str, uow: CanCommit) -> Any:
    """Delete what was created and restore what was changed.

    Records that were changed since are left alone: their rows have the status `conflict`.
    """
    return await ImportService(uow).undo(import_id)


@router.get(
    "/{import_id}/rows",
    response_model=ImportRowList,
    operation_id="imports_list_rows",
    summary="List what became of the rows",
)
async def list_import_rows(
    import_id: str,
    uow: CanRead,
    status: Annotated[RowStatus | None, Query(description="Only rows of which this became.")] = None,
    cursor: Annotated[
        str | None, Query(max_length=10, pattern=r"^\d+$", description="Of an earlier answer.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Rows a page.")] = 50,
) -> Any:
    """The ledger of an import, in the order of the file."""
    return await ImportService(uow).rows(import_id, status, int(cursor or 0), limit)


@router.get(
    "/{import_id}/errors",
    operation_id="imports_get_errors",
    summary="Get the rows that failed as a file",
    response_class=StreamingResponse,
    responses=file_answers(MEDIA_TYPES.values()),
)
async def get_import_errors(
    request: Request, import_id: str, uow: Annotated[UnitOfWork, streaming(imports.read)]
) -> Any:
    """In the format of the upload: the rows as they were, and a column that says what is wrong.

    It can be corrected and uploaded again.
    """
    language = language_of(request)
    return await ImportService(uow).errors(import_id, language)

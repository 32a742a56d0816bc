"""`/api/v1/<resource>/export` and `/api/v1/exports`."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from crm_api.integrations.exports.listings import OWN, UNPAGED, asked_by_query
from crm_api.integrations.exports.resource import exports, right_to_export
from crm_api.integrations.exports.schemas import ExportCreate, ExportRead
from crm_api.integrations.exports.service import STREAMED, ExportService
from crm_api.integrations.operations.schemas import OperationRead
from crm_api.integrations.sheets.rows import MEDIA_TYPES, Format
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.list_parameters import list_parameters
from crm_api.kit.reads import reads
from crm_api.kit.resource import Resource
from crm_api.kit.streaming import file_answers, streaming
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/exports", tags=["exports"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(exports.create)]
CanDownload = Annotated[UnitOfWork, streaming(exports.read)]

reads(router, exports, ExportRead)


@router.post(
    "",
    status_code=202,
    response_model=OperationRead,
    operation_id="exports_create",
    summary="Ask for a file",
)
async def create_export(data: ExportCreate, uow: CanCreate) -> Any:
    """Any number of rows, in the words of `POST /x/query`; needs `<resource>:export` as well.

    The file is made as you and with the rights you have then. `GET /exports/{id}`, under the id of the operation, has
    its link, which is for you alone and lasts 48 hours. Every export is on record.
    """
    return await ExportService(uow).create(data.given())


@router.get(
    "/{export_id}/content",
    operation_id="exports_download",
    summary="Download a file",
    response_class=StreamingResponse,
    responses={
        **file_answers(MEDIA_TYPES.values()),
        409: {"description": "The file is not there yet."},
        410: {"description": "The file has expired."},
    },
)
async def download_export(export_id: str, uow: CanDownload) -> Any:
    """The file, for whoever asked for it. Every download is on record."""
    return await ExportService(uow).download(export_id)


def export_router(resources: Iterable[Resource]) -> APIRouter:
    """`GET …/export` for each resource whose rows may leave; mounted before the routes that take an id there."""
    streamed = APIRouter(prefix="/api/v1", route_class=KitRoute)
    for resource in resources:
        if resource.exportable:
            _add(streamed, resource)
    return streamed


def _add(router: APIRouter, resource: Resource) -> None:
    words = resource.name.replace("_", " ")
    path = resource.name.replace("_", "-")
    router.add_api_route(
        f"/{path}/export",
        _exporting(resource),
        methods=["GET"],
        tags=[path],
        operation_id=f"{resource.name}_export",
        summary=f"Export {words}",
        description=f"The list as a file, without pages: at most {STREAMED:,} rows, beyond that 409: `POST /exports` has no such bound. A text that a "
        "spreadsheet program would run begins with an apostrophe, which an import takes away again. Every export "
        "is on record.",
        response_class=StreamingResponse,
        responses=file_answers(MEDIA_TYPES.values()),
        openapi_extra={"parameters": [*_own_parameters(), *_list_parameters(resource)]},
    )


def _exporting(resource: Resource) -> Any:
    async def export_records(
        request: Request, uow: Annotated[UnitOfWork, streaming(right_to_export(resource))]
    ) -> Any:
        asked = await asked_by_query(uow, resource, request.scope["query_string"])
        edge = request.app.state.edge
        return await ExportService(uow).stream(asked, edge.cursors, edge.accounting.log)

    # the parameters are those of the list, read by the kit
    export_records.own_query = True  # type: ignore[attr-defined]
    return export_records


def _own_parameters() -> list[dict[str, Any]]:
    described = {
        "format": ("How the rows are written.", {"type": "string", "enum": list(Format), "default": "csv"}),
        "bom": (
            "Begin a CSV with a byte order mark, for programs that take UTF-8 for something else without it.",
            {"type": "boolean", "default": False},
        ),
        "fields": (
            "Fields, comma-separated, in this order; all that you may see unless given.",
            {"type": "string", "examples": ["name,created_at"]},
        ),
    }
    return [
        {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
        for name, (text, schema) in described.items()
    ]


def _list_parameters(resource: Resource) -> list[dict[str, Any]]:
    return [item for item in list_parameters(resource) if item["name"] not in (*UNPAGED, *OWN)]

"""`/api/v1/<resource>/export`."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from crm_api.integrations.exports.listings import OWN, UNPAGED, asked_by_query
from crm_api.integrations.exports.resource import right_to_export
from crm_api.integrations.exports.service import STREAMED, ExportService
from crm_api.integrations.sheets.rows import MEDIA_TYPES, Format
from crm_api.kit.http import KitRoute
from crm_api.kit.list_parameters import list_parameters
from crm_api.kit.resource import Resource
from crm_api.kit.streaming import streaming
from crm_api.kit.uow import UnitOfWork

_FILES = {
    media.partition(";")[0]: {"schema": {"type": "string", "contentMediaType": media.partition(";")[0]}}
    for media in MEDIA_TYPES.values()
}


def export_router(resources: Iterable[Resource]) -> APIRouter:
    """`GET …/export` for each resource whose rows may leave; mounted before the routes that take an id there."""
    router = APIRouter(prefix="/api/v1", route_class=KitRoute)
    for resource in resources:
        if resource.portable:
            _add(router, resource)
    return router


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
        description=f"The list as a file, without pages: at most {STREAMED:,} rows, beyond that 409. A text that a "
        "spreadsheet program would run begins with an apostrophe, which an import takes away again. Every export "
        "is on record.",
        response_class=StreamingResponse,
        responses={200: {"description": "The file.", "content": _FILES}},
        openapi_extra={"parameters": [*_own_parameters(), *_list_parameters(resource)]},
    )


def _exporting(resource: Resource) -> Any:
    async def export_records(
        request: Request, uow: Annotated[UnitOfWork, streaming(right_to_export(resource))]
    ) -> Any:
        asked = asked_by_query(resource, uow.principal, request.scope["query_string"])
        return await ExportService(uow).stream(resource, asked, request.app.state.edge.cursors)

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

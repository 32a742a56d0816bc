"""List, query and get of a resource: documented through FastAPI, executed by the kit."""

from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema, create_model

from crm_api.kit import reading
from crm_api.kit.allowed import admit, allowed
from crm_api.kit.list_parameters import control_parameter, list_parameters
from crm_api.kit.listing import (
    MAX_LIMIT,
    SHAPING,
    faults_in_body,
    from_body,
    from_parameters,
    shape_from_query,
)
from crm_api.kit.requests import strict_query
from crm_api.kit.resource import Resource
from crm_api.kit.schemas import Flag, Id, Schema, Whole
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.views import view_of

CURSOR_LIMIT = 16_384
Name = Annotated[str, StringConstraints(max_length=200)]


class Page(Schema):
    """Where a page stands in its list."""

    next_cursor: str | None = Field(description="Pass as `cursor` for the next page; null on the last one.")
    prev_cursor: str | None = Field(
        description="Pass as `cursor` for the page before; null on the first one."
    )
    has_more: bool = Field(description="Whether a next page exists.")
    total: int | None = Field(
        None, description="With `include_total=true`: matching records, counted to 10,000."
    )
    total_is_capped: bool | None = Field(None, description="Whether there are more than `total`.")


class Selection(Schema):
    """Which records, in which order, what of them."""

    filter: dict[str, Any] | None = Field(
        None,
        description='`{"and": […]}`, `{"or": […]}`, `{"not": {…}}` or `{"field", "op", "value"}`.',
        examples=[{"and": [{"field": "created_at", "op": "gte", "value": "2026-01-01T00:00:00Z"}]}],
    )
    sort: list[str] | None = Field(
        None, description="Sort keys, `-` for descending.", max_length=3, examples=[["-created_at"]]
    )
    q: str | None = Field(
        None,
        max_length=200,
        description="Words, prefixes of words or Chinese fragments that must all occur.",
    )
    fields: list[Name] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="What to show of each record; everything unless given.",
        examples=[["id", "owner.name"]],
    )
    view: Id | None = Field(
        None, description="A saved view, to which this filter is added; its sort and shape can be replaced."
    )
    tz: str | None = Field(
        None,
        max_length=64,
        description="IANA zone of relative dates; the company's unless given.",
        examples=["Asia/Shanghai"],
    )
    deleted: str | None = Field(
        None, max_length=7, description="`exclude`, `include` or `only`; needs the right to restore."
    )


class Query(Selection):
    """A list request whose filter is a tree."""

    limit: (
        Annotated[Whole, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})] | None
    ) = Field(None, description=f"1 to {MAX_LIMIT}, 50 unless given.")
    cursor: str | None = Field(
        None, max_length=CURSOR_LIMIT, description="A cursor of an earlier answer to the same query."
    )
    include_total: Flag | None = Field(None, description="Count the matching records, to 10,000.")
    expand: list[Name] | None = Field(
        None,
        max_length=5,
        description="Neighbours to show beside their ids.",
        examples=[["owner", "customer.owner"]],
    )


def reads(router: APIRouter, resource: Resource, schema: type[BaseModel]) -> None:
    """Add `GET ""`, `POST /query` and `GET /{id}` for a resource, shown as `schema`."""
    listed = _list_of(resource, schema)
    words, one = resource.name.replace("_", " "), resource.singular.replace("_", " ")
    router.add_api_route(
        "",
        _listing(resource),
        methods=["GET"],
        response_model=listed,
        operation_id=f"{resource.name}_list",
        summary=f"List {words}",
        description=_list_description(resource),
        openapi_extra={"parameters": list_parameters(resource)},
    )
    router.add_api_route(
        "/query",
        _querying(resource),
        methods=["POST"],
        response_model=listed,
        operation_id=f"{resource.name}_query",
        summary=f"Query {words}",
        description=f"The same list as GET, with the filter as a JSON tree of {words} fields.",
    )
    router.add_api_route(
        f"/{{{resource.singular}_id}}",
        _getting(resource),
        methods=["GET"],
        response_model=schema,
        operation_id=f"{resource.name}_get",
        summary=f"Get a {one}",
        description=f"One {one}. What is absent, deleted or out of your reach answers 404 alike.",
        openapi_extra={"parameters": [control_parameter(name, resource) for name in SHAPING]},
    )


def reads_within(
    router: APIRouter, parent: Resource, path: str, resource: Resource, schema: type[BaseModel]
) -> None:
    """Add `GET /{parent}/<path>`: the records of `resource` whose field `<parent singular>_id` names the parent."""
    words, name = resource.name.replace("_", " "), f"{parent.singular}_id"

    async def list_records() -> Any: ...

    list_records.__signature__ = Signature([Parameter(name, Parameter.KEYWORD_ONLY, annotation=str)])  # type: ignore[attr-defined]

    async def direct(request: Request, unit: UnitOfWork) -> dict[str, Any]:
        admit(unit, resource.read)
        given = strict_query(request.scope["query_string"])
        listing = from_parameters(resource, unit.principal, given, None)
        parent_id = request.scope["path_params"][name]
        await reading.get(unit, parent, parent_id)
        listing.filter.parameter(name, "eq", [parent_id])
        return await reading.page(unit, listing, request.app.state.edge.cursors)

    router.add_api_route(
        f"/{{{name}}}/{path}",
        _direct(list_records, resource, direct),
        methods=["GET"],
        response_model=_list_of(resource, schema),
        operation_id=f"{parent.name}_list_{path}",
        summary=f"List {words}",
        description=_list_description(resource),
        openapi_extra={"parameters": list_parameters(resource)},
    )


def _list_of(resource: Resource, schema: type[BaseModel]) -> type[BaseModel]:
    return create_model(
        f"{schema.__name__.removesuffix('Read')}List",
        __base__=Schema,
        __doc__=f"A page of {resource.name.replace('_', ' ')}.",
        data=(list[schema], Field(description="The records of the page.")),  # type: ignore[valid-type]
        page=(Page, Field(description="Where the page stands.")),
    )


def _listing(resource: Resource) -> Any:
    async def list_records() -> Any: ...

    return _direct(list_records, resource, _list(resource))


def _getting(resource: Resource) -> Any:
    async def get_record() -> Any: ...

    # the path parameter is named as in the other handlers of the resource, so that the document has one path
    identifier = Parameter(f"{resource.singular}_id", Parameter.KEYWORD_ONLY, annotation=str)
    get_record.__signature__ = Signature([identifier])  # type: ignore[attr-defined]
    return _direct(get_record, resource, _get(resource))


def _querying(resource: Resource) -> Any:
    async def query_records(
        request: Request, query: Query, uow: Annotated[UnitOfWork, allowed(resource.read)]
    ) -> Any:
        with faults_in_body():
            view = await view_of(uow, resource, query.view) if query.view else None
            listing = from_body(resource, uow.principal, query.given(), view)
            return await reading.page(uow, listing, request.app.state.edge.cursors)

    query_records.shows = resource  # type: ignore[attr-defined]
    query_records.safe = True  # type: ignore[attr-defined]
    return query_records


def _direct(endpoint: Any, resource: Resource, direct: Any) -> Any:
    """What FastAPI documents as `endpoint` is executed as `direct`."""
    endpoint.direct, endpoint.permission, endpoint.shows = direct, resource.read, resource
    return endpoint


def _list(resource: Resource) -> Any:
    async def direct(request: Request, unit: UnitOfWork) -> dict[str, Any]:
        admit(unit, resource.read)
        given = strict_query(request.scope["query_string"])
        view = await view_of(unit, resource, given["view"][0]) if "view" in given else None
        listing = from_parameters(resource, unit.principal, given, view)
        return await reading.page(unit, listing, request.app.state.edge.cursors)

    return direct


def _get(resource: Resource) -> Any:
    async def direct(request: Request, unit: UnitOfWork) -> dict[str, Any]:
        admit(unit, resource.read)
        shape = shape_from_query(resource, unit.principal, request.scope["query_string"])
        return await reading.get(unit, resource, next(iter(request.scope["path_params"].values())), shape)

    return direct


def _list_description(resource: Resource) -> str:
    sorts = ", ".join(f"`{name}`" for name in resource.sorts)
    return (
        f"The {resource.name.replace('_', ' ')} within your reach, `{resource.default_sort}` unless sorted by {sorts}. "
        "Filters are `field=value` or `field[operator]=value` and must all hold."
    )

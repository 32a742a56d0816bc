"""Writing records other than one by one: batches, and upserts by the key of another system.

`writes` adds `POST /batch` and `PUT /by-external/{source}/{key}` to a resource and makes its verbs known as a `Writer`.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field, JsonValue

from crm_api.kit.allowed import Door
from crm_api.kit.answers import Answer, problem_content
from crm_api.kit.conflicts import REFUSALS, as_problem
from crm_api.kit.errors import Fault, Forbidden, Invalid, NotFound, Problem
from crm_api.kit.ids import as_id
from crm_api.kit.references import id_by_external
from crm_api.kit.requests import language_of
from crm_api.kit.resolving import validated
from crm_api.kit.resource import Resource
from crm_api.kit.schemas import ExternalIdSchema, Id, Schema
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writers import WRITERS, Done, Verbs, Writer

ROWS = 200
Source = Annotated[str, Path(description="The other system.", examples=["erp"])]
Key = Annotated[str, Path(description="The key of the record there.", examples=["4711"])]


class Op(StrEnum):
    """What to do with one record."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"


class Operation(Schema):
    """One operation; the record is named by its id or by the key that another system knows it by."""

    op: Op = Field(description="What to do.", examples=["upsert"])
    id: Id | None = Field(None, description="The record; for `update` and `delete`.", examples=[None])
    external: ExternalIdSchema | None = Field(
        None, description="Its key in another system; for `upsert`, and instead of `id`."
    )
    if_version: Annotated[int, Field(ge=1, le=999_999_999)] | None = Field(
        None, description="Only if the record still has this version.", examples=[None]
    )
    data: dict[str, JsonValue] | None = Field(
        None,
        description="The body that `POST`, or `PATCH`, of the resource takes; none for `delete`.",
        examples=[{"name": "智达科技"}],
    )


class Batch(Schema):
    """Up to 200 operations on one resource."""

    mode: Literal["atomic", "partial"] = Field(
        description="`atomic`: all or nothing; `partial`: each for itself.", examples=["partial"]
    )
    operations: Annotated[list[Operation], Field(min_length=1, max_length=ROWS)] = Field(
        description="In the order in which they are performed."
    )


class BatchResult(Schema):
    """What became of one operation."""

    index: int = Field(description="Its place in the request, from 0.", examples=[0])
    status: int = Field(description="The HTTP status it would have had alone.", examples=[201])
    id: Id | None = Field(description="The record; null when there is none.")
    error: dict[str, Any] | None = Field(description="The problem it met.", examples=[None])


class BatchCounts(Schema):
    """How many of each."""

    created: int = Field(description="New records.", examples=[1])
    updated: int = Field(description="Changed records, and those that already were as wanted.", examples=[0])
    deleted: int = Field(description="Deleted records.", examples=[0])
    failed: int = Field(description="Operations that changed nothing.", examples=[0])


class BatchAnswer(Schema):
    """The outcome of a batch, one result for each operation."""

    results: list[BatchResult] = Field(description="In the order of the operations.")
    counts: BatchCounts = Field(description="The results, counted.")


class WritingDoor(Door):
    """The door of a batch: opens to whoever may create, change or delete; each operation asks for its own right."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.update)
        self._any = (resource.create, resource.update, resource.delete)

    def open(self, unit: UnitOfWork) -> UnitOfWork:
        """The unit, for the first of the rights that the caller holds."""
        held = next((right for right in self._any if unit.principal.reach(right)), None)
        if held is None:
            raise Forbidden
        unit.permission = held
        return unit


def writes(
    router: APIRouter,
    resource: Resource,
    create: type[Schema],
    update: type[Schema],
    service: Callable[[UnitOfWork], Verbs],
    read: type[BaseModel],
    created: type[BaseModel] | None = None,
) -> None:
    """Add `POST /batch` and, where other systems' keys are kept, `PUT /by-external/{source}/{key}`.

    `created` is how a new record is shown, where that differs.
    """
    writer = WRITERS[resource.name] = Writer(resource, create, update, service)
    words, one = resource.name.replace("_", " "), resource.singular.replace("_", " ")
    router.add_api_route(
        "/batch",
        _batching(writer),
        methods=["POST"],
        response_model=BatchAnswer,
        operation_id=f"{resource.name}_batch",
        summary=f"Write several {words}",
        description=f"Create, change, upsert and delete up to {ROWS} {words} in one request. A partial batch answers "
        "200 with a result for each operation; an atomic one that fails is 422 and has written nothing.",
    )
    if resource.linked:
        router.add_api_route(
            "/by-external/{source}/{key:path}",
            _upserting(writer),
            methods=["PUT"],
            response_model=read,
            operation_id=f"{resource.name}_upsert",
            summary=f"Create or change a {one} by its key in another system",
            description=f"200 for a {one} that was there, 201 for a new one, which then holds the key.",
            responses={201: {"model": created or read, "description": "Created"}},
        )


def _batching(writer: Writer) -> Any:
    door = Annotated[UnitOfWork, Depends(WritingDoor(writer.resource))]

    async def write_records(request: Request, data: Batch, uow: door) -> Any:
        return await _run(uow, writer, data, language_of(request))

    return write_records


def _upserting(writer: Writer) -> Any:
    create = writer.create_schema
    door = Annotated[UnitOfWork, Depends(WritingDoor(writer.resource))]

    async def upsert_record(source: Source, key: Key, data: create, uow: door) -> Any:  # type: ignore[valid-type]
        external = validated(ExternalIdSchema, {"source": source, "key": key}).model_dump()
        done = await writer.upsert(uow, external, data)
        return Answer(done.record, done.status)

    # a body that creates and one that changes are read by different schemas
    upsert_record.raw_body = True  # type: ignore[attr-defined]
    return upsert_record


async def _run(uow: UnitOfWork, writer: Writer, batch: Batch, language: str) -> Any:
    results: list[dict[str, Any]] = []
    for index, operation in enumerate(batch.operations):
        try:
            async with uow.savepoint():
                done = await perform(uow, writer, operation)
            results.append({"index": index, "status": done.status, "id": done.record_id, "error": None})
        except REFUSALS as error:
            problem = await as_problem(uow, error)
            if batch.mode == "atomic":
                raise _failed(problem, index) from error
            shown = problem_content(problem, language)
            results.append({"index": index, "status": problem.status, "id": operation.id, "error": shown})
    return {"results": results, "counts": _counts(results)}


async def perform(uow: UnitOfWork, writer: Writer, operation: Operation) -> Done:
    """One operation, with the rights, rules and events of the verb it stands for."""
    versions = frozenset({operation.if_version}) if operation.if_version else None
    external = operation.external.model_dump() if operation.external else None
    data = operation.data or {}
    if operation.op is not Op.CREATE and (operation.id is None) == (external is None):
        raise Invalid.at("/id", "id_or_external")
    match operation.op:
        case Op.CREATE:
            return await writer.create(uow, data)
        case Op.UPSERT:
            if external is None:
                raise Invalid.at("/external", "required")
            return await writer.upsert(uow, external, data, versions)
    record_id = operation.id or await id_by_external(uow, writer.resource, external or {})
    if record_id is None or as_id(record_id) is None:
        raise NotFound
    if operation.op is Op.DELETE:
        return await writer.delete(uow, record_id, versions)
    return await writer.update(uow, record_id, data, versions)


def _failed(problem: Problem, index: int) -> Invalid:
    """An atomic batch that was stopped by one of its operations."""
    at = f"/operations/{index}"
    inside = [Fault("pointer", f"{at}/data{fault.at}", fault.code, fault.params) for fault in problem.faults]
    faults = inside or [Fault("pointer", at, problem.code, problem.params)]
    return Invalid(
        "batch_failed", faults=faults, extra={"failed": {"index": index, "status": problem.status}}
    )


def _counts(results: Sequence[dict[str, Any]]) -> dict[str, int]:
    names = {201: "created", 200: "updated", 204: "deleted"}
    counts = {"created": 0, "updated": 0, "deleted": 0, "failed": 0}
    for result in results:
        counts[names.get(result["status"], "failed")] += 1
    return counts

"""The edge: one request, one unit of work, one commit before the first byte of the answer.

Order of refusals: 401; then 400, 413, 415 (what cannot be read); 403 (permission); 422 (body); then what the row says.
"""

import functools
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crm_api.kit.allowed import UNIT, Door, OwnDoor, PublicDoor
from crm_api.kit.answers import json_answer, problem_answer
from crm_api.kit.conflicts import (
    OUTDATED,
    RETRIED,
    database_problem,
    name_duplicate,
    resource_of,
    unique_fields,
)
from crm_api.kit.cursors import Cursors
from crm_api.kit.errors import BadRequest, Conflict, Fault, NotFound, Problem, Unauthenticated, bad_parameter
from crm_api.kit.i18n import negotiate
from crm_api.kit.ids import new_id
from crm_api.kit.listing import strict_query
from crm_api.kit.filters import unknown_parameter
from crm_api.kit.observability import log_request, record_request
from crm_api.kit.principal import Permission, Principal
from crm_api.kit.requests import read_body, read_json
from crm_api.kit.schemas import problem_of
from crm_api.kit.uow import PublicUnit, UnitOfWork

ATTEMPTS: Final = 4
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_log = structlog.get_logger("crm_api")
Direct = Callable[[Request, UnitOfWork], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Edge:
    """What every request needs; made once in `main`, found at `app.state.edge`."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    cursors: Cursors
    authenticate: Callable[[str], Awaitable[Principal]]


class KitRoute(APIRoute):
    """A route of this API. FastAPI documents it and resolves writes; the edge around it is here.

    `errors` are the statuses it may refuse with, for the document.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.direct: Direct | None = getattr(endpoint, "direct", None)
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)
        doors = [dependant.call for dependant in self.dependant.dependencies]
        self.permission: Permission | None = next((d.permission for d in doors if isinstance(d, Door)), None)
        self.permission = self.permission or getattr(endpoint, "permission", None)
        self.public = any(isinstance(door, PublicDoor) for door in doors)
        self.own = any(isinstance(door, OwnDoor) for door in doors)
        self.takes_form = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        self.parameters = frozenset(parameter.alias for parameter in self.dependant.query_params)
        self.body_fields = _field_names(self.body_field)
        self.errors: tuple[int, ...] = _errors(self)

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        resolve = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await self.answer(request, lambda _: resolve(request))

        return handle

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A get or a list goes straight to the kit; everything else through FastAPI's resolution."""
        direct = self.direct
        if direct is None or scope["method"] not in self.methods:
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)

        async def perform(unit: UnitOfWork) -> Response:
            return json_answer(await direct(request, unit))

        response = await self.answer(request, perform)
        await response(scope, receive, send)

    async def answer(
        self, request: Request, perform: Callable[[UnitOfWork], Awaitable[Response]]
    ) -> Response:
        """Authenticate, read strictly, perform, commit; whatever goes wrong is a problem."""
        started = time.perf_counter()
        given_id = request.headers.get("x-request-id", "")
        request_id = given_id if _REQUEST_ID.fullmatch(given_id) else new_id()
        principal: Principal | None = None
        try:
            edge: Edge = request.app.state.edge
            if not self.public:
                principal = await edge.authenticate(bearer(request))
            await self._read(request)
            response = await self._perform(edge, request, principal, request_id, perform)
            if isinstance(response, _Kept):
                response = _refusal(request, response.problem, request_id)
        except Problem as problem:
            response = _refusal(request, problem, request_id)
        except Exception as error:
            problem = database_problem(error) or Problem()
            if problem.status == Problem.status:
                _log.error(
                    "unhandled",
                    request_id=request_id,
                    route=self.path_format,
                    error=type(error).__name__,
                    exc_info=error,
                )
            response = _refusal(request, problem, request_id)
        response.headers["X-Request-Id"] = request_id
        if "cache-control" not in response.headers:
            response.headers["Cache-Control"] = "no-store" if self.public else "private, no-cache"
        seconds = time.perf_counter() - started
        record_request(request.method, self.path_format, response.status_code, seconds)
        log_request(
            request_id=request_id,
            tenant=principal and principal.tenant_id,
            user=principal and principal.id,
            method=request.method,
            route=self.path_format,
            status=response.status_code,
            seconds=seconds,
        )
        return response

    async def _read(self, request: Request) -> None:
        """The body and the query, once and strictly. A direct route reads its own query."""
        if self.direct is None:
            for name, texts in strict_query(request.scope["query_string"]).items():
                if name not in self.parameters:
                    raise unknown_parameter(name, self.parameters)
                if len(texts) > 1:
                    raise bad_parameter(name, "repeated_parameter")
        if request.method == "GET":
            return
        body = await read_body(request)
        request._body = body
        if self.body_field is None:
            if body.strip() not in (b"", b"{}"):
                raise BadRequest("unexpected_body")
        elif body and not self.takes_form:
            request._json = read_json(body, request.headers.get("content-type", ""))

    async def _perform(
        self,
        edge: Edge,
        request: Request,
        principal: Principal | None,
        request_id: str,
        perform: Callable[[UnitOfWork], Awaitable[Response]],
    ) -> Response:
        for attempt in range(1, ATTEMPTS + 1):
            unit = (
                UnitOfWork(
                    edge.pool,
                    principal,
                    self.permission if self.direct else None,
                    request_id=request_id,
                    read_only=self.direct is not None,
                )
                if principal
                else PublicUnit(edge.pool, request_id=request_id)
            )
            request.scope[UNIT] = unit
            try:
                response = await perform(unit)
                await unit.commit()
            except RequestValidationError as error:
                raise _unreadable(error, self.body_fields) from error
            except asyncpg.UniqueViolationError as error:
                await unit.close()
                raise await _name_the_other(edge, unit, error) from error
            except (*RETRIED, *OUTDATED) as error:
                if attempt == ATTEMPTS or (attempt > 1 and isinstance(error, OUTDATED)):
                    raise
            else:
                return response
            finally:
                await unit.close()
        raise AssertionError("unreachable")


def bearer(request: Request) -> str:
    """The credential of an Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


def _answering(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    """The endpoint with its plain result made an answer; a returned Problem is an answer that commits."""

    @functools.wraps(endpoint)
    async def answering(*positional: Any, **named: Any) -> Response:
        result = await endpoint(*positional, **named)
        if isinstance(result, Response):
            return result
        if isinstance(result, Problem):
            return _Kept(result)
        return Response(status_code=status) if result is None else json_answer(result, status)

    return answering


class _Kept(Response):
    """A refusal whose trace must be committed; the edge turns it into bytes."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self.problem = problem


def _refusal(request: Request, problem: Problem, request_id: str) -> Response:
    language = negotiate(request.headers.get("accept-language", ""))
    return problem_answer(problem, language=language, instance=request.url.path, request_id=request_id)


def _unreadable(error: RequestValidationError, known: frozenset[str]) -> Problem:
    errors = error.errors()
    if any(item["loc"][0] == "path" for item in errors):
        return NotFound()
    for item in errors:
        if item["loc"][0] in ("query", "header"):
            return problem_in_query(item)
    return problem_of([{**item, "loc": item["loc"][1:]} for item in errors], known)


def problem_in_query(item: dict[str, Any]) -> BadRequest:
    """A query parameter that FastAPI refused: the same fault, at the parameter, as 400."""
    fault = problem_of([{**item, "loc": item["loc"][1:2]}]).faults[0]
    return BadRequest(
        "invalid_parameter", faults=[Fault("parameter", str(item["loc"][1]), fault.code, fault.params)]
    )


async def _name_the_other(edge: Edge, unit: UnitOfWork, error: asyncpg.UniqueViolationError) -> Problem:
    """A duplicate names the record that holds the value, if the caller can see it."""
    constraint = error.constraint_name or ""
    problem = database_problem(error) or Conflict()
    resource, fields = resource_of(constraint), unique_fields(constraint)
    value = getattr(unit.writing, fields[0], None) if len(fields) == 1 and unit.writing is not None else None
    if resource is None or value is None or fields == ("id",) or unit.writing.__class__ is not resource.model:
        return problem
    asking = UnitOfWork(edge.pool, unit.principal, resource.read, read_only=True)
    try:
        return Conflict(
            "duplicate",
            faults=problem.faults,
            extra={"duplicates": await name_duplicate(asking, resource, fields[0], value)},
        )
    finally:
        await asking.close()


def _field_names(body: Any) -> frozenset[str]:
    fields = getattr(getattr(body, "field_info", None), "annotation", None)
    return frozenset(getattr(fields, "model_fields", {}))


def _errors(route: KitRoute) -> tuple[int, ...]:
    found = {400, 503}
    found |= set() if route.public else {401}
    found |= {403} if route.permission else set()
    found |= {404} if "{" in route.path_format else set()
    if route.methods and route.methods != {"GET"}:
        found |= {409, 413}
    if route.body_field is not None:
        found |= {415, 422}
    return tuple(sorted(found))

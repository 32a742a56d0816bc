"""The edge: one request, one unit of work, one commit before the first byte of the answer.

Order of refusals: 401; then 400, 413, 415 (what cannot be read); 403 (permission); 422 (body); then what the row says.
"""

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

import asyncpg
import structlog
from fastapi.dependencies.utils import solve_dependencies
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from crm_api.kit.allowed import UNIT, Door, OwnDoor, PublicDoor
from crm_api.kit.answers import VARY, as_sent, stamp
from crm_api.kit.conflicts import OUTDATED, RETRIED, database_problem, name_the_other
from crm_api.kit.edge import Edge
from crm_api.kit.errors import BadRequest, Forbidden, Problem
from crm_api.kit.failpoints import failpoint
from crm_api.kit.faults import unreadable
from crm_api.kit.idempotency import in_flight, recall, remember
from crm_api.kit.ids import new_id
from crm_api.kit.listing import strict_parameters
from crm_api.kit.observability import log_request, record_request
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.requests import bearer, header, origin_of, read_body, read_json
from crm_api.kit.resolving import plan_of
from crm_api.kit.resource import Resource
from crm_api.kit.responding import refusal, respond, tried
from crm_api.kit.streaming import StreamDoor, begun
from crm_api.kit.uow import PublicUnit, UnitOfWork
from crm_api.kit.uploads import Multipart, read_upload
from crm_api.kit.wishes import NONE, Wishes, wishes_of

ATTEMPTS: Final = 4
NOT_MODIFIED: Final = 304
FAILED: Final = 300
FORM: Final = object()
STANDING: Final = "crm.limits"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_log = structlog.get_logger("crm_api")
Direct = Callable[[Request, UnitOfWork], Awaitable[Any]]


class KitRoute(APIRoute):
    """A route of this API: registered and documented by FastAPI, executed here.

    `errors` are the statuses it may refuse with, for the document.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.direct: Direct | None = getattr(endpoint, "direct", None)
        self.shows: Resource | None = getattr(endpoint, "shows", None)
        self.own_query = self.direct is not None or getattr(endpoint, "own_query", False)
        super().__init__(path, endpoint, **options)
        doors = [dependant.call for dependant in self.dependant.dependencies]
        self.permission: Permission | None = next((d.permission for d in doors if isinstance(d, Door)), None)
        self.permission = self.permission or getattr(endpoint, "permission", None)
        self.public = any(isinstance(door, PublicDoor) for door in doors)
        self.caching = b"no-store" if self.public else b"private, no-cache"
        self.own = any(type(door) is OwnDoor for door in doors)
        self.streams = any(isinstance(door, StreamDoor) for door in doors)
        self.uploads = self.body_field is not None and isinstance(self.body_field.field_info, Multipart)
        self.plan = plan_of(self.dependant)
        self.parameters = frozenset(parameter.alias for parameter in self.dependant.query_params)
        self.answers = self.status_code or 200
        self.safe = bool(getattr(endpoint, "safe", False)) or self.methods == {"GET"}
        names = [parameter.alias for parameter in self.dependant.path_params]
        self.record: str | None = next((name for name in names if name.endswith("_id")), None)
        form = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        self.secret = "secret" in getattr(self.response_model, "model_fields", ())
        self.repeatable = not (self.public or self.safe or self.streams or self.uploads or form)
        retiring = getattr(endpoint, "retiring", None)
        self.deprecated, self.notice = bool(retiring) or None, retiring and retiring.notice
        self.stamped = as_sent({**(retiring.headers if retiring else {}), "Vary": VARY})
        self.errors: tuple[int, ...] = _errors(self)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Perform the request and send its answer."""
        request = Request(scope, receive)
        try:
            answer = await self.answer(request)
        finally:
            await request.close()  # uploaded files
        await answer(scope, receive, send)

    async def call(self, request: Request, unit: UnitOfWork, content: Any) -> Any:
        """What the handler returns."""
        if self.direct is not None:
            return await self.direct(request, unit)
        if self.plan is not None:
            return await self.plan.call(self.endpoint, request, unit, content)
        async with AsyncExitStack() as stack:
            request.scope["fastapi_inner_astack"] = request.scope["fastapi_function_astack"] = stack
            body = await request.form() if content is FORM else content
            solved = await solve_dependencies(
                request=request,
                dependant=self.dependant,
                body=body,
                async_exit_stack=stack,
                embed_body_fields=self._embed_body_fields,
            )
            if solved.errors:
                raise unreadable(solved.errors)
            return await self.endpoint(**solved.values)

    async def answer(self, request: Request) -> Response:
        """Authenticate, read strictly, perform, commit; whatever goes wrong is a problem."""
        started = time.perf_counter()
        given_id = header(request, b"x-request-id")
        request_id = given_id if _REQUEST_ID.fullmatch(given_id) else new_id()
        principal: Principal | None = None
        try:
            edge: Edge = request.app.state.edge
            principal = await self._admitted(edge, request)
            content = await self._read(request, principal)
            if request.method == "GET":  # nothing of it can be repeated, tried or demanded
                response = await self._perform(edge, request, principal, request_id, content, NONE)
            else:
                wishes = wishes_of(request, content, self.record, repeatable=self.repeatable)
                response = await self._repeatably(edge, request, principal, request_id, content, wishes)
            if isinstance(response, StreamingResponse):
                response.body_iterator = await begun(response.body_iterator)
        except Problem as problem:
            await self._account_refusal(request, principal, request_id, problem)
            response = refusal(request, problem, request_id)
        except Exception as error:  # noqa: BLE001  every failure is answered as a problem
            failure = database_problem(error) or Problem()
            if failure.status == Problem.status:
                _log.error(
                    "unhandled",
                    request_id=request_id,
                    route=self.path_format,
                    error=type(error).__name__,
                    exc_info=error,
                )
            response = refusal(request, failure, request_id)
        self._finish(request, response, principal, request_id, time.perf_counter() - started)
        return response

    def _finish(
        self,
        request: Request,
        response: Response,
        principal: Principal | None,
        request_id: str,
        seconds: float,
    ) -> None:
        """What every answer carries, and the trace it leaves."""
        headers = {**self.stamped, b"x-request-id": request_id.encode()}
        if standing := request.scope.get(STANDING):
            headers |= as_sent(standing)
        stamp(response, headers, self.caching)
        record_request(request.method, self.path_format, response.status_code, seconds)
        log_request(
            request_id=request_id,
            tenant=principal.tenant_id if principal else None,
            user=principal.id if principal else None,
            method=request.method,
            route=self.path_format,
            status=response.status_code,
            seconds=seconds,
        )

    async def _admitted(self, edge: Edge, request: Request) -> Principal | None:
        """Who asks. Every request is counted; one that nobody can be named for counts for its address."""
        principal = None
        try:
            if not self.public:
                principal = await edge.authenticate(bearer(request))
        finally:
            if edge.limits:
                address = None if principal else origin_of(request, "", edge.trusted_proxies).ip
                request.scope[STANDING] = await edge.limits.admit(principal, address or "")
        return principal

    async def _read(self, request: Request, principal: Principal | None) -> Any:
        """The content of the body, and the query, once and strictly. Some routes read their own query."""
        if not self.own_query:
            strict_parameters(request.scope["query_string"], self.parameters)
        if request.method == "GET":
            return None
        if self.body_field is not None and isinstance(self.body_field.field_info, Multipart):
            self._admit(principal)  # nobody spools a file for whom the door is shut
            return await read_upload(request, self.body_field.field_info.limit)
        body = await read_body(request)
        if self.body_field is None:
            if body.strip() not in (b"", b"{}"):
                raise BadRequest("unexpected_body")
            return None
        if isinstance(self.body_field.field_info, Form):
            request._body = body
            return FORM
        return read_json(body, header(request, b"content-type"))

    def _admit(self, principal: Principal | None) -> None:
        if principal and self.permission and principal.reach(self.permission) is Reach.NONE:
            raise Forbidden

    async def _account_refusal(
        self, request: Request, principal: Principal | None, request_id: str, problem: Problem
    ) -> None:
        if accounting := request.app.state.edge.accounting:
            await accounting.refusal(request, self, principal, request_id, problem)

    async def _repeatably(
        self,
        edge: Edge,
        request: Request,
        principal: Principal | None,
        request_id: str,
        content: Any,
        wishes: Wishes,
    ) -> Response:
        """Perform it; when a keyed request fails, its stored answer comes first, if there is one."""
        try:
            return await self._perform(edge, request, principal, request_id, content, wishes)
        except Exception as error:
            lost = self.permission and principal and not principal.reach(self.permission)
            if wishes.keyed is None or principal is None or lost:
                raise
            asking = UnitOfWork(edge.pool, principal, self.permission, read_only=True)
            try:
                stored = await recall(asking, wishes.keyed, edge.cipher)
            finally:
                await asking.close()
            if stored is not None:
                return stored
            if isinstance(error, asyncpg.LockNotAvailableError):
                raise in_flight() from error
            raise

    async def _perform(
        self,
        edge: Edge,
        request: Request,
        principal: Principal | None,
        request_id: str,
        content: Any,
        wishes: Wishes,
    ) -> Response:
        origin = origin_of(request, request_id, edge.trusted_proxies)
        for attempt in range(1, ATTEMPTS + 1):
            unit = (
                UnitOfWork(edge.pool, principal, origin=origin, read_only=self.direct is not None)
                if principal
                else PublicUnit(edge.pool, origin=origin)
            )
            request.scope[UNIT], unit.target = unit, wishes.target
            try:
                return await self._attempt(edge, request, unit, request_id, content, wishes)
            except asyncpg.UniqueViolationError as error:
                await unit.close()
                raise await name_the_other(unit, error) from error
            except (*RETRIED, *OUTDATED) as error:
                if attempt == ATTEMPTS or (attempt > 1 and isinstance(error, OUTDATED)):
                    raise
            finally:
                await unit.close()
        raise AssertionError("unreachable")

    async def _attempt(
        self, edge: Edge, request: Request, unit: UnitOfWork, request_id: str, content: Any, wishes: Wishes
    ) -> Response:
        result = await self.call(request, unit, content)
        # what a request has shown that is on record nowhere else: a change is an event
        looked = edge.accounting and (wishes.dry_run or unit.shown or not unit.wrote)
        if wishes.dry_run:
            await unit.flush()
            await unit.close()
            if looked:
                await edge.accounting.look(request, self, unit, result)
            return tried(request, result, request_id)
        answer = respond(request, result, request_id, self.answers)
        if wishes.keyed and answer.status_code < FAILED:
            remember(unit, wishes.keyed, answer, edge.cipher if self.secret else None)
        failpoint("request.performed")
        await unit.commit()
        if looked and answer.status_code != NOT_MODIFIED:
            await edge.accounting.look(request, self, unit, result)
        failpoint("request.committed")
        return answer


def _errors(route: KitRoute) -> tuple[int, ...]:
    found = {400, 401, 429, 500, 503}
    found |= {403} if route.permission else set()
    found |= {404} if "{" in route.path_format else set()
    if route.methods and route.methods != {"GET"}:
        found |= {409, 413}
        if not route.public and not route.safe:
            found |= {412, 428} if route.record else set()
            found |= {422}
    if route.body_field is not None:
        found |= {415, 422}
    return tuple(sorted(found))

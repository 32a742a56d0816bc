"""`/healthz`, `/readyz`, `/metrics` and the OpenAPI document: outside the routes of resources, without a principal."""

from asyncio import Lock, to_thread
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_api.jobs.figures import figures
from crm_api.kit.answers import json_answer, problem_answer
from crm_api.kit.dispatch import counted
from crm_api.kit.edge import Edge
from crm_api.kit.errors import RateLimited
from crm_api.kit.ids import new_id
from crm_api.kit.observability import metrics_text
from crm_api.server.database_roles import unsafe_reasons
from crm_api.server.migrating import pending

Check = Callable[[asyncpg.Connection], Awaitable[str | None]]


def probe_routes() -> list[Route]:
    """Liveness asks nothing; readiness asks the database, the migration head and the safety of the role."""
    return [
        Route("/healthz", _healthz),
        Route("/readyz", _readyz),
        Route("/metrics", _metrics),
        Route("/", _root),
    ]


def document_route(path: str, document: Callable[[], Any]) -> Route:
    """The OpenAPI document, made when it is first asked for: seconds of work, during which others are answered."""
    making = Lock()

    async def answer(request: Request) -> Response:
        try:
            standing = await counted(request)
        except RateLimited as limited:
            return problem_answer(limited, language="en", instance=path, request_id=new_id())
        async with making:
            made = await to_thread(document)
        return Response(orjson.dumps(made), media_type="application/json", headers=standing)

    return Route(path, answer)


async def _root(_: Request) -> Response:
    return RedirectResponse("docs")


async def _healthz(_: Request) -> Response:
    return json_answer({"status": "ok"})


async def _readyz(request: Request) -> Response:
    edge: Edge = request.app.state.edge
    try:
        async with edge.pool.acquire(timeout=2) as connection:
            checks = {
                "database": True,
                "migrations": not await pending(connection),
                "role": not await unsafe_reasons(connection),
            }
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        checks = {"database": False, "migrations": False, "role": False}
    ready = all(checks.values())
    return json_answer({"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503)


async def _metrics(request: Request) -> Response:
    content, media_type = metrics_text()
    edge: Edge = request.app.state.edge
    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        content += await figures(edge.pool)
    return Response(content, media_type=media_type)

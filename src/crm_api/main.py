"""`create_app`: pool → wiring → FastAPI; nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import configure_mappers
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_api import __version__, wiring
from crm_api.document.docs import docs_routes
from crm_api.document.openapi import build_document
from crm_api.document.problem_pages import problem_routes
from crm_api.document.tags import TAG_GROUPS, TAGS
from crm_api.encryption import Cipher
from crm_api.identity.access_log.accounting import Accounting
from crm_api.identity.access_log.log import AccessLog
from crm_api.identity.auth.guessing import Guessing
from crm_api.identity.auth.principals import Authentication, Principals
from crm_api.identity.auth.tokens import TokenKeys
from crm_api.identity.auth.visitors import Visitors
from crm_api.kit.cursors import Cursors
from crm_api.kit.database import open_pool
from crm_api.kit.dispatch import Dispatch, not_found
from crm_api.kit.edge import Edge
from crm_api.kit.observability import configure_logging
from crm_api.kit.sse import Streams
from crm_api.outbound import Allowed, Outbound
from crm_api.probes import document_route, probe_routes
from crm_api.roles import rights, system_rights
from crm_api.server.counting import limits_of
from crm_api.settings import Settings
from crm_api.storage.files import NO_LIMITS, Limits, bind_files
from crm_api.storage.opening import file_store

SERVERS = ({"url": "/", "description": "The server that this document comes from.", "x-internal": False},)
OPENAPI_URL = "/api/v1/openapi.json"
CLOSING_SECONDS = 1
ACCEPTED = (
    "Authorization",
    "Content-Type",
    "Accept-Language",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
    "X-Request-Id",
)
EXPOSED = (
    "ETag",
    "Location",
    "Link",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-Id",
    "Idempotency-Replayed",
    "Preference-Applied",
    "Deprecation",
    "Sunset",
    "Content-Disposition",
)


def create_app(settings: Settings) -> FastAPI:
    """The application; its pool opens and closes with its lifespan."""
    configure_logging(settings.log_level)
    configure_mappers()
    bind_storage(settings)

    app = FastAPI(
        title="CRM API",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=partial(running, settings),
        exception_handlers={404: not_found, 405: not_found},
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `kit.observability` tells it
    )
    app.router.routes[:] = [*probe_routes(), *docs_routes(OPENAPI_URL), *problem_routes()]
    routes = [*api_routes(), document_route(OPENAPI_URL, document)]
    # only what is not the API itself goes through the framework's own middleware
    app.middleware_stack = around(Dispatch(routes, app.build_middleware_stack()), settings)
    return app


def authentication_of(settings: Settings) -> Authentication:
    """Keys, and the meaning of roles."""
    secrets = settings.secrets
    keys = TokenKeys([secrets.jwt_private_key], issuer="crm-api", audience="crm-api")
    return Authentication(keys, secrets.pepper, rights)


@asynccontextmanager
async def running(settings: Settings, app: FastAPI) -> AsyncIterator[None]:
    """What the application holds while it serves."""
    authentication = authentication_of(settings)
    pool = await open_pool(settings.app_dsn, size=settings.pool_size)
    app.state.authentication = authentication
    cipher = app.state.cipher = Cipher(settings.secrets.field_keys)
    try:
        async with limits_of(settings) as limits, Outbound(Allowed(settings.outbound_allow)) as outbound:
            app.state.outbound = outbound
            app.state.guessing = Guessing(limits, settings.secrets.pepper)
            app.state.visitors = Visitors(limits, settings.secrets.pepper, system_rights)
            access_log = AccessLog(pool)
            app.state.edge = Edge(
                pool,
                Cursors(settings.secrets.cursor_key),
                Principals(pool, authentication).authenticate,
                cipher,
                settings.trusted_proxies,
                limits,
                Streams(settings.streams, settings.stream_seconds),
                Accounting(access_log),
            )
            with app.state.edge.streams.draining_on_signal():
                async with access_log.gathering():
                    yield
    finally:
        # a request that keeps a connection was told to end long ago; what is still open then is cut
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), CLOSING_SECONDS)


def bind_storage(settings: Settings) -> None:
    """Where this process keeps files, and how many bytes of them."""
    store = file_store(settings.storage_url, settings.file_dir)
    bind_files(store, Limits(settings.storage_file_limit, settings.storage_quota or NO_LIMITS.quota))


def around(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Compression for those who ask for it, and CORS for the origins that are allowed."""
    compressing = GZipMiddleware(app, minimum_size=1000, compresslevel=5)

    async def compressed(scope: Scope, receive: Receive, send: Send) -> None:
        for name, value in scope.get("headers", ()):
            if name == b"accept-encoding" and b"gzip" in value:
                await compressing(scope, receive, send)
                return
        await app(scope, receive, send)

    if not settings.cors_origins:
        return compressed
    return CORSMiddleware(
        compressed,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=ACCEPTED,
        expose_headers=EXPOSED,
    )


def api_routes() -> list[Any]:
    """Every route under `/api/v1/`."""
    return [route for router in wiring.ROUTERS for route in router.routes]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of every route under `/api/v1/`."""
    return build_document(
        api_routes(),
        title="CRM API",
        version=__version__,
        description=wiring.DESCRIPTION,
        tags=TAGS,
        groups=TAG_GROUPS,
        webhooks=wiring.WEBHOOKS(),
        servers=SERVERS,
    )

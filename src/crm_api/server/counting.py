"""Rate limits as the operator has set them: counted in this process, or together in Valkey or Redis."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog
from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from limits.storage import storage_from_string

from crm_api.kit.limits import Budget, Counters, InProcess, Limits
from crm_api.settings import Settings

WINDOW_SECONDS, PAUSE_SECONDS, ANSWER_SECONDS = 60, 5.0, 0.5
_log = structlog.get_logger("crm_api")


class Shared:
    """Counters of all processes; while their server cannot answer each process counts alone and nobody waits for it."""

    def __init__(self, storage: Counters, alone: Counters) -> None:
        self._storage, self._alone = storage, alone
        self._resume_at = 0.0

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        if time.monotonic() >= self._resume_at:
            try:
                return await self._storage.incr(key, expiry, amount)
            except StorageError as error:
                self._resume_at = time.monotonic() + PAUSE_SECONDS
                _log.warning("rate limits are counted in this process", error=type(error.__cause__).__name__)
        return await self._alone.incr(key, expiry, amount)


@asynccontextmanager
async def limits_of(settings: Settings) -> AsyncIterator[Limits | None]:
    """The limits of this process; None when they are switched off."""
    if settings.rate_limits == "off":
        yield None
        return
    url = settings.rate_limits_url
    if url is None:
        yield _limits(settings, InProcess(), share=settings.workers)
        return
    storage = open_storage(url.get_secret_value())
    try:
        yield _limits(settings, Shared(storage, InProcess()), share=1)
    finally:
        await cast("Any", storage.bridge).storage.aclose()


def open_storage(url: str, *, answer_seconds: float = ANSWER_SECONDS) -> RedisStorage:
    """Counters on a server: `valkey://host:port/0`, `redis://…`, with TLS `valkeys://…` or `rediss://…`."""
    spoken = url.replace("valkey", "redis", 1)
    return cast(
        "RedisStorage",
        storage_from_string(
            f"async+{spoken}",
            implementation="redispy",
            wrap_exceptions=True,
            socket_timeout=answer_seconds,
            socket_connect_timeout=answer_seconds,
        ),
    )


def _limits(settings: Settings, counters: Counters, *, share: int) -> Limits:
    return Limits(
        counters,
        api_key=Budget("key", settings.rate_limit_key, WINDOW_SECONDS),
        user=Budget("user", settings.rate_limit_user, WINDOW_SECONDS),
        tenant=Budget("tenant", settings.rate_limit_tenant, WINDOW_SECONDS),
        address=Budget("address", settings.rate_limit_address, WINDOW_SECONDS),
        share=share,
    )

"""An operation as server-sent events, until it is finished."""

from collections.abc import Awaitable, Callable

import orjson

from crm_api.jobs.models import operations
from crm_api.kit import reading
from crm_api.kit.errors import NotFound
from crm_api.kit.sse import frame
from crm_api.kit.uow import UnitOfWork


def following(operation_id: str) -> Callable[[UnitOfWork], Awaitable[list[bytes]]]:
    """`progress` with the operation whenever it has changed, at last `finished`; then nothing is left to find."""
    seen, over = 0, False

    async def poll(uow: UnitOfWork) -> list[bytes]:
        nonlocal seen, over
        if over:
            raise NotFound
        record = await reading.get(uow, operations, operation_id)
        if record["version"] == seen:
            return []
        seen, over = record["version"], record["finished_at"] is not None
        told = orjson.dumps(record, option=orjson.OPT_UTC_Z)
        return [frame(told, name="finished" if over else "progress", token=str(seen))]

    return poll

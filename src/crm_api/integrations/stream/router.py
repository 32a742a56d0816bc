"""`/api/v1/events/stream`: the feed as it grows."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from crm_api.integrations.changes.resource import READ_CHANGES
from crm_api.integrations.changes.service import NOW, FeedService, Watch, read_types
from crm_api.kit.http import KitRoute
from crm_api.kit.sse import event_stream, stream_answers
from crm_api.kit.streaming import streaming
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/events", tags=["changes"], route_class=KitRoute)
CanWatch = Annotated[UnitOfWork, streaming(READ_CHANGES)]
RESTORED = "The feed was restored to an earlier state."


@router.get(
    "/stream",
    operation_id="events_stream",
    summary="Stream changes",
    response_class=StreamingResponse,
    responses={**stream_answers("ChangeRead"), 410: {"description": RESTORED}},
)
async def stream_events(
    *,
    request: Request,
    uow: CanWatch,
    after: Annotated[
        str | None,
        Query(description="Where to begin, as in `/changes`; absent, with what comes from now on."),
    ] = None,
    types: Annotated[
        str | None, Query(description="Only these types, as in `/changes`.", examples=["opportunity.*"])
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event that arrived; goes before `after`.")
    ] = None,
) -> Any:
    """The changes of `/changes` as server-sent events, each with the place to resume from as its `id`.

    A comment every 15 seconds shows that the stream is alive. It ends when your access ends, an access token runs out,
    or the server restarts: connect again with `Last-Event-ID` and nothing is missed.
    """
    cursors, wanted = request.app.state.edge.cursors, read_types(types)
    start = await FeedService(uow, cursors).begin(last_event_id or after or NOW)
    return event_stream(request, uow, Watch(cursors, wanted, start).look)

"""`/api/v1/changes`: what changed, in order."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator

from crm_api.integrations.changes.resource import READ_CHANGES
from crm_api.integrations.changes.schemas import ChangeList
from crm_api.integrations.changes.service import FeedService, read_types
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.kinds import Whole
from crm_api.kit.listing import DEFAULT_LIMIT, MAX_LIMIT
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/changes", tags=["changes"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(READ_CHANGES)]
After = Annotated[
    str | None,
    Query(
        description="The `after` of an earlier page; `now` for the end of the feed; absent, from the beginning."
    ),
]
Types = Annotated[
    str | None,
    Query(
        description="Only these types, comma-separated; `customer.*` is every type of customers.",
        examples=["customer.created,opportunity.*"],
    ),
]
Limit = Annotated[
    Annotated[int, BeforeValidator(Whole().read)],
    Query(ge=1, le=MAX_LIMIT, description=f"Events a page looks at, 1 to {MAX_LIMIT}."),
]


@router.get(
    "",
    response_model=ChangeList,
    operation_id="changes_list",
    summary="List changes",
    responses={410: {"description": "The feed was restored to an earlier state."}},
)
async def list_changes(
    *, request: Request, uow: CanRead, after: After = None, types: Types = None, limit: Limit = DEFAULT_LIMIT
) -> Any:
    """Everything that happened to the records you may read, oldest first, each once, nothing left out.

    Keep the `after` of the last page: it goes on from there, whenever you come back. Records whose owner or team
    changed give `<singular>.entered_view`, with their whole state, or `<singular>.left_view`; `access.changed` says that
    your own roles, team or reach changed and a copy should be loaded anew. 410 `changes_rewound` says that the database
    was restored to an earlier state.
    """
    feed = FeedService(uow, request.app.state.edge.cursors)
    return await feed.page(after, read_types(types), limit)

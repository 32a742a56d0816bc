"""The feed by position, for readers beside the API."""

from crm_api.integrations.changes.repository import FeedRepository
from crm_api.integrations.changes.telling import Told, readable, tell
from crm_api.kit.uow import UnitOfWork


async def stretch(uow: UnitOfWork, after: int, until: int, limit: int) -> tuple[list[Told], int]:
    """What the unit's principal may know of the feed after a position, out of at most `limit` events.

    And how far that reaches: events that are none of their business count as read.
    """
    rows = await FeedRepository(uow).events(after, until, readable(uow.principal), limit)
    reached = rows[-1]["position"] if len(rows) == limit else until
    return await tell(uow, rows), reached

"""Reading the feed: from a place on, in order, complete."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from crm_api.integrations.changes.errors import ChangesRewound
from crm_api.integrations.changes.repository import FeedRepository
from crm_api.integrations.changes.telling import Told, readable, tell
from crm_api.kit.cursors import Cursors, Place, bound
from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import nearest
from crm_api.kit.registries import RESOURCES
from crm_api.kit.sse import frame, mark
from crm_api.kit.uow import UnitOfWork

NOW = "now"
WINDOW, LOOK = 1_000, 100
TYPES = 50
_TYPE = re.compile(r"([a-z_]+)\.([a-z_]+|\*)")


class Mark(NamedTuple):
    """A place in the feed, with the event that stands there: a feed that was set back has another one, or none."""

    position: int
    event_id: str | None


BEGINNING = Mark(0, None)


class Stretch(NamedTuple):
    """Some of the feed: what the reader may know of it, where it ends, whether more is there."""

    told: list[Told]
    end: Mark
    has_more: bool


class FeedService:
    """The feed of the unit's tenant as the unit's principal may know it."""

    def __init__(self, uow: UnitOfWork, cursors: Cursors) -> None:
        self.uow = uow
        self._cursors = cursors
        self._repository = FeedRepository(uow)
        self._bound = bound((uow.principal.tenant_id, "changes"))

    async def page(self, after: str | None, types: Sequence[str], limit: int) -> dict[str, Any]:
        """A page of changes and the token of its end."""
        start = await self.start(after) if after else BEGINNING
        found = await self.after(start, types, limit)
        return {
            "data": [told.change for told in found.told],
            "page": {"after": self.token(found.end), "has_more": found.has_more},
        }

    def token(self, place: Mark) -> str:
        """What a client keeps of a place."""
        return self._cursors.write(Place(False, list(place)), self._bound)

    async def begin(self, token: str) -> Mark:
        """The place of a token; one that is not in the feed is refused."""
        start = await self.start(token)
        await self.after(start, (), 1)
        return start

    async def start(self, token: str) -> Mark:
        """The place of a token, or the end of the feed for `now`."""
        if token != NOW:
            values = self._cursors.read(token, self._bound, parameter="after").values
            return Mark(values[0], values[1])
        head = (await self._repository.window(0, 0))["head"] or 0
        return Mark(head, (await self._repository.window(head, 0))["known"])

    async def after(self, start: Mark, types: Sequence[str], limit: int) -> Stretch:
        """At most `limit` events after a place, out of at most 1,000 that are looked at.

        Raises ChangesRewound when the place is not in the feed.
        """
        window = await self._repository.window(start.position, WINDOW)
        head: int = window["head"] or 0
        if start.position > head or (start.position > 0 and window["known"] != start.event_id):
            raise ChangesRewound
        until = min(head, start.position + WINDOW)
        if until == start.position:
            return Stretch([], start, False)
        rows = await self._repository.events(start.position, until, self._resources(types), limit)
        told = [told for told in await tell(self.uow, rows) if _wanted(told.change["type"], types)]
        end = (
            Mark(rows[-1]["position"], rows[-1]["id"]) if len(rows) == limit else Mark(until, window["last"])
        )
        return Stretch(told, end, end.position < head)

    def _resources(self, types: Sequence[str]) -> list[str]:
        """The resources whose events can give changes of these types."""
        wanted = {name.partition(".")[0] for name in types}
        if "access" in wanted:
            wanted |= {"user", "team"}
        found = readable(self.uow.principal)
        return [name for name in found if not types or RESOURCES[name].singular in wanted]


class Watch:
    """A reader who waits for more: each look goes on where the one before ended."""

    def __init__(self, cursors: Cursors, types: Sequence[str], start: Mark) -> None:
        self._cursors = cursors
        self._types = types
        self._place = start

    async def look(self, uow: UnitOfWork) -> list[bytes]:
        """The changes since the last look, as events of a stream; each is named by its place."""
        feed = FeedService(uow, self._cursors)
        found = await feed.after(self._place, self._types, LOOK)
        frames = [
            frame(
                orjson.dumps(told.change, option=orjson.OPT_UTC_Z),
                name=told.change["type"],
                token=feed.token(Mark(told.position, told.event_id)),
            )
            for told in found.told
        ]
        moved, self._place = found.end != self._place, found.end
        return [*frames, mark(feed.token(found.end))] if moved else []


def read_types(text: str | None) -> tuple[str, ...]:
    """`customer.created,opportunity.*` as a tuple; a name that no resource has is refused."""
    names = tuple(dict.fromkeys(text.split(","))) if text else ()
    known = {resource.singular for resource in RESOURCES.values()} | {"access"}
    for name in names:
        match = _TYPE.fullmatch(name)
        if match is None or match[1] not in known or len(names) > TYPES:
            raise bad_parameter("types", "unknown_type", hint=nearest(name.partition(".")[0], known))
    return names


def _wanted(type_: str, types: Sequence[str]) -> bool:
    return not types or type_ in types or f"{type_.partition('.')[0]}.*" in types

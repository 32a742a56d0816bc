"""What the application asks of the database, to prove how often it asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tests.factories.companies import Served


@dataclass
class Statements:
    """The statements that requests sent, in order."""

    served: Served
    sent: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    @property
    def verbs(self) -> list[str]:
        """The first word of each statement; `BEGIN` sets the tenant in the same round trip."""
        return [text.split(None, 1)[0].rstrip(";") for text in self.sent]

    @asynccontextmanager
    async def counted(self) -> AsyncIterator["Statements"]:
        """Count from here, in requests whose caller is already known."""
        state = self.served.app.state
        edge = state.edge
        self.sent.clear()
        self.arguments.clear()
        state.edge = replace(edge, pool=_Watched(edge.pool, self.sent, self.arguments))
        try:
            yield self
        finally:
            state.edge = edge


@dataclass
class _Watched:
    """A pool whose connections tell what they are asked."""

    pool: Any
    sent: list[str]
    arguments: list[Any]

    def get_idle_size(self) -> int:
        return int(self.pool.get_idle_size())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pool, name)

    async def acquire(self, **options: Any) -> Any:
        connection = await self.pool.acquire(**options)
        connection.add_query_logger(self._note)
        return connection

    async def release(self, connection: Any) -> None:
        connection.remove_query_logger(self._note)
        await self.pool.release(connection)

    async def give_back(self, connection: Any) -> None:
        connection.remove_query_logger(self._note)
        await self.pool.give_back(connection)
        await asyncio.sleep(0)  # the driver tells of a statement in the next turn of the loop

    def _note(self, record: Any) -> None:
        self.sent.append(record.query)
        self.arguments.append(record.args or ())

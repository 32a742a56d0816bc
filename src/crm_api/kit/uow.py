"""The unit of work: one principal, one permission, one transaction that opens with the first statement.

Only the edges commit. Whatever is written besides the row itself (events, ownership, search, external ids) is gathered
as effects and leaves in one statement before the commit.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import Select, literal_column, select
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.expression import ClauseElement

from crm_api.kit.conditional import Target
from crm_api.kit.database import Connection, Pool, opening, setting
from crm_api.kit.db import Base
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.statements import STATEMENTS

ACQUIRE_SECONDS = 2
EFFECTS_AT_ONCE = 8


class Origin(NamedTuple):
    """Where a unit comes from; nothing is known of what no request asked for."""

    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    language: str = "en"


NOWHERE = Origin()


class Effect(NamedTuple):
    """A write that goes with the unit: `build(suffix)` names its binds with the suffix, `values` has them without.

    `inserts` are the tables it adds a row to, when that is all it does to a new record.
    """

    name: str
    build: Callable[[str], UpdateBase]
    values: Mapping[str, Any]
    inserts: tuple[type[Base], ...] = ()


class UnitOfWork:
    """What a verb holds: the principal, the permission it was let in by, and statements of its tenant."""

    def __init__(
        self,
        pool: Pool,
        principal: Principal,
        permission: Permission | None = None,
        *,
        origin: Origin = NOWHERE,
        read_only: bool = False,
        relaxed: bool = False,
    ) -> None:
        self.principal = principal
        self.permission = permission
        self.origin = origin
        self.writing: Any = None
        self.stamps: Mapping[str, Any] = {}
        self.target: Target | None = None
        self._pool = pool
        self._read_only = read_only
        self._relaxed = relaxed
        self.noted: list[Any] = []
        self.wrote = False
        # records, or parts of them, that an answer shows although it is not about them: (resource, record)
        self.shown: list[tuple[Any, Mapping[str, Any]]] = []
        self._connection: Connection | None = None
        self._effects: list[Effect] = []

    @property
    def reach(self) -> Reach:
        """How far the permission goes that this unit was opened with."""
        return self.principal.reach(self.permission) if self.permission else Reach.NONE

    @property
    def is_open(self) -> bool:
        """Whether its transaction has begun and not ended."""
        return self._connection is not None

    async def fetch(
        self, shape: Hashable, build: Callable[[], ClauseElement], values: Mapping[str, Any]
    ) -> Sequence[asyncpg.Record]:
        """Run the statement of a shape; `tenant` and `me` are bound by the unit."""
        statement = STATEMENTS.get(shape, build)
        connection = self._connection or await self._open()
        principal = self.principal
        bound = {**values, "tenant": principal.tenant_id, "me": principal.id}
        return await connection.fetch(statement.sql, *statement.arguments(bound))

    async def many(
        self, shape: Hashable, build: Callable[[], ClauseElement], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Run the statement of a shape once for each of `rows`, in one batch."""
        if not rows:
            return
        statement = STATEMENTS.get(shape, build)
        connection = self._connection or await self._open()
        tenant = self.principal.tenant_id
        await connection.executemany(
            statement.sql, [statement.arguments({**row, "tenant": tenant}) for row in rows]
        )

    async def transaction(self) -> Connection:
        """The open transaction itself, for a library that runs its own statements in it: the job queue."""
        return self._connection or await self._open()

    def add(self, effect: Effect) -> None:
        """Write this before the commit."""
        self.wrote = True
        self._effects.append(effect)

    async def flush(self) -> None:
        """Send the gathered effects; several go as one statement."""
        while self._effects:
            batch, self._effects = self._effects[:EFFECTS_AT_ONCE], self._effects[EFFECTS_AT_ONCE:]
            values = {
                f"{name}_{i}": value
                for i, effect in enumerate(batch)
                for name, value in effect.values.items()
            }
            await self.fetch(
                ("effects", *(effect.name for effect in batch)), partial(_together, batch), values
            )

    @contextmanager
    def apart(self) -> Iterator[list[Effect]]:
        """The effects that are added in the block, for whoever writes many at once; the unit does not write them."""
        held, self._effects = self._effects, []
        try:
            yield self._effects
        finally:
            self._effects = held

    @contextmanager
    def stamped(self, stamps: Mapping[str, Any]) -> Iterator[None]:
        """Rows that are new in the block were made by whom and when `stamps` say."""
        self.stamps = stamps
        try:
            yield
        finally:
            self.stamps = {}

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can fail alone: what it wrote is undone, what came before it stays."""
        held, self._effects = self._effects, []
        connection = self._connection or await self._open()
        await connection.execute("SAVEPOINT part")
        try:
            yield
            await self.flush()
            await connection.execute("RELEASE part")
        except BaseException:
            await connection.execute("ROLLBACK TO part")
            raise
        finally:
            self._effects = held

    def again(self, permission: Permission) -> "UnitOfWork":
        """A read-only unit of the same principal, for a question after this one has failed."""
        return UnitOfWork(self._pool, self.principal, permission, origin=self.origin, read_only=True)

    async def commit(self) -> None:
        """Edges only."""
        await self.flush()
        if self._connection is not None:
            connection = self._connection
            # PostgreSQL answers COMMIT with ROLLBACK, and no error, when a failed statement was hidden
            if await connection.execute("COMMIT") != "COMMIT":
                raise RolledBack
            self._connection = None
            await self._pool.give_back(connection)

    async def close(self) -> None:
        """Roll back what was not committed and give the connection back."""
        self._effects.clear()
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await connection.execute("ROLLBACK")
            finally:
                await self._pool.release(connection)

    async def _open(self) -> Connection:
        # waiting for a connection is bounded; a free one is had without the cost of a timer
        wait = None if self._pool.get_idle_size() else ACQUIRE_SECONDS
        connection = self._connection = await self._pool.acquire(timeout=wait)
        await connection.execute(
            opening(self.principal.tenant_id, read_only=self._read_only, relaxed=self._relaxed)
        )
        return connection


def _together(batch: Sequence[Effect]) -> ClauseElement:
    statement: Select[Any] = select(literal_column("1"))
    for i, effect in enumerate(batch):
        statement = statement.add_cte(effect.build(f"_{i}").cte(f"effect_{i}"))
    return statement


class RolledBack(Exception):
    """The transaction had failed before its commit and nothing was written; a bug of whoever hid the failure."""


class PublicUnit(UnitOfWork):
    """A unit without a principal, for signing in: sees open tables only, until it enters a tenant."""

    def __init__(self, pool: Pool, *, origin: Origin = NOWHERE) -> None:
        super().__init__(pool, NOBODY, origin=origin)

    async def enter(self, principal: Principal) -> None:
        """Go on inside a tenant as somebody who has proved who they are."""
        self.principal = principal
        if self._connection is not None:
            await self._connection.execute(setting(principal.tenant_id))


NOBODY = Principal(tenant_id="", id="", kind="nobody")

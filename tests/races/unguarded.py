"""The application with the guard of one race taken out, to show that the race finds what the guard prevents.

`PUT /unguarded/{race}` takes out the guards of that race and puts back all others.
"""

import re
from collections.abc import Callable, Hashable
from typing import Final

from sqlalchemy.sql.expression import ClauseElement
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_api.kit.statements import Statement, StatementCache
from crm_api.server.asgi import app as guarded_app
from crm_api.setup.number_series.repository import NumberSeriesRepository

# the statements that hold something until the commit, by race; all of a race's guards go at once
GUARDS: Final[dict[str, frozenset[str]]] = {
    "number_series": frozenset({"next number"}),
    "stock": frozenset({"lock levels"}),
    "convert": frozenset({"load leads", "one at a time"}),
    "accept_link": frozenset({"load quotes"}),
    "approve_twice": frozenset({"load approvals", "load expense_claims"}),
    "allocate_twice": frozenset({"load payments", "lock receivables", "billed document"}),
    "ship": frozenset({"load orders"}),
}
_LOCKS: Final = re.compile(r" FOR (NO KEY )?(UPDATE|SHARE)( OF \w+)?|pg_advisory_xact_lock")
_removed: set[str] = set()
_take: Final = NumberSeriesRepository.take
_built: Final = StatementCache.get


def app() -> ASGIApp:
    """The application; nothing is taken out of it yet."""
    StatementCache.get = _get  # type: ignore[method-assign]
    NumberSeriesRepository.take = _counted  # type: ignore[method-assign]
    served = guarded_app()

    async def controlled(scope: Scope, receive: Receive, send: Send) -> None:
        path, _, race = scope.get("path", "").rpartition("/")
        if path != "/unguarded":
            await served(scope, receive, send)
            return
        _removed.clear()
        _removed.update(GUARDS[race])
        await Response(status_code=204)(scope, receive, send)

    return controlled


def _get(self: StatementCache, shape: Hashable, build: Callable[[], ClauseElement]) -> Statement:
    statement = _built(self, shape, build)
    names = shape if isinstance(shape, tuple) else (shape,)
    name = " ".join(str(part) for part in names[:2]) if names[0] == "load" else names[0]
    return statement._replace(sql=_LOCKS.sub("", statement.sql)) if name in _removed else statement


async def _counted(self: NumberSeriesRepository, series: str, year: int) -> int:
    """The next number as somebody writes it who thinks of one caller at a time."""
    if "next number" not in _removed:
        return await _take(self, series, year)
    connection = await self.uow.transaction()
    key = (self.uow.principal.tenant_id, series, year)
    rows = "number_series WHERE tenant_id = $1 AND series = $2 AND year = $3"
    taken = 1 + int(await connection.fetchval(f"SELECT taken FROM {rows}", *key) or 0)
    await connection.execute(
        "INSERT INTO number_series (tenant_id, series, year, taken) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (tenant_id, series, year) DO UPDATE SET taken = $4",
        *key,
        taken,
    )
    return taken

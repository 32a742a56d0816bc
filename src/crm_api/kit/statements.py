"""Statements are built once per shape and kept as driver text.

Building and compiling costs milliseconds, running a fraction of one; so the cache is keyed by what shapes the SQL
(resource, verb, reach, columns, operators, which cursor values are null) and values come in by name.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from sqlalchemy.sql.expression import ClauseElement

from crm_api.kit.tenancy import DIALECT

LIMIT = 2048


class Statement(NamedTuple):
    """Driver text, the name of each positional argument, and the values the builder fixed."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]

    def arguments(self, given: Mapping[str, Any]) -> list[Any]:
        """The positional arguments; a name that neither side knows is a KeyError."""
        fixed = self.fixed
        return [given[name] if name in given else fixed[name] for name in self.names]


def compiled(clause: ClauseElement) -> Statement:
    """The driver text of a statement, checked by the tenant wall."""
    result = clause.compile(dialect=DIALECT)
    names = tuple(result.positiontup or ())  # type: ignore[attr-defined]
    unknown = object()
    fixed = {}
    for name, bind in result.binds.items():  # type: ignore[attr-defined]
        value = bind.value if not bind.required else unknown
        if value is not unknown:
            fixed[name] = value
    return Statement(str(result), names, fixed)


class StatementCache:
    """Least recently used shapes fall out."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: OrderedDict[Hashable, Statement] = OrderedDict()

    def get(self, shape: Hashable, build: Callable[[], ClauseElement]) -> Statement:
        """The statement of a shape, built on first use."""
        held = self._held
        statement = held.get(shape)
        if statement is None:
            statement = held[shape] = compiled(build())
            if len(held) > self._limit:
                held.popitem(last=False)
        else:
            held.move_to_end(shape)
        return statement


STATEMENTS = StatementCache()

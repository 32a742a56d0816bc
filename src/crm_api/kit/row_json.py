"""A whole record as JSON that PostgreSQL writes, where it has neither money nor parts and nothing is hidden.

A page of fifty records has some fifteen hundred values: to read, pair with names and write each again in Python would
take longer than to find them.
"""

from collections.abc import Sequence

import orjson
from sqlalchemy import JSON, Text, cast, func, literal_column, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias

from crm_api.kit.kinds import Identifier, Instant, Kind, Structure, kind_of
from crm_api.kit.resource import Resource

# as Python writes an instant: without a fraction, or to the microsecond
_INSTANT, _NO_FRACTION = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', ".000000"


class Written(list[orjson.Fragment]):
    """Records of a page as text: each whole, as it is stored."""


def is_written(resource: Resource) -> bool:
    """Whether PostgreSQL can write a record of this resource; what else is shown of it is put together in Python."""
    return not (resource.children or resource.moneys)


def row_json(resource: Resource, rows: Alias) -> ColumnElement[str]:
    """The text of a record; the session's zone is UTC."""
    fields = [_value(kind_of(c), rows.c[name]).label(name) for name, c in resource.columns.items()]
    nothing_redacted = cast(literal_column("'[]'"), JSON).label("redacted")
    record = select(*fields, nothing_redacted).correlate(rows).lateral("record")
    text = cast(func.row_to_json(record.table_valued()), Text)
    return select(text).select_from(record).correlate(rows).scalar_subquery()


def texts(rows: Sequence[Sequence[str]]) -> Written:
    """The records of rows that begin with their text."""
    return Written(orjson.Fragment(row[0]) for row in rows)


def _value(kind: Kind, column: ColumnElement[object]) -> ColumnElement[object]:
    if isinstance(kind, Instant):
        return func.replace(func.to_char(column, _INSTANT), _NO_FRACTION, "")
    if isinstance(kind, (Structure, Identifier)):
        return column
    return kind.select(column)

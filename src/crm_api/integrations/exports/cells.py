"""A record as the cells of a row, and as they are read back: money is two cells, a list is one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from crm_api.integrations.sheets.lists import joined
from crm_api.integrations.sheets.rows import Format
from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import nearest
from crm_api.kit.kinds import Day, Kind, MoneyKind, Quantity, Structure
from crm_api.kit.lists import ExternalIds
from crm_api.kit.principal import Principal, Right
from crm_api.kit.resource import Resource

Cell = Callable[[Any], Any]


class Column(NamedTuple):
    """One column: its name, the field it is of, and how the field's value becomes a cell."""

    name: str
    field: str
    cell: Cell


def chosen_fields(resource: Resource, principal: Principal, wanted: Sequence[str] | None) -> list[str]:
    """The fields that are exported: those asked for, else all that the caller may see at least in part."""
    rights = principal.restrictions.get(resource.name, {})
    names = [*resource.fields, *(child.name for child in resource.children)]
    shown = [name for name in names if rights.get(name) is not Right.HIDDEN]
    for name in wanted or ():
        if name not in shown:
            raise bad_parameter("fields", "unknown_field", hint=nearest(name, shown))
    if wanted is not None and len(set(wanted)) != len(wanted):
        raise bad_parameter("fields", "repeated_parameter")
    return list(wanted) if wanted else shown


def columns_of(resource: Resource, fields: Sequence[str], form: Format) -> list[Column]:
    """The columns of a file; NDJSON has each field as the API shows it."""
    if form is Format.NDJSON:
        return [Column(name, name, _json) for name in fields]
    return [column for name in fields for column in _columns(name, resource.fields.get(name))]


def row_of(record: Mapping[str, Any], columns: Sequence[Column]) -> list[Any]:
    """The cells of a record."""
    return [cell(record[field]) for _, field, cell in columns]


def _columns(name: str, kind: Kind | None) -> list[Column]:
    match kind:
        case MoneyKind():
            return [Column(name, name, _amount), Column(f"{name}.currency", name, _currency)]
        case ExternalIds():
            return [Column(name, name, _external_ids)]
        case Structure():
            return [Column(name, name, _structure)]
        case Day():
            return [Column(name, name, _day)]
        case Quantity():
            return [Column(name, name, _decimal)]
        case None:
            return [Column(name, name, _as_json)]
        case _:
            return [Column(name, name, _plain)]


def _json(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    return value


def _loaded(value: Any) -> Any:
    """What SQL delivered as JSON text, as Python."""
    return orjson.loads(orjson.dumps(value)) if isinstance(value, orjson.Fragment) else value


def _amount(value: Mapping[str, str] | None) -> Decimal | None:
    return Decimal(value["amount"]) if value else None


def _currency(value: Mapping[str, str] | None) -> str | None:
    return value["currency"] if value else None


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _external_ids(value: Any) -> str:
    return joined([f"{item['source']}:{item['key']}" for item in _loaded(value) or []])


def _structure(value: Any) -> str | None:
    found = _loaded(value)
    if found is None:
        return None
    if isinstance(found, list):
        if all(isinstance(item, str) for item in found):
            return joined(found)
        if all(isinstance(item, dict) and item.keys() == {"raw", "value"} for item in found):
            return joined([item["raw"] for item in found])
    return _as_json(found)


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()

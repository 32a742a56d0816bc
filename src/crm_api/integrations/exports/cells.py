"""A record as the cells of a row: money is two cells, a list is one, each field of the company's own has its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from crm_api.kit.relations import relations
from crm_api.kit.resource import Resource
from crm_api.kit.shape import CUSTOM
from crm_api.setup.custom_fields.filtering import Codes, Number

Cell = Callable[[Any], Any]


class Column(NamedTuple):
    """One column: its name, the way to its value in a record, and how the value becomes a cell."""

    name: str
    path: tuple[str, ...]
    cell: Cell


def chosen_fields(resource: Resource, principal: Principal, wanted: Sequence[str] | None) -> list[str]:
    """The fields that are exported: those asked for, else all that the caller may see at least in part."""
    rights = principal.restrictions.get(resource.name, {})
    names = [*resource.fields, *(child.name for child in resource.children)]
    shown = [name for name in names if rights.get(name) is not Right.HIDDEN]
    for name in wanted or ():
        if rights.get(name) is Right.HIDDEN:
            raise bad_parameter("fields", "unknown_field", hint=nearest(name, shown))
    if wanted is not None and len(set(wanted)) != len(wanted):
        raise bad_parameter("fields", "repeated_parameter")
    return list(wanted) if wanted else shown


def columns_of(resource: Resource, principal: Principal, fields: Sequence[str], form: Format) -> list[Column]:
    """The columns of a file; NDJSON has each field, and each neighbour, as the API shows it."""
    if form is Format.NDJSON:
        names = dict.fromkeys(name.partition(".")[0] for name in fields)
        return [Column(name, (name,), _plain) for name in names]
    return [
        column
        for field in fields
        for name, kind in _leaves(resource, principal, field)
        for column in _columns(name, kind)
    ]


def row_of(record: Mapping[str, Any], columns: Sequence[Column]) -> list[Any]:
    """The cells of a record."""
    return [cell(_at(record, path)) for _, path, cell in columns]


def _leaves(resource: Resource, principal: Principal, name: str) -> Iterator[tuple[str, Kind | None]]:
    """What a field consists of, with the kind of each part; a list of children has none."""
    own = principal.catalogue.get(resource.name, {})
    first, _, rest = name.partition(".")
    if name == CUSTOM and resource.customised:
        rights = principal.restrictions.get(resource.name, {})
        keys = [key for key in own if key.count(".") == 1 and rights.get(key) is not Right.HIDDEN]
        yield from ((key, own[key].kind) for key in keys)
    elif name in own:
        yield name, own[name].kind
    elif name in resource.fields or not rest:
        yield name, resource.fields.get(name)
    else:
        inner = _leaves(relations(resource)[first].target, principal, rest)
        yield from ((f"{first}.{part}", kind) for part, kind in inner)


def _columns(name: str, kind: Kind | None) -> list[Column]:
    path = tuple(name.split("."))
    if isinstance(kind, MoneyKind) and not isinstance(kind, Number):
        return [Column(name, path, _amount), Column(f"{name}.currency", path, _currency)]
    return [Column(name, path, _cell_of(kind))]


def _cell_of(kind: Kind | None) -> Cell:
    match kind:
        case ExternalIds():
            return _external_ids
        case Structure() | Codes():
            return _structure
        case Day():
            return _day
        case Quantity() | Number():
            return _decimal
        case None:
            return _as_json
        case _:
            return _plain


def _at(record: Any, path: tuple[str, ...]) -> Any:
    """A value in a record; what lies in a neighbour that is not there is absent."""
    for part in path:
        if record is None:
            return None
        record = _loaded(record).get(part)
    return record


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

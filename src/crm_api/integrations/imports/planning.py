"""The mapping of an import, compiled once: rows of cells become create bodies, or faults at their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from crm_api.integrations.imports.fields import (
    CUSTOM,
    EXTERNAL_ID,
    HISTORY,
    Read,
    Spelling,
    Target,
    Unreadable,
    reader,
)
from crm_api.integrations.imports.models import Import
from crm_api.integrations.sheets.rows import Row
from crm_api.kit.errors import Fault
from crm_api.kit.kinds import MoneyKind
from crm_api.kit.resource import Resource
from crm_api.kit.schemas import Schema

JOINT: Final = " · "
_ABSENT: Final = object()


class Lookup(NamedTuple):
    """A record named by a key of its own: `by` tells which."""

    resource: str
    by: str
    source: str | None
    key: str


class Entry(NamedTuple):
    """One line of the mapping. A value stands in for columns in a default."""

    columns: tuple[int, ...]
    target: Target
    read: Read
    by: str
    source: str | None
    values: Mapping[str, Any] | None
    otherwise: str
    default: Any


@dataclass(slots=True)
class Candidate:
    """A row on its way: what it says, who it was by and when, what is wrong with it, and its body once it is read."""

    number: int
    data: dict[str, Any] = field(default_factory=dict)
    history: dict[str, Any] = field(default_factory=dict)
    lookups: list[tuple[str, Lookup]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    match_id: str | None = None
    body: Schema | None = None

    def fault(self, target: str, code: str, **params: Any) -> None:
        self.faults.append(Fault("pointer", f"/{target.replace('.', '/')}", code, params))


class Plan:
    """What is done with every row."""

    def __init__(
        self,
        given: Import,
        resource: Resource,
        known: Mapping[str, Target],
        spelling: Spelling,
        currency: str,
    ) -> None:
        places = {name: place for place, name in enumerate(given.column_names)}
        self.columns: Sequence[str] = given.column_names
        self.source = given.source
        self.currency = currency
        self.entries = [
            _entry(known[item["field"]], spelling, tuple(places[name] for name in item["columns"]), item)
            for item in given.mapping
        ]
        self.entries += [
            _entry(known[name], spelling, (), {}, value)
            for name, value in sorted(given.default_values.items())
        ]
        self.parts = tuple(child.name for child in resource.children)
        self.moneys = [
            entry.target.name for entry in self.entries if isinstance(entry.target.kind, MoneyKind)
        ]
        self.unique = [entry.target.name for entry in self.entries if entry.target.unique]
        self.column_of = {
            entry.target.name: " + ".join(given.column_names[place] for place in entry.columns)
            for entry in reversed(self.entries)
            if entry.columns
        }

    def candidate(self, row: Row) -> Candidate:
        """A row as a body; a cell that cannot be read is a fault, not an absent field."""
        found = Candidate(row.number)
        if row.fault:
            found.faults.append(row.fault)
            return found
        flat: dict[str, Any] = {}
        for entry in self.entries:
            if entry.target.name not in flat:
                value = self._value(found, entry, row.cells)
                if value is not _ABSENT:
                    flat[entry.target.name] = value
        self._gather(found, flat)
        return found

    def _value(self, found: Candidate, entry: Entry, cells: Sequence[Any]) -> Any:
        cell = _cell(entry, cells)
        if entry.values is not None and not _is_blank(cell) and entry.columns:
            cell = self._translated(found, entry, cell.strip() if isinstance(cell, str) else str(cell))
        if _is_blank(cell):
            return _ABSENT
        try:
            value = entry.read(cell)
        except Unreadable as error:
            found.fault(entry.target.name, "unreadable_cell", expected=error.expected)
            return _ABSENT
        if isinstance(cell, str) and "\x00" in cell:
            found.fault(entry.target.name, "invalid_character")
        elif entry.target.refers and (entry.by != "id" or entry.target.name in HISTORY):
            lookup = Lookup(entry.target.refers, entry.by, entry.source or self.source, str(value))
            found.lookups.append((entry.target.name, lookup))
        return value

    def _translated(self, found: Candidate, entry: Entry, text: str) -> Any:
        """What stands for a text; None for nothing."""
        assert entry.values is not None
        if text in entry.values or entry.otherwise == "keep":
            return entry.values.get(text, text)
        if entry.otherwise == "refuse":
            found.fault(entry.target.name, "not_mapped_value")
        return None

    def _gather(self, found: Candidate, flat: dict[str, Any]) -> None:
        """Parts that belong together, put together."""
        for name in self.moneys:
            currency = flat.pop(f"{name}.currency", self.currency)
            if name in flat and not isinstance(flat[name], dict):
                flat[name] = {"amount": flat[name], "currency": currency}
        if EXTERNAL_ID in flat:
            key = {"source": self.source, "key": str(flat.pop(EXTERNAL_ID))}
            flat["external_ids"] = [*_pairs(flat.get("external_ids", [])), key]
        elif "external_ids" in flat:
            flat["external_ids"] = _pairs(flat["external_ids"])
        for name, value in sorted(flat.items()):  # a whole before its parts
            self._put(found, name, value)

    def _put(self, found: Candidate, name: str, value: Any) -> None:
        whole, dot, part = name.partition(".")
        if dot:
            items = found.data.setdefault(whole, [{}] if whole in self.parts else {})
            (items[0] if isinstance(items, list) else items)[part] = value
        elif name in HISTORY:
            found.history[name] = datetime.fromisoformat(value) if name == "created_at" else value
        elif name != CUSTOM.removesuffix("."):
            found.data[name] = value
        elif isinstance(value, dict):
            found.data[name] = dict(value)  # parts are put into it
        else:
            found.fault(name, "wrong_type", expected="an object")


def _entry(
    target: Target, spelling: Spelling, columns: tuple[int, ...], item: Mapping[str, Any], default: Any = None
) -> Entry:
    read = reader(target, spelling)
    return Entry(
        columns,
        target,
        read,
        item.get("by") or ("email" if target.refers == "users" and default is None else "id"),
        item.get("source"),
        item.get("values"),
        item.get("otherwise") or "keep",
        default,
    )


def _cell(entry: Entry, cells: Sequence[Any]) -> Any:
    match entry.columns:
        case ():
            return entry.default
        case (place,):
            return cells[place]
        case places:
            texts = [str(cells[place]).strip() for place in places if cells[place] not in (None, "")]
            return JOINT.join(text for text in texts if text)


def _pairs(found: Any) -> list[Any]:
    """`source:key` as the schema has it; what is neither is left for the schema to refuse."""
    pairs = []
    for item in found if isinstance(found, list) else [found]:
        source, colon, key = item.partition(":") if isinstance(item, str) else ("", "", "")
        pairs.append({"source": source, "key": key} if colon else item)
    return pairs


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())

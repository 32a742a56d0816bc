"""The fields of a resource that a column can be mapped to, and how a cell becomes the value of one."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from crm_api.integrations.sheets.lists import parted
from crm_api.kit.db import table
from crm_api.kit.kinds import (
    Choice,
    CurrencyKind,
    Day,
    Flag,
    Identifier,
    Instant,
    Kind,
    MoneyKind,
    Quantity,
    Reference,
    Structure,
    Whole,
)
from crm_api.kit.resource import Resource
from crm_api.kit.schemas import Schema
from crm_api.text import fold

Read = Callable[[Any], Any]
HISTORY: Final = ("created_at", "created_by")
EXTERNAL_ID: Final = "external_id"
CUSTOM: Final = "custom_fields."
DATE_FORMATS: Final = {
    "iso": "%Y-%m-%d",
    "ymd": "%Y/%m/%d",
    "dmy": "%d/%m/%Y",
    "mdy": "%m/%d/%Y",
}
TRUE, FALSE = frozenset("true yes y 1 是 真 对 有".split()), frozenset("false no n 0 否 假 错 无".split())
_GROUPING: Final = re.compile(r"(?<=\d)[\s'\u00a0\u202f](?=\d{3})")


class Target(NamedTuple):
    """Where a column goes: `kind` of the value; `refers` names the resource of a reference.

    `labels` are other names of it, `codes` what its folded texts stand for, of which it may take `several`.
    """

    name: str
    kind: Kind | None
    refers: str | None = None
    labels: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    several: bool = False
    unique: bool = False


class Spelling(NamedTuple):
    """How the cells of a file are written."""

    date_format: str = "iso"
    decimal_comma: bool = False
    zone: str = "UTC"

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone of times that name none."""
        return ZoneInfo(self.zone)


class Unreadable(ValueError):
    """A cell that is not what its field takes."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@cache
def targets(resource: Resource, create: type[Schema]) -> Mapping[str, Target]:
    """Name → target: the keys of a create body, money in two, a line's parts, keys of other systems, and history."""
    found: dict[str, Target] = {}
    for name in create.model_fields:
        kind = resource.fields.get(name)
        found[name] = Target(name, kind, kind.resource if isinstance(kind, Reference) else None)
        if isinstance(kind, MoneyKind):
            found[f"{name}.currency"] = Target(f"{name}.currency", CurrencyKind())
    for child in resource.children:
        for name, kind in child.fields.items():
            if name != "id" and not isinstance(kind, CurrencyKind):
                part = f"{child.name}.{name}"
                found[part] = Target(part, kind, kind.resource if isinstance(kind, Reference) else None)
                if isinstance(kind, MoneyKind):
                    found[f"{part}.currency"] = Target(f"{part}.currency", CurrencyKind())
    if resource.linked:
        found[EXTERNAL_ID] = Target(EXTERNAL_ID, None)
    found["created_at"] = Target("created_at", Instant())
    found["created_by"] = Target("created_by", Reference("users"), "users")
    return found


def matchable(resource: Resource) -> list[str]:
    """The fields by which a row can find its record: keys, unique texts, and how people and companies are reached."""
    columns = table(resource.model).columns
    names = [EXTERNAL_ID] if resource.linked else []
    named = ("code", "tax_id", "email", "emails", "phones", "name")
    return ["id", *names, *(name for name in named if name in columns and name in resource.fields)]


def reader(target: Target, spelling: Spelling) -> Read:
    """How a cell becomes a value of a create body."""
    kind, codes = target.kind, target.codes
    if isinstance(kind, Choice):
        codes = {fold(str(choice)): str(choice) for choice in kind.choices}
    if codes is not None and target.several:
        return lambda cell: [codes.get(fold(_text(item)), item) for item in _list(cell)]
    if codes is not None:
        return lambda cell: codes.get(fold(_text(cell)), _text(cell))
    read = next((read for kinds, read in _READERS if isinstance(kind, kinds)), None)
    return partial(read, spelling=spelling) if read else _text


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return format(cell, "d") if isinstance(cell, int) else repr(cell)
    if isinstance(cell, date):
        return cell.isoformat().removesuffix("T00:00:00")
    return orjson.dumps(cell).decode()


def _decimal(cell: Any, spelling: Spelling) -> Any:
    if isinstance(cell, dict):
        return cell
    if isinstance(cell, float):
        return format(cell, "f").rstrip("0").rstrip(".") if "e" in repr(cell) else repr(cell)
    text = _GROUPING.sub("", _text(cell))
    group, point = (".", ",") if spelling.decimal_comma else (",", ".")
    return re.sub(rf"(?<=\d)\{group}(?=\d{{3}}(\D|$))", "", text).replace(point, ".")


def _day(cell: Any, spelling: Spelling) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return _parsed(_text(cell), spelling).date().isoformat()


def _instant(cell: Any, spelling: Spelling) -> str:
    found = cell if isinstance(cell, datetime) else _parsed(_text(cell), spelling)
    if found.tzinfo is None:
        found = found.replace(tzinfo=spelling.tzinfo)
    return found.isoformat()


def _parsed(text: str, spelling: Spelling) -> datetime:
    if spelling.date_format == "iso":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise Unreadable("a date, YYYY-MM-DD") from None
    day, _, clock = text.replace("-", "/").replace(".", "/").replace("T", " ").partition(" ")
    try:
        found = datetime.strptime(day, DATE_FORMATS[spelling.date_format].replace("-", "/"))  # noqa: DTZ007
        return (
            datetime.combine(found, datetime.fromisoformat(f"2000-01-01T{clock}").timetz())
            if clock
            else found
        )
    except ValueError:
        raise Unreadable(f"a date, {spelling.date_format}") from None


def _whole(cell: Any, **_: Any) -> int:
    try:
        return int(_text(cell))
    except ValueError:
        raise Unreadable("a whole number") from None


def _flag(cell: Any, **_: Any) -> bool:
    text = _text(cell).lower()
    if text not in TRUE | FALSE:
        raise Unreadable("true or false")
    return text in TRUE


def _list(cell: Any, **_: Any) -> Any:
    if not isinstance(cell, str):
        return cell if isinstance(cell, (list, dict)) else [_text(cell)]
    try:
        return orjson.loads(cell) if cell.lstrip()[:1] == "{" else parted(cell)
    except ValueError:
        raise Unreadable("a list, separated by semicolons") from None


def _key(cell: Any, **_: Any) -> str:
    return _text(cell).strip()


_READERS: Final[tuple[tuple[Any, Callable[..., Any]], ...]] = (
    ((MoneyKind, Quantity), _decimal),
    (Day, _day),
    (Instant, _instant),
    (Whole, _whole),
    (Flag, _flag),
    (Structure, _list),
    (Identifier, _key),
)

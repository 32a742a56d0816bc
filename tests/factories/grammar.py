"""The filter grammar in plain Python, and random nullable rows of every resource to try it on."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import asyncpg

from crm_api.kit.conditions import own_fields
from crm_api.kit.db import table
from crm_api.kit.kinds import (
    Choice,
    CurrencyKind,
    Day,
    Email,
    Flag,
    Identifier,
    Instant,
    Kind,
    MoneyKind,
    Quantity,
    Reference,
    Structure,
    TextKind,
    Whole,
    kind_of,
)
from crm_api.kit.lists import ExternalIds, ListKind, Texts
from crm_api.kit.registries import RESOURCES
from crm_api.kit.relations import relations
from crm_api.kit.resource import Resource
from tests.factories.companies import Company

Row = dict[str, Any]
TEXTS = ["华东", "北京云图", "software", "Software", "50% off", "x_y", "a,b", "Straße", "-", "O'Neil"]
DAYS = [date.min, date(1988, 5, 20), date(1988, 5, 21), date(2000, 2, 29), date(2026, 11, 22), date.max]
NUMBERS = [Decimal(n) for n in ("0", "0.000001", "99.9", "100", "199.9", "999999999999.999999")]
MOMENTS = [
    datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
    datetime(2026, 1, 31, 9, 30, 0, 1, tzinfo=UTC),
    datetime(2027, 12, 31, 15, 59, 59, tzinfo=UTC),
]

# what an operator says of a value that is there
HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, given: value == given,
    "in": lambda value, given: value in given,
    "lt": lambda value, given: value < given,
    "lte": lambda value, given: value <= given,
    "gt": lambda value, given: value > given,
    "gte": lambda value, given: value >= given,
    "between": lambda value, given: given[0] <= value <= given[1],
    "contains": lambda value, given: given.lower() in value.lower(),
    "starts_with": lambda value, given: value.lower().startswith(given.lower()),
}
OF_LISTS: dict[str, Callable[[set[str], Any], bool]] = {
    "eq": lambda values, given: given in values,
    "in": lambda values, given: not values.isdisjoint(given),
    "has_any": lambda values, given: not values.isdisjoint(given),
    "has_all": lambda values, given: values.issuperset(given),
}
NEGATED = {"ne": "eq", "nin": "in"}
SEVERAL = ("in", "nin", "between", "has_any", "has_all")


class Case(NamedTuple):
    """One condition, with its values as a client writes them in a query."""

    field: str
    kind: Kind
    operator: str
    texts: tuple[str, ...]

    def parameters(self) -> list[tuple[str, str]]:
        shown = self.field if self.operator == "eq" else f"{self.field}[{self.operator}]"
        if len(self.texts) > 1 and self.operator != "between":
            return [(shown, text) for text in self.texts]
        return [(shown, ",".join(self.texts))]

    def tree(self) -> dict[str, Any]:
        values = [_as_json(self.kind, self.operator, text) for text in self.texts]
        return {
            "field": self.field,
            "op": self.operator,
            "value": values if self.operator in SEVERAL else values[0],
        }

    def holds(self, value: Any) -> bool:
        """What is unknown does not hold; its negation does."""
        if self.operator in NEGATED:
            return not self._replace(operator=NEGATED[self.operator]).holds(value)
        if self.operator == "is_null":
            return (value in (None, set())) == (self.texts[0] == "true")
        if value is None:
            return False
        given = [_read(self.kind, text) for text in self.texts]
        rules = OF_LISTS if isinstance(value, set) else HOLDS
        return rules[self.operator](value, given if self.operator in SEVERAL else given[0])


class Data:
    """The live rows of every resource as the database holds them."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.rows = rows
        self._by_id = {row["id"]: row for found in rows.values() for row in found}

    def ids(self, resource: Resource, keep: Callable[[Row], bool]) -> set[str]:
        return {str(row["id"]) for row in self.rows[resource.name] if keep(row)}

    def value(self, resource: Resource, row: Row, name: str) -> Any:
        """What a filter compares; of a neighbour's field too. Lists are sets of texts, the unknown is None."""
        if name in own_fields(resource):
            return _stored(resource, row, name)
        first, _, rest = name.partition(".")
        relation = relations(resource)[first]
        near = self._by_id.get(row[relation.field])
        return None if near is None else self.value(relation.target, near, rest)

    def cases(self, resource: Resource, random: Random, *, hops: bool) -> Iterator[Case]:
        """Every operator of every field of a resource, or of its neighbours, each with values drawn from the rows."""
        for name, kind, operators in _filterable(resource, hops=hops):
            known = [self.value(resource, row, name) for row in self.rows[resource.name]]
            pool = [*_texts(known), *_others(kind, random)]
            for operator in operators:
                if operator != "within_last":
                    yield Case(name, kind, operator, _drawn(kind, operator, pool, random))


async def randomised(company: Company, seed: int) -> Data:
    """Give the rows of a furnished company random values, where no constraint is against it; then read them."""
    random = Random(seed)
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        ids = {
            r.name: [row["id"] for row in await connection.fetch(f"SELECT id FROM {_table(r)} ORDER BY id")]
            for r in RESOURCES.values()
        }
        # where they point from now on is nowhere: the workers of later tests are not to send there
        await connection.execute("UPDATE webhooks SET active = false")
        for resource in RESOURCES.values():
            name = _table(resource)
            for record_id in ids[resource.name]:
                for values in _random_values(resource, ids, random):
                    columns = ", ".join(f'"{column}" = ${i}' for i, column in enumerate(values, 2))
                    try:
                        async with connection.transaction():
                            await connection.execute(
                                f"UPDATE {name} SET {columns} WHERE id = $1", record_id, *values.values()
                            )
                    except (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError):
                        continue  # what was written once stays as it was
    return await data_of(company)


async def data_of(company: Company) -> Data:
    found = {r.name: await company.rows(_table(r)) for r in RESOURCES.values()}
    return Data(
        {name: [row for row in rows if row.get("deleted_at") is None] for name, rows in found.items()}
    )


def _table(resource: Resource) -> str:
    return table(resource.model).name


def _random_values(resource: Resource, ids: dict[str, list[str]], random: Random) -> Iterator[dict[str, Any]]:
    # what decides who sees a row, or how far it has come, stays as it was made
    fixed = "id version status deleted_at path expires_at revoked_at subject_type resource".split()
    for name, column in resource.columns.items():
        kind = kind_of(column)
        if name in fixed or isinstance(kind, CurrencyKind | Structure | Flag | Email):
            continue
        if column.nullable and random.random() < 0.4:
            value = None
        elif isinstance(kind, Identifier):
            if not isinstance(kind, Reference) or not column.nullable or kind.resource not in ids:
                continue
            value = random.choice(ids[kind.resource])
        elif isinstance(kind, Choice):
            value = random.choice(list(kind.choices)).value
        elif isinstance(kind, MoneyKind | Quantity):
            value = random.choice(NUMBERS)
        elif isinstance(kind, Whole):
            value = random.randrange(0, 100)
        elif isinstance(kind, Day):
            value = random.choice(DAYS)
        elif isinstance(kind, Instant):
            value = random.choice(MOMENTS)
        elif isinstance(kind, TextKind) and not name.endswith("_sort"):
            value = random.choice(TEXTS)
        else:
            continue
        money = {f"{name}_currency": random.choice(["CNY", "USD"]) if value is not None else None}
        yield {name: value, **(money if isinstance(kind, MoneyKind) else {})}


def _filterable(resource: Resource, *, hops: bool) -> Iterator[tuple[str, Kind, tuple[str, ...]]]:
    if not hops:
        for field in own_fields(resource).values():
            yield field.name, field.kind, field.operators
        return
    for relation in relations(resource).values():
        for name, kind, operators in _filterable(relation.target, hops=False):
            yield f"{relation.name}.{name}", kind, tuple(dict.fromkeys((*operators, "is_null")))


def _stored(resource: Resource, row: Row, name: str) -> Any:
    column, kind = resource.filters[name]
    if isinstance(kind, ExternalIds):
        return {f"{item['source']}:{item['key']}" for item in row["external_ids"]}
    if isinstance(kind, Texts):
        return set(row[column])
    if isinstance(kind, ListKind):
        return {item["value"] for item in row[column]}
    value = row[name.replace(".", "_")]
    return str(value) if isinstance(kind, Identifier) and value is not None else value


def _texts(known: list[Any]) -> list[str]:
    flat = [item for value in known for item in (value if isinstance(value, set) else [value])]
    return sorted({_written(value) for value in flat if value is not None})


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _others(kind: Kind, random: Random) -> list[str]:
    if isinstance(kind, Choice):
        return list(kind.choices)
    known: dict[type[Kind], list[str]] = {
        Flag: ["true", "false"],
        Identifier: ["01930b2e-6f00-7000-8000-000000000001"],
        Day: ["1900-01-01", *map(str, DAYS)],
        Instant: [_written(random.choice(MOMENTS) + timedelta(hours=random.choice([0, 1])))],
        Whole: ["77", "-1", "0"],
        Quantity: ["13.50", "7"],
        MoneyKind: ["-1", "100.000", "50"],
        CurrencyKind: ["EUR", "CNY"],
        ExternalIds: ["erp:none"],
        Texts: ["nothing"],
    }
    found = next((texts for cls, texts in known.items() if isinstance(kind, cls)), None)
    if found is None:
        found = {"Phones": ["+8613800138000"], "Emails": ["who@example.com"]}.get(type(kind).__name__, TEXTS)
    return found


def _drawn(kind: Kind, operator: str, pool: list[str], random: Random) -> tuple[str, ...]:
    if operator == "is_null":
        return (random.choice(["true", "false"]),)
    if operator in ("contains", "starts_with"):
        text = random.choice(pool)
        at = random.randrange(len(text)) if operator == "contains" else 0
        return (text[at : at + random.randint(1, 3)],)
    if operator == "between":
        drawn = [random.choice(pool), random.choice(pool)]
        return tuple(sorted(drawn, key=lambda text: _read(kind, text)) if random.random() < 0.8 else drawn)
    if operator in SEVERAL:
        texts = random.sample(pool, random.randint(1, min(3, len(pool))))
        return tuple(texts) if len(texts) > 1 or "," not in texts[0] else (texts[0], texts[0])
    return (random.choice(pool),)


def _read(kind: Kind, text: str) -> Any:
    return Decimal(text) if isinstance(kind, MoneyKind) else kind.read(text)


def _as_json(kind: Kind, operator: str, text: str) -> Any:
    if isinstance(kind, Flag) or operator == "is_null":
        return text == "true"
    return int(text) if isinstance(kind, Whole) else text

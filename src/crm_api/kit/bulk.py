"""Many new records at once: the schema, rules, rights and effects of one by one, with one statement a table.

What a statement a row would ask (owners, references, keys that are taken) is asked once for all of them; what a service
does to a new row is its own pure function (`new_row`), called here as it is there.
"""

from asyncio import Task, create_task, sleep, wait
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, Select, Text, Uuid, any_, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY as PG_ARRAY
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.expression import bindparam
from sqlalchemy.types import TypeEngine

from crm_api.kit.db import Base, table
from crm_api.kit.errors import Fault, Forbidden, Invalid
from crm_api.kit.events import ExternalId
from crm_api.kit.references import visible_ids
from crm_api.kit.registries import RESOURCES
from crm_api.kit.repository import Repository, refuse_unwritable
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped, scoped_insert_from
from crm_api.kit.uow import Effect, UnitOfWork

_PART, _AT_ONCE = "\x1f", 100


@dataclass(slots=True)
class Newcomer:
    """A record to be: the values of its body, the stamps it brings along, its row, and what stands against it."""

    values: dict[str, Any]
    stamps: Mapping[str, Any] = field(default_factory=dict)
    row: Any = None
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str, code: str, **params: Any) -> None:
        self.faults.append(Fault("pointer", f"/{name}", code, params))


async def check_many(
    uow: UnitOfWork, resource: Resource, build: Callable[[dict[str, Any]], Any], found: Sequence[Newcomer]
) -> None:
    """Make their rows; whatever a request would be refused for is a fault of the one it concerns."""
    repository: Repository[Any] = Repository(uow, resource)
    chosen = any(one.values.get("id") for one in found)
    if resource.access.owned:
        await _settle_owners(uow, found)
    for place, one in enumerate(found):
        await let_others(place)
        try:
            if not one.faults:
                refuse_unwritable(uow, resource, one.values)
                if not one.values.get("id"):
                    one.values.pop("id", None)
                one.row = build(one.values)
                await repository.begin(one.row, one.stamps)
        except Invalid as problem:
            one.faults += problem.faults
        except Forbidden:
            one.refuse("owner_id", "forbidden")
    await _check_references(uow, resource, found)
    await _check_keys(uow, resource, found, chosen=chosen)


async def store_many(uow: UnitOfWork, resource: Resource, found: Sequence[Newcomer]) -> None:
    """Store the rows that have no fault, with everything that goes with each.

    While the database takes one part of them in, what goes with the next is made.
    """
    repository: Repository[Any] = Repository(uow, resource)
    rows = [one.row for one in found if not one.faults]
    sending: Task[None] | None = None
    others: list[Effect] = []
    try:
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            with uow.apart() as gathered:
                for place, row in enumerate(part):
                    await let_others(place)
                    await repository.settle_new(row, row.changes(), "created")
            if sending:
                await sending
            sending = create_task(_send(uow, resource.model, part, gathered))
            others += [effect for effect in gathered if not effect.inserts]
    finally:
        if sending:
            await wait([sending])
    if sending:
        sending.result()
    for effect in others:
        uow.add(effect)


async def let_others(place: int, every: int = 10) -> None:
    """A thousand rows are a second of work: an answer of the database, the beat of a lease, a relay have their turn."""
    if place % every == 0:
        await sleep(0)


async def _send(uow: UnitOfWork, model: type[Base], rows: Sequence[Any], gathered: Sequence[Effect]) -> None:
    await insert_many(uow, {model: [row.__dict__ for row in rows], **_inserts(gathered)})


async def send_inserts(uow: UnitOfWork, gathered: Sequence[Effect]) -> None:
    """What goes with new rows and is a plain insert."""
    await insert_many(uow, _inserts(gathered))


def _inserts(gathered: Sequence[Effect]) -> dict[type[Base], list[Mapping[str, Any]]]:
    inserts: dict[type[Base], list[Mapping[str, Any]]] = defaultdict(list)
    for effect in gathered:
        for model in effect.inserts:
            inserts[model].append(effect.values)
    return inserts


async def insert_many(uow: UnitOfWork, rows: Mapping[type[Base], Sequence[Mapping[str, Any]]]) -> None:
    """Insert rows of several tables in one statement, each column as an array.

    One by one the database would wait between them until this process has its next turn, and again until it has packed.
    """
    models = tuple(model for model, found in rows.items() if found)
    values = {
        f"{table(model).name}_{name}": [pack(row[name]) for row in rows[model]]
        if pack
        else [row[name] for row in rows[model]]
        for model in models
        for name, pack in _packers(model)
    }
    if models:
        shape = ("insert many", *(table(model).name for model in models))
        await uow.fetch(shape, lambda: _insert_all(*models), values)


@cache
def _packers(model: type[Base]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """Each column that is written, and how a value fits into an array that PostgreSQL can unnest."""
    return [(c.key, _PACK.get(type(c.type))) for c in _columns(model)]


def _columns(model: type[Base]) -> list[Column[Any]]:
    return [
        c
        for c in table(model).columns
        # what the database alone knows (the time of its clock) has no default of ours
        if c.computed is None
        and (c.server_default is None or c.info["default"] is not None)
        and c.key != "tenant_id"
    ]


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()


def _texts(value: list[str] | None) -> str | None:
    return None if value is None else _PART.join(value)


_PACK: dict[Any, Callable[[Any], Any]] = {JSONB: _json, ARRAY: _texts, PG_ARRAY: _texts}


def _insert_all(model: type[Base], *others: type[Base]) -> Insert:
    statement = _insert(model)
    for other in others:
        statement = statement.add_cte(_insert(other).cte(f"{table(other).name}_rows"))
    return statement


def _insert(model: type[Base]) -> Insert:
    columns = _columns(model)
    name = table(model).name
    arrays = [bindparam(f"{name}_{c.key}", type_=ARRAY(_element(c))) for c in columns]
    source = func.unnest(*arrays).table_valued(*(column(c.key, _element(c)) for c in columns), name="given")
    given = source.render_derived()
    values = [_unpacked(c, given.c[c.key]) for c in columns]
    return scoped_insert_from(model, [c.key for c in columns], select(*values).select_from(given))


def _element(c: Column[Any]) -> TypeEngine[Any]:
    return Text() if type(c.type) in _PACK else c.type


def _unpacked(c: Column[Any], value: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(c.type, JSONB):
        return cast(value, JSONB)
    if type(c.type) in _PACK:
        return cast(func.string_to_array(value, bindparam("part", _PART, type_=Text)), c.type)
    return value


async def _settle_owners(uow: UnitOfWork, found: Sequence[Newcomer]) -> None:
    """Put owner and team in place; one query for all owners."""
    principal = uow.principal
    own = principal.id if principal.kind == "user" else None
    named = {one.values["owner_id"] for one in found if one.values.get("owner_id")} - {own}
    rows = await uow.fetch("owners", _owners, {"owners": sorted(named)}) if named else []
    teams: dict[str | None, str | None] = {row[0]: row[1] for row in rows}
    teams |= {None: None} | ({own: principal.team_id} if own else {})
    for one in found:
        owner = one.values.setdefault("owner_id", own)
        if owner in teams:
            one.values["team_id"] = teams[owner]
        else:
            one.refuse("owner_id", "reference_not_found", resource="user")


async def _check_references(uow: UnitOfWork, resource: Resource, found: Sequence[Newcomer]) -> None:
    good = [one for one in found if not one.faults]
    for name, target in resource.references.items():
        wanted = {one.row.__dict__[name] for one in good if one.row.__dict__[name] is not None}
        if wanted and target in RESOURCES:
            seen = await visible_ids(uow, RESOURCES[target], wanted)
            for one in good:
                if one.row.__dict__[name] is not None and one.row.__dict__[name] not in seen:
                    one.refuse(name, "reference_not_found", resource=RESOURCES[target].singular)


async def _check_keys(
    uow: UnitOfWork, resource: Resource, found: Sequence[Newcomer], *, chosen: bool
) -> None:
    """Keys that other records hold, or an earlier one of these; ids only where one was chosen by a client."""
    if resource.linked:
        await _check_links(uow, resource, found)
    for name in unique_columns(resource)[0 if chosen else 1 :]:
        held: set[Any] = set()
        values = {one.row.__dict__[name] for one in found if not one.faults} - {None}
        if values:
            rows = await uow.fetch(
                ("taken", resource.name, name), partial(_taken, resource, name), {"values": sorted(values)}
            )
            held = {row[0] for row in rows}
        for one in found:
            if not one.faults and (value := one.row.__dict__[name]) is not None:
                if value in held:
                    one.refuse(name, "id_taken" if name == "id" else "duplicate")
                held.add(value)


async def _check_links(uow: UnitOfWork, resource: Resource, found: Sequence[Newcomer]) -> None:
    held: set[tuple[str, str]] = set()
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if not one.faults:
            for item in one.row.external_ids:
                wanted[item["source"]].add(item["key"])
    for source, keys in wanted.items():
        values = {"of": resource.name, "source": source, "keys": sorted(keys)}
        held |= {(source, row[0]) for row in await uow.fetch("linked", _linked, values)}
    for one in found:
        if not one.faults:
            own = [(item["source"], item["key"]) for item in one.row.external_ids]
            if len(set(own)) < len(own) or held.intersection(own):
                one.refuse("external_ids", "duplicate")
            held.update(own)


@cache
def unique_columns(resource: Resource) -> tuple[str, ...]:
    """The id, and the columns of which the tenant's live rows hold a value once."""
    guards = [index for index in table(resource.model).indexes if index.unique]
    columns = [[c.key for c in index.columns if c.key != "tenant_id"] for index in guards]
    return ("id", *sorted(keys[0] for keys in columns if len(keys) == 1))


def _owners() -> Select[Any]:
    users = scoped(RESOURCES["users"].model, "u")
    shown: list[ColumnElement[Any]] = [users.c.id.cast(Text), users.c.team_id.cast(Text)]
    return select(*shown).where(
        users.c.id == any_(bindparam("owners", type_=ARRAY(Uuid(as_uuid=False)))),
        users.c.status != "disabled",
        users.c.deleted_at.is_(None),
    )


def _taken(resource: Resource, name: str) -> Select[Any]:
    rows = scoped(resource.model, "r")
    alive = resource.alive(rows) if name != "id" else []
    wanted = any_(bindparam("values", type_=ARRAY(rows.c[name].type)))
    return select(rows.c[name].cast(Text)).where(rows.c[name] == wanted, *alive)


def _linked() -> Select[Any]:
    links = scoped(ExternalId, "links")
    return select(links.c.key).where(
        links.c.resource == bindparam("of", type_=Text),
        links.c.source == bindparam("source", type_=Text),
        links.c.key == any_(bindparam("keys", type_=ARRAY(Text))),
    )

"""Loading a row for a verb and writing it back: the one writer behind every resource."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, Text, Uuid, func, literal, select
from sqlalchemy.sql.dml import Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit import clock, effects
from crm_api.kit.access import Scope, access_values, grant_level
from crm_api.kit.children import children_json, load_children, write_children
from crm_api.kit.conditional import demand_version
from crm_api.kit.db import Base, table
from crm_api.kit.diffs import changes_of
from crm_api.kit.errors import Fault, Forbidden, Invalid, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.kinds import Identifier, Path, kind_of
from crm_api.kit.money import money_json
from crm_api.kit.principal import Right
from crm_api.kit.references import check_references
from crm_api.kit.registries import RESOURCES, react
from crm_api.kit.resource import Resource
from crm_api.kit.rules import RULES
from crm_api.kit.showing import redact, unseen
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_update
from crm_api.kit.uow import UnitOfWork

R = TypeVar("R", bound=Base)
Lists = Mapping[str, Sequence[Any]] | None
Asking = Callable[[], Awaitable[str]] | None
_ID = bindparam("id", type_=Uuid(as_uuid=False))
_STAMPS = frozenset({"updated_at", "updated_by", "version"})


class Repository(Generic[R]):
    """The rows of one resource for one unit of work; subclasses add the SQL that is their own."""

    def __init__(self, uow: UnitOfWork, resource: Resource) -> None:
        self.uow = uow
        self.resource = resource
        self._children: dict[str, list[Any]] = {}

    async def load(self, record_id: str, *, deleted: bool = False) -> R:
        """The row, locked, if the caller may do what the unit's permission says.

        Invisible is NotFound, visible but not allowed is Forbidden. `deleted` asks for a deleted row, not a live one.
        """
        if as_id(record_id) is None:
            raise NotFound
        principal, resource, permission = self.uow.principal, self.resource, self.uow.permission
        assert permission is not None, "a row is loaded under a permission"
        reach = principal.reach(resource.read)
        scope = resource.access.scope(principal, reach, resource.name)
        rows = await self.uow.fetch(
            ("load", resource.name, scope, deleted),
            lambda: self._load(scope, deleted=deleted),
            {**access_values(principal, reach), "id": record_id},
        )
        if not rows:
            raise NotFound
        values = dict(rows[0])
        shared = values.pop("grant_level", None) == "write" and permission == resource.update
        if not shared and not resource.access.admits(
            principal, self.uow.reach, values.get("owner_id"), values.get("team_id")
        ):
            raise Forbidden
        row = self.resource.model.loaded(values)
        await demand_version(self.uow, resource, row, lambda: self.answer(row))  # type: ignore[arg-type]
        return row  # type: ignore[return-value]

    async def children(self, row: R, name: str) -> list[Any]:
        """The items of one child list, loaded once."""
        if name not in self._children:
            child = next(child for child in self.resource.children if child.name == name)
            self._children[name] = [] if row._loaded is None else await load_children(self.uow, child, row.id)  # type: ignore[attr-defined]
        return self._children[name]

    async def add(
        self, row: R, *, event: str = "created", children: Lists = None, number: Asking = None
    ) -> dict[str, Any]:
        """Store a new row and its children; the answer is the record as the caller may see it.

        A row outside the caller's reach is Forbidden, an id in it that the caller cannot see is Invalid. Its `number`
        is asked for once nothing is left to read: those who ask for numbers wait for each other until the commit.
        """
        uow, resource = self.uow, self.resource
        uow.writing = row
        await self.begin(row, uow.stamps)
        await self._check_references(row, row.changes())
        if number is not None:
            row.apply({"number": await number()})
        changed = row.changes()
        await uow.fetch(("insert", resource.name), lambda: effects.insert_of(resource.model), row.__dict__)
        for child in resource.children:
            self._children[child.name] = []
        await self._write_children(children or {})
        diff = await self.settle_new(row, changed, event)
        await react(f"{resource.singular}.{event}", uow, row.id, diff)  # type: ignore[attr-defined]
        return await self.answer(row)

    async def begin(self, row: R, stamps: Mapping[str, Any]) -> None:
        """Stamp a new row, with `stamps` as others made it at another time; Forbidden when it is out of reach."""
        at, me = clock.now(), self.uow.principal
        made = {"tenant_id": me.tenant_id, "created_at": at, "created_by": me.id}
        row.apply({**made, "updated_at": at, "updated_by": me.id, **stamps})
        self._check_reach(row)
        for rule in RULES:
            await rule.before(self.uow, self.resource, row)

    async def settle_new(self, row: R, changed: Mapping[str, tuple[Any, Any]], event: str) -> dict[str, Any]:
        """What goes with a row that was just inserted; how its event tells it."""
        uow, resource, at = self.uow, self.resource, clock.now()
        diff = changes_of(resource, row, changed)
        uow.add(effects.event(uow, resource, row, event, diff, at))
        if resource.access.owned and row.owner_id is not None:  # type: ignore[attr-defined]
            uow.add(effects.period(resource, row, at))
        self._accompany(row, changed)
        for rule in RULES:
            await rule.after(uow, resource, row, changed)
        return diff

    async def save(self, row: R, *, event: str = "updated", children: Lists = None) -> dict[str, Any]:
        """Write what a verb changed and its one event; nothing changed is no write, no event, the same version."""
        uow, resource, at = self.uow, self.resource, clock.now()
        uow.writing = row
        listed = await self._write_children(children or {})
        for rule in RULES:
            await rule.before(uow, resource, row)
        changed = row.changes()
        if not changed and not listed:
            return await self.answer(row)
        row.apply({"updated_at": at, "updated_by": uow.principal.id, "version": row.version + 1})  # type: ignore[attr-defined]
        reassigned = resource.access.owned and ("owner_id" in changed or "team_id" in changed)
        if reassigned:
            self._check_reach(row)
        await self._check_references(row, changed)
        names = tuple(sorted({*changed, *_STAMPS}))
        values = {"id": row.__dict__["id"], **{f"new_{name}": row.__dict__[name] for name in names}}
        await uow.fetch(("update", resource.name, names), lambda: self._update(names), values)
        diff = {**changes_of(self.resource, row, changed), **listed}
        uow.add(effects.event(uow, resource, row, event, diff, at))
        if reassigned:
            uow.add(effects.end_of_period(resource, row, at))
            uow.add(effects.period(resource, row, at))
        self._accompany(row, changed)
        for rule in RULES:
            await rule.after(uow, resource, row, changed)
        await react(f"{resource.singular}.{event}", uow, row.id, diff)  # type: ignore[attr-defined]
        return await self.answer(row)

    async def remove(self, row: R) -> None:
        """Delete a row for good; while something refers to it the database refuses (`in_use`)."""
        uow, resource = self.uow, self.resource
        uow.writing = row
        await uow.fetch(
            ("remove", resource.name),
            lambda: scoped_delete(resource.model).where(table(resource.model).c.id == _ID),
            {"id": row.id},  # type: ignore[attr-defined]
        )
        uow.add(effects.event(uow, resource, row, "deleted", {}, clock.now()))

    async def is_circular(self, row: R, name: str) -> bool:
        """Whether following a reference to its own resource, just saved, leads from a row back to it.

        Such changes wait for each other, so that no two of them close a circle together.
        """
        if row.__dict__[name] is None or name not in row.changes():
            return False
        await one_at_a_time(self.uow, f"{self.resource.name}.{name}")
        return bool(
            await self.uow.fetch(
                ("chain", self.resource.name, name),
                lambda: self._chain(name),
                {"id": row.id},  # type: ignore[attr-defined]
            )
        )

    async def answer(self, row: R) -> dict[str, Any]:
        """A row as the contract shows it to the caller."""
        state, resource = row.__dict__, self.resource
        record = {name: state[name] for name in resource.fields}
        for name, show in resource.shows.items():
            record[name] = show(state[name])
        for name in resource.moneys:
            record[name] = money_json(state[name], state[f"{name}_currency"])
        for child in resource.children:
            record[child.name] = children_json(child, await self.children(row, child.name))
        rights = unseen(self.uow.principal, resource)
        record["redacted"] = redact(record, rights) if rights else []
        return record

    def _load(self, scope: Scope, *, deleted: bool) -> Select[Any]:
        resource = self.resource
        rows = scoped(resource.model, "r")
        columns = [
            (
                kind_of(c).select(rows.c[c.key])
                if isinstance(kind_of(c), (Identifier, Path))
                else rows.c[c.key]
            ).label(c.key)
            for c in table(resource.model).columns
            if c.computed is None
        ]
        if scope.grants:
            columns.append(grant_level(rows, resource.name).label("grant_level"))
        allowed = resource.access.predicate(rows, scope, resource.name)
        alive = resource.alive(rows, "only" if deleted else "exclude")
        return (
            select(*columns).where(rows.c.id == _ID, allowed, *alive).with_for_update(key_share=True, of=rows)
        )

    def _chain(self, name: str) -> Select[Any]:
        rows, above = scoped(self.resource.model, "r"), scoped(self.resource.model, "above")
        chain = select(rows.c[name].label("next")).where(rows.c.id == _ID).cte("chain", recursive=True)
        chain = chain.union(select(above.c[name]).where(above.c.id == chain.c.next))
        return select(chain.c.next).where(chain.c.next == _ID)

    def _update(self, names: tuple[str, ...]) -> Update:
        target = table(self.resource.model)
        values = {name: bindparam(f"new_{name}", type_=target.c[name].type) for name in names}
        return scoped_update(self.resource.model).where(target.c.id == _ID).values(values)

    async def _write_children(self, given: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Child lists that changed, as they stand in the event."""
        changed: dict[str, Any] = {}
        for child in self.resource.children:
            if child.name in given:
                before, after = self._children[child.name], given[child.name]
                shown_before = [row._loaded for row in before]
                if await write_children(self.uow, child, before, after):
                    old = children_json(child, [child.model.loaded(state) for state in shown_before])
                    changed[child.name] = {"from": old, "to": children_json(child, after)}
                self._children[child.name] = list(after)
        return changed

    def _check_reach(self, row: R) -> None:
        """A create or reassignment may not put a row where its author does not reach."""
        owner, team = getattr(row, "owner_id", None), getattr(row, "team_id", None)
        if self.resource.access.owned and not self.resource.access.admits(
            self.uow.principal, self.uow.reach, owner, team
        ):
            raise Forbidden

    async def _check_references(self, row: R, changed: Mapping[str, Any]) -> None:
        given = {
            f"/{name}": (resource, row.__dict__[name])
            for name, resource in self.resource.references.items()
            if name in changed and row.__dict__[name] is not None and resource in RESOURCES
        }
        if given:
            await check_references(self.uow, given)

    def _accompany(self, row: Any, changed: Mapping[str, tuple[Any, Any]]) -> None:
        """External ids and search words follow the row; a deleted row gives its external ids free."""
        resource = self.resource
        if resource.linked and changed.keys() & {"external_ids", "deleted_at"}:
            before, after = changed.get("external_ids", (row.external_ids, row.external_ids))
            was, now = (
                changed.get("deleted_at", (row.deleted_at, row.deleted_at))
                if resource.deletable
                else (None, None)
            )
            for effect in effects.links(
                resource, row.id, [] if was or before is None else before, [] if now else after
            ):
                self.uow.add(effect)
        if resource.search and changed.keys() & set(resource.search):
            self.uow.add(effects.search_document(resource, row))


async def one_at_a_time(uow: UnitOfWork, what: str) -> None:
    """Wait until no other unit of the company is about the same; until the commit, others wait for this one."""
    await uow.fetch("one at a time", _wait, {"what": f"{uow.principal.tenant_id} {what}"})


def _wait() -> Select[Any]:
    key = func.hashtextextended(bindparam("what", type_=Text), literal(0))
    return select(func.pg_advisory_xact_lock(key))


def refuse_unwritable(uow: UnitOfWork, resource: Resource, given: Mapping[str, Any]) -> None:
    """A body may not write a field its author may not see or may only read."""
    rights = uow.principal.restrictions.get(resource.name, {})
    faults = [
        Fault(
            "pointer",
            f"/{name}",
            "read_only" if rights[name] is Right.READ_ONLY else "unknown_field",
            {"hint": ""},
        )
        for name in given
        if name in rights
    ]
    if faults:
        raise Invalid(faults=faults)

"""A batch of rows, from bodies to records: references, matches, validation, then writing, each row on its own."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from crm_api.integrations.imports.fields import CUSTOM, EXTERNAL_ID
from crm_api.integrations.imports.models import Import, Mode, Outcome, RowStatus
from crm_api.integrations.imports.planning import Candidate, Lookup, Plan
from crm_api.integrations.imports.repository import ImportRepository
from crm_api.integrations.imports.resource import right_to_history
from crm_api.kit.allowed import admit
from crm_api.kit.bulk import Newcomer, check_many, send_inserts, store_many
from crm_api.kit.conflicts import REFUSALS, as_problem
from crm_api.kit.errors import Fault, Problem
from crm_api.kit.principal import Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resolving import validated
from crm_api.kit.resource import Resource
from crm_api.kit.rules import RULES
from crm_api.kit.schemas import Schema
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writers import Writer

_REMEMBERED: Final = 50_000


class Applier:
    """Applies the rows of one import, batch by batch; remembers what it has looked up."""

    def __init__(self, given: Import, resource: Resource, writer: Writer, plan: Plan) -> None:
        self._import, self._resource, self._writer, self._plan = given, resource, writer, plan
        self._known: dict[Lookup, list[str]] = {}
        self._seen: set[int] = set()

    def read(self, one: Candidate) -> Candidate:
        """The body of a row that can be nothing but new, if it names no record that is still to be looked up."""
        if self._import.mode == Mode.CREATE and not one.lookups and not one.faults:
            try:
                one.body = self._read(one)
            except Problem as problem:
                one.faults += problem.faults
        return one

    async def apply(self, uow: UnitOfWork, rows: Sequence[Candidate], *, dry: bool = False) -> list[Outcome]:
        """The outcomes in the order of the rows. A dry run writes nothing and finds what a real one would."""
        await self._resolve(uow, rows)
        first, later = self._parted(rows, dry=dry)
        done = await self._applied(uow, first, dry=dry)
        for one in later:  # about the same record as a row before it
            done |= await self._applied(uow, [one], dry=dry) if not dry else {one.number: _would_update(one)}
        return [done[one.number] for one in rows]

    async def _applied(self, uow: UnitOfWork, rows: Sequence[Candidate], *, dry: bool) -> dict[int, Outcome]:
        await self._match(uow, rows)
        news = [one for one in rows if not one.faults and one.match_id is None]
        known = [one for one in rows if not one.faults and one.match_id is not None]
        done: dict[int, Outcome] = {}
        if news:
            admit(uow, self._resource.create)
            done |= await self._create(uow, news, dry=dry)
        if known:
            admit(uow, self._resource.update)
        versions = await ImportRepository(uow).versions(self._resource, {str(one.match_id) for one in known})
        for one in known:
            done[one.number] = await self._update(uow, one, versions.get(str(one.match_id)), dry=dry)
        return {one.number: done.get(one.number) or self._failed(one) for one in rows}

    def _parted(self, rows: Sequence[Candidate], *, dry: bool) -> tuple[list[Candidate], list[Candidate]]:
        """Rows that name a key for the first time, and those that name one again. A dry run remembers all keys."""
        seen = self._seen if dry else set()
        first: list[Candidate] = []
        later: list[Candidate] = []
        for one in rows:
            keys = {hash((by, key)) for by in self._import.match for key in self._keys(one, by)}
            again = not one.faults and not seen.isdisjoint(keys)
            if again and self._import.mode == Mode.CREATE:
                one.fault(self._import.match[0], "duplicate_in_file")
            (later if again and not one.faults else first).append(one)
            seen |= keys
        return first, later

    async def _resolve(self, uow: UnitOfWork, rows: Sequence[Candidate]) -> None:
        """Records that cells name: each becomes its id."""
        await self._look_up(uow, {lookup for one in rows for _, lookup in one.lookups})
        for one in rows:
            for target, lookup in one.lookups:
                ids = self._known.get(lookup, [])
                if len(ids) == 1:
                    _put(one, target, ids[0])
                else:
                    code = "ambiguous_reference" if ids else "reference_not_found"
                    one.fault(target, code, resource=RESOURCES[lookup.resource].singular)
            if one.history and uow.principal.reach(right_to_history(self._resource)) is Reach.NONE:
                for name in one.history:
                    one.fault(name, "read_only")

    async def _look_up(self, uow: UnitOfWork, wanted: set[Lookup]) -> None:
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        groups: dict[tuple[str, str, str | None], set[str]] = defaultdict(set)
        for lookup in wanted - self._known.keys():
            groups[lookup[:3]].add(lookup.key)
        repository = ImportRepository(uow)
        for (resource, by, source), keys in groups.items():
            found = await repository.find(RESOURCES[resource], by, source, keys)
            self._known |= {Lookup(resource, by, source, key): ids for key, ids in found.items()}

    async def _match(self, uow: UnitOfWork, rows: Sequence[Candidate]) -> None:
        """The record each row is about, by the first match rule that finds one."""
        mode, repository = self._import.mode, ImportRepository(uow)
        for by in self._import.match:
            open_rows = [
                (one, key)
                for one in rows
                if not one.faults and not one.match_id
                for key in self._keys(one, by)
            ]
            found = await repository.find(
                self._resource, by, self._import.source, {key for _, key in open_rows}
            )
            for one, key in open_rows:
                ids = found.get(key, [])
                if len(set(ids)) > 1:
                    one.fault(by, "ambiguous_reference", resource=self._resource.singular)
                elif ids:
                    one.match_id = ids[0]
        for one in rows:
            if one.match_id is None and mode == Mode.UPDATE and not one.faults:
                one.fault(self._import.match[0], "no_match")
            elif one.match_id is not None and mode == Mode.CREATE:
                one.fault(self._import.match[0], "already_exists")

    def _keys(self, one: Candidate, by: str) -> list[str]:
        if by == EXTERNAL_ID:
            items = one.data.get("external_ids", [])
            source = self._import.source
            return [
                i["key"] for i in items if isinstance(i, dict) and i.get("source") == source and i.get("key")
            ]
        value = one.data.get(by)
        if by in ("emails", "phones"):
            return [item for item in value or [] if isinstance(item, str)]
        return [value] if isinstance(value, str) and value else []

    async def _create(self, uow: UnitOfWork, rows: Sequence[Candidate], *, dry: bool) -> dict[int, Outcome]:
        build = getattr(self._writer.service, "new_row", None)
        if build is None:
            return await self._by_verb(uow, rows, dry=dry)
        newcomers = {one.number: self._newcomer(one) for one in rows}
        try:
            async with uow.savepoint():
                await check_many(uow, self._resource, build, list(newcomers.values()))
                if not dry:
                    await store_many(uow, self._resource, list(newcomers.values()))
                elif self._plan.unique:
                    await self._check_unique(uow, list(newcomers.values()))
        except REFUSALS:  # somebody else was quicker with a key: which row it is shows one by one
            return {one.number: await self._alone(uow, one, dry=dry) for one in rows}
        done = {}
        for one in rows:
            new = newcomers[one.number]
            one.faults += new.faults
            done[one.number] = (
                self._failed(one)
                if one.faults
                else Outcome(one.number, RowStatus.CREATED, new.row.id, new.row.version)
            )
        return done

    async def _check_unique(self, uow: UnitOfWork, found: Sequence[Newcomer]) -> None:
        """Unique values of the company's own fields that a record, or an earlier row, holds: else found by writing."""
        for new in found:
            if new.faults:
                continue
            held = {name for rule in RULES for name, _ in await rule.holders(uow, self._resource, new.row)}
            for name in self._plan.unique:
                value = new.row.custom_fields.get(name.removeprefix(CUSTOM))
                key = hash((name, str(value)))
                if name in held or (value is not None and key in self._seen):
                    new.refuse(name.replace(".", "/"), "duplicate")
                self._seen.add(key)

    def _newcomer(self, one: Candidate) -> Newcomer:
        try:
            return Newcomer((one.body or self._read(one)).given(), one.history)
        except Problem as problem:
            return Newcomer({}, {}, faults=list(problem.faults))

    def _read(self, one: Candidate) -> Schema:
        return cast(Schema, validated(self._writer.create_schema, one.data))

    async def _by_verb(self, uow: UnitOfWork, rows: Sequence[Candidate], *, dry: bool) -> dict[int, Outcome]:
        """New rows through the verb of their resource, many in one savepoint; where one is refused, in halves."""
        if dry or len(rows) == 1:
            return {one.number: await self._alone(uow, one, dry=dry) for one in rows}
        done = {}
        try:
            async with uow.savepoint():
                with uow.apart() as gathered:
                    for one in rows:
                        record = await self._created(uow, one)
                        done[one.number] = Outcome(
                            one.number, RowStatus.CREATED, record["id"], record["version"]
                        )
                await send_inserts(uow, gathered)
                for effect in gathered:
                    if not effect.inserts:
                        uow.add(effect)
        except REFUSALS:
            half = len(rows) // 2
            first = await self._by_verb(uow, rows[:half], dry=dry)
            return first | await self._by_verb(uow, rows[half:], dry=dry)
        return done

    async def _created(self, uow: UnitOfWork, one: Candidate) -> Any:
        with uow.stamped(one.history):
            return (await self._writer.create(uow, one.data)).record

    async def _alone(self, uow: UnitOfWork, one: Candidate, *, dry: bool) -> Outcome:
        """One new row through the verb of its resource."""
        return await self._tried(uow, one, RowStatus.CREATED, partial(self._created, uow, one), dry=dry)

    async def _update(self, uow: UnitOfWork, one: Candidate, before: int | None, *, dry: bool) -> Outcome:
        assert one.match_id is not None
        data = {name: value for name, value in one.data.items() if name != "id"}
        if "external_ids" in data:
            held = (await ImportRepository(uow).links(self._resource, [one.match_id]))[one.match_id]
            data["external_ids"] = [*held, *(item for item in data["external_ids"] if item not in held)]

        async def write() -> Any:
            return (await self._writer.update(uow, str(one.match_id), data, None)).record

        done = await self._tried(uow, one, RowStatus.UPDATED, write, dry=dry)
        unchanged = done.version == before and done.status == RowStatus.UPDATED
        return Outcome(one.number, RowStatus.UNCHANGED, done.record_id, before) if unchanged else done

    async def _tried(self, uow: UnitOfWork, one: Candidate, status: str, write: Any, *, dry: bool) -> Outcome:
        try:
            record = await (_taken_back if dry else _kept)(uow, write)
        except REFUSALS as error:
            problem = await as_problem(uow, error)
            one.faults += problem.faults or [Fault("pointer", "", problem.code, problem.params)]
            return self._failed(one)
        return Outcome(one.number, status, record["id"], record["version"])

    def _failed(self, one: Candidate) -> Outcome:
        return Outcome(one.number, RowStatus.FAILED, errors=[self._error(fault) for fault in one.faults])

    def _error(self, fault: Fault) -> dict[str, Any]:
        """A fault, at the column it came from."""
        field = fault.at.lstrip("/").replace("/", ".") or None
        parts = [part for part in (field or "").split(".") if not part.isdigit()]
        names = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
        column = next((self._plan.column_of[name] for name in names if name in self._plan.column_of), None)
        if column is None and names and names[-1] == "external_ids":
            column = self._plan.column_of.get(EXTERNAL_ID)
        return {"column": column, "field": field, "code": fault.code, "params": dict(fault.params)}


class _Undone(Exception):
    """Takes back what a dry run wrote."""

    def __init__(self, record: Any) -> None:
        self.record = record


async def _kept(uow: UnitOfWork, write: Any) -> Any:
    async with uow.savepoint():
        return await write()


async def _taken_back(uow: UnitOfWork, write: Any) -> Any:
    try:
        async with uow.savepoint():
            raise _Undone(await write())  # noqa: TRY301  the savepoint goes back with it
    except _Undone as undone:
        return undone.record


def _would_update(one: Candidate) -> Outcome:
    return Outcome(one.number, RowStatus.UPDATED)


def _put(one: Candidate, target: str, record_id: str) -> None:
    whole, dot, part = target.partition(".")
    if target in one.history:
        one.history[target] = record_id
    elif dot:
        items = one.data[whole]
        (items[0] if isinstance(items, list) else items)[part] = record_id
    else:
        one.data[target] = record_id

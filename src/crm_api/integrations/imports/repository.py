"""The SQL that imports have of their own: the ledger, and records found by the keys that files know them by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, Uuid, any_, bindparam, func, select
from sqlalchemy.sql.dml import Update

from crm_api.integrations.imports.models import Import, ImportRow, Outcome
from crm_api.integrations.imports.resource import imports
from crm_api.kit.access import Scope, access_values
from crm_api.kit.bulk import insert_many
from crm_api.kit.db import table
from crm_api.kit.events import Event, ExternalId, SearchDocument
from crm_api.kit.ids import as_id
from crm_api.kit.references import visible_ids
from crm_api.kit.registries import RESOURCES
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.searching import Source, look_up, words_of
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork
from crm_api.text import e164, fold_email, sort_key

_IMPORT = bindparam("import_id", type_=Uuid(as_uuid=False))
_IDS = bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))
Found = dict[str, list[str]]


class ImportRepository(Repository[Import]):
    """Imports of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, imports)

    async def last_row(self, import_id: str) -> int:
        """The last row that is in the ledger; rows are taken in their order."""
        rows = await self.uow.fetch("last import row", _last_row, {"import_id": import_id})
        return int(rows[0][0] or 0)

    async def log(self, import_id: str, outcomes: Iterable[Outcome]) -> None:
        """Enter rows into the ledger; a row that is there already fails the whole transaction."""
        names = ("row_no", "status", "record_id", "version", "errors")
        rows = [{**dict(zip(names, outcome, strict=True)), "import_id": import_id} for outcome in outcomes]
        await insert_many(self.uow, {ImportRow: rows})

    async def note(self, import_id: str, counts: Mapping[str, int]) -> None:
        """How far it has come; no fact of its own."""
        await self.uow.fetch("note import", _note, {"import_id": import_id, "new_counts": dict(counts)})

    async def refresh_statistics(self, resource: str) -> None:
        """Let the database look at what has been filled.

        Without statistics every index of a company's rows seems equally good: a look-up of keys that takes another
        one's index reads all rows, once for each batch.
        """
        names = [table(model).name for model in (RESOURCES[resource].model, ExternalId, SearchDocument)]
        await self.uow.fetch("refresh statistics", _refresh, {"names": names})

    async def counts(self, import_id: str) -> dict[str, int]:
        """Rows by what became of them."""
        rows = await self.uow.fetch("import counts", _counts, {"import_id": import_id})
        return {row[0]: row[1] for row in rows}

    async def rows(
        self, import_id: str, statuses: Sequence[str], after: int, limit: int, *, back: bool = False
    ) -> list[dict[str, Any]]:
        """Rows of the ledger with one of these states, beyond a row, in their order or backwards."""
        values = {"import_id": import_id, "statuses": list(statuses), "after": after, "limit": limit}
        found = await self.uow.fetch(("import rows", back), partial(_rows, back), values)
        return [dict(row) for row in found]

    async def settle(self, import_id: str, numbers: list[int], status: str, errors: Any = None) -> None:
        """What undoing made of rows."""
        values = {"import_id": import_id, "numbers": numbers, "new_status": status, "new_errors": errors}
        await self.uow.fetch("settle import row", _settle, values)

    async def diff(self, resource: Resource, record_id: str, version: int) -> dict[str, Any]:
        """What the event that made a version of a record says was changed."""
        values = {"of": resource.name, "record_id": record_id, "version": version}
        rows = await self.uow.fetch("import diff", _diff, values)
        return dict(rows[0][0]) if rows else {}

    async def find(self, resource: Resource, by: str, source: str | None, keys: Iterable[str]) -> Found:
        """The visible records that each key names."""
        wanted = sorted(set(keys))
        if by == "id":
            return {key: [key] for key in await visible_ids(self.uow, resource, _ids(wanted))}
        if by == "external_id":
            values = {"of": resource.name, "source": source or "", "keys": wanted}
            rows = await self.uow.fetch("linked records", _by_link, values)
            seen = await visible_ids(self.uow, resource, {row[1] for row in rows})
            return _grouped((row[0], row[1]) for row in rows if row[1] in seen)
        if by in ("emails", "phones"):
            return await self._reached(resource, by, wanted)
        if by == "name" and "name_sort" in table(resource.model).columns:
            names = {sort_key(key): key for key in wanted}
            rows = await self._fetch(
                resource, "name_sort", partial(_by_column, "name_sort"), {"keys": sorted(names)}
            )
            return _grouped((names[row[0]], row[1]) for row in rows)
        rows = await self._fetch(resource, by, partial(_by_column, by), {"keys": wanted})
        return _grouped((row[0], row[1]) for row in rows)

    async def versions(self, resource: Resource, ids: set[str]) -> dict[str, int]:
        """The versions of records."""
        if not ids:
            return {}
        rows = await self._fetch(resource, "version", _versions, {"ids": sorted(ids)})
        return {row[0]: row[1] for row in rows}

    async def links(self, resource: Resource, ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
        """The external ids of records."""
        rows = await self.uow.fetch("links of", _links, {"of": resource.name, "ids": sorted(ids)})
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            found[row[0]].append({"source": row[1], "key": row[2]})
        return found

    async def _reached(self, resource: Resource, by: str, keys: Sequence[str]) -> Found:
        """By e-mail address or phone number: found through the search, then compared exactly."""
        normal = fold_email if by == "emails" else e164
        values = {key: value for key in keys if (value := normal(key))}
        found: Found = {}
        for key, value in values.items():
            source = Source(resource, sensitive=True)
            hits = await look_up(self.uow, [source], words_of(value), similar=False)
            ids = sorted(hits[resource.name].fits)
            rows = await self._fetch(resource, by, partial(_by_reach, by), {"ids": ids}) if ids else []
            found[key] = [row[1] for row in rows if any(item["value"] == value for item in row[0])]
        return {key: ids for key, ids in found.items() if ids}

    async def _fetch(
        self, resource: Resource, by: str, build: Any, values: Mapping[str, Any]
    ) -> Sequence[Any]:
        principal = self.uow.principal
        reach = principal.reach(resource.read)
        scope = resource.access.scope(principal, reach, resource.name)
        return await self.uow.fetch(
            ("import find", resource.name, by, scope),
            lambda: build(resource, scope),
            {**access_values(principal, reach), **values, "of": resource.name},
        )


async def named_files(uow: UnitOfWork, keys: Sequence[str]) -> set[str]:
    """Those of some storage keys that imports name."""
    return {row[0] for row in await uow.fetch("imported files", _named, {"keys": list(keys)})}


def _ids(keys: Iterable[str]) -> set[str]:
    return {found for key in keys if (found := as_id(key))}


def _grouped(pairs: Iterable[tuple[str, str]]) -> Found:
    found: Found = defaultdict(list)
    for key, record_id in pairs:
        found[key].append(record_id)
    return found


def _visible(resource: Resource, scope: Scope) -> tuple[Any, list[Any]]:
    rows = scoped(resource.model, "r")
    return rows, [resource.access.predicate(rows, scope, resource.name), *resource.alive(rows)]


def _by_column(name: str, resource: Resource, scope: Scope) -> Select[Any]:
    rows, conditions = _visible(resource, scope)
    wanted = any_(bindparam("keys", type_=ARRAY(Text)))
    return select(rows.c[name], rows.c.id.cast(Text)).where(rows.c[name] == wanted, *conditions)


def _by_link() -> Select[Any]:
    """Alone, not joined: a table that is being filled has no statistics by which a join would be planned well."""
    links = scoped(ExternalId, "links")
    return select(links.c.key, links.c.record_id.cast(Text)).where(
        links.c.resource == bindparam("of", type_=Text),
        links.c.source == bindparam("source", type_=Text),
        links.c.key == any_(bindparam("keys", type_=ARRAY(Text))),
    )


def _by_reach(name: str, resource: Resource, scope: Scope) -> Select[Any]:
    rows, conditions = _visible(resource, scope)
    return select(rows.c[name], rows.c.id.cast(Text)).where(rows.c.id == any_(_IDS), *conditions)


def _versions(resource: Resource, scope: Scope) -> Select[Any]:
    rows, conditions = _visible(resource, scope)
    return select(rows.c.id.cast(Text), rows.c.version).where(rows.c.id == any_(_IDS), *conditions)


def _links() -> Select[Any]:
    links = scoped(ExternalId, "links")
    return select(links.c.record_id.cast(Text), links.c.source, links.c.key).where(
        links.c.resource == bindparam("of", type_=Text), links.c.record_id == any_(_IDS)
    )


def _last_row() -> Select[Any]:
    rows = scoped(ImportRow, "r")
    return select(func.max(rows.c.row_no)).where(rows.c.import_id == _IMPORT)


def _refresh() -> Select[Any]:
    return select(func.crm_refresh_statistics(bindparam("names", type_=ARRAY(Text))))


def _counts() -> Select[Any]:
    rows = scoped(ImportRow, "r")
    return select(rows.c.status, func.count()).where(rows.c.import_id == _IMPORT).group_by(rows.c.status)


def _rows(back: bool) -> Select[Any]:
    rows = scoped(ImportRow, "r")
    after = bindparam("after", type_=Integer)
    return (
        select(
            rows.c.row_no,
            rows.c.status,
            rows.c.record_id.cast(Text).label("record_id"),
            rows.c.version,
            rows.c.errors,
        )
        .where(
            rows.c.import_id == _IMPORT,
            rows.c.status == any_(bindparam("statuses", type_=ARRAY(Text))),
            rows.c.row_no < after if back else rows.c.row_no > after,
        )
        .order_by(rows.c.row_no.desc() if back else rows.c.row_no)
        .limit(bindparam("limit", type_=Integer))
    )


def _note() -> Update:
    columns = table(Import).c
    return (
        scoped_update(Import)
        .where(columns.id == _IMPORT)
        .values(counts=bindparam("new_counts", type_=columns.counts.type))
    )


def _settle() -> Update:
    rows = table(ImportRow).c
    return (
        scoped_update(ImportRow)
        .where(rows.import_id == _IMPORT, rows.row_no == any_(bindparam("numbers", type_=ARRAY(Integer))))
        .values(
            status=bindparam("new_status", type_=Text), errors=bindparam("new_errors", type_=rows.errors.type)
        )
    )


def _diff() -> Select[Any]:
    events = scoped(Event, "e")
    return select(events.c.changes).where(
        events.c.resource == bindparam("of", type_=Text),
        events.c.record_id == bindparam("record_id", type_=Uuid(as_uuid=False)),
        events.c.version == bindparam("version", type_=Integer),
    )


def _named() -> Select[Any]:
    rows = scoped(Import, "r")
    return select(rows.c.file_key).where(rows.c.file_key == any_(bindparam("keys", type_=ARRAY(Text))))

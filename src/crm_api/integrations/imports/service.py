"""The verbs of imports."""

from asyncio import to_thread
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from crm_api.integrations.imports.customised import custom_targets
from crm_api.integrations.imports.erring import failed_rows
from crm_api.integrations.imports.errors import ImportBusy, ImportDone, ImportNotDone
from crm_api.integrations.imports.fields import HISTORY, Target, matchable, targets
from crm_api.integrations.imports.files import layout_of_import, local_copy
from crm_api.integrations.imports.models import RUNNING, Import, ImportStatus, Mode, RowStatus
from crm_api.integrations.imports.repository import ImportRepository
from crm_api.integrations.imports.resource import right_to_history
from crm_api.integrations.imports.suggesting import suggestions
from crm_api.integrations.sheets.encodings import ENCODINGS
from crm_api.integrations.sheets.opening import Layout, layout_of, open_sheet
from crm_api.integrations.sheets.rows import MEDIA_TYPES, Format
from crm_api.jobs import operations
from crm_api.kit import clock
from crm_api.kit.errors import Fault, Forbidden, Invalid
from crm_api.kit.filters import nearest
from crm_api.kit.principal import Reach, Right
from crm_api.kit.registries import RESOURCES
from crm_api.kit.streaming import Stream
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import ReceivedFile
from crm_api.kit.writers import WRITERS, Writer
from crm_api.storage.files import files

SAMPLE: Final = 10
EDITABLE = (ImportStatus.DRAFT, ImportStatus.VALIDATED)
_LOOKED_UP = {"users": ("email", "name", "external_id"), "products": ("code", "name", "external_id")}


class ImportService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ImportRepository(uow)

    async def create(self, file: ReceivedFile, resource: str) -> dict[str, Any]:
        """Keep a file and look at its first rows; how it is mapped is suggested, and nothing is written yet."""
        writer = self._writer(resource)
        async with local_copy(file.chunks()) as path:
            layout, columns, sample = await to_thread(_analysed, path, file.name)
        known = await self._writable(writer)
        mapping = [
            _mapped(column, field, known[field])
            for column, field in suggestions(columns, known, known).items()
        ]
        stored = await files().stage(self.uow.principal.tenant_id, file.chunks())
        return await self._repository.add(
            Import.new(
                resource=resource,
                file_name=file.name,
                file_size=stored.size,
                file_key=stored.key,
                column_names=columns,
                sample=sample,
                mapping=mapping,
                **layout.as_json(),
            )
        )

    async def update(self, import_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Say how the file is read; the mapping is checked against the columns and the caller's rights."""
        found = await self._idle(import_id)
        values = dict(given)
        if "encoding" in values or "delimiter" in values:
            await self._reread(found, values)
        found.apply(values)
        await self.check(found)
        found.status = ImportStatus.DRAFT
        return await self._repository.save(found)

    async def validate(self, import_id: str) -> dict[str, Any]:
        """Read every row as an import would, and write nothing; the report stands in the import afterwards."""
        return await self._begin(await self._idle(import_id), ImportStatus.VALIDATING, "imports.validate")

    async def carry_out(self, import_id: str) -> dict[str, Any]:
        """Write the rows, each in its turn and exactly once, as whoever asks for it and with their rights."""
        return await self._begin(await self._idle(import_id), ImportStatus.IMPORTING, "imports.commit")

    async def undo(self, import_id: str) -> dict[str, Any]:
        """Delete what was created, restore what was changed; rows that were changed since are left alone and named."""
        found = await self._repository.load(import_id)
        if found.status in RUNNING:
            raise ImportBusy
        if found.status not in (ImportStatus.DONE, ImportStatus.FAILED):
            raise ImportNotDone
        return await self._begin(found, ImportStatus.UNDOING, "imports.undo")

    async def rows(self, import_id: str, status: RowStatus | None, after: int, limit: int) -> dict[str, Any]:
        """What became of the rows, a page of them."""
        await self._repository.load(import_id)
        statuses = [status] if status else list(RowStatus)
        rows = await self._repository.rows(import_id, statuses, after, limit + 1)
        more = len(rows) > limit
        place = str(rows[limit - 1]["row_no"]) if more else None
        return {"data": rows[:limit], "page": {"next_cursor": place, "prev_cursor": None, "has_more": more}}

    async def errors(self, import_id: str, language: str) -> Stream:
        """The rows that failed, as a file like the one they came in."""
        found = await self._repository.load(import_id)
        form = Format(found.format)
        stem = found.file_name.rpartition(".")[0] or found.file_name
        return Stream(failed_rows(self.uow, found, language), MEDIA_TYPES[form], f"{stem}-errors.{form}")

    async def finish(self, import_id: str, status: ImportStatus, **values: Any) -> dict[str, Any]:
        """Note how a run ended."""
        found = await self._repository.load(import_id)
        if found.status == status:
            return await self._repository.answer(found)
        written = status not in (ImportStatus.DRAFT, ImportStatus.VALIDATED)
        ended = {"finished_at": clock.now()} if written else {}
        found.apply({"status": status, **ended, **values})
        return await self._repository.save(found, event=status.value)

    async def _begin(self, found: Import, status: ImportStatus, job: str) -> dict[str, Any]:
        await self.check(found)
        # what writes rows may stop between two of them; what only looks, or takes back, is carried through
        cancellable = status is ImportStatus.IMPORTING
        operation = await operations.start(self.uow, job, {"import_id": found.id}, cancellable=cancellable)
        begun = {"status": status, "operation_id": operation["id"], "finished_at": None, "failure": None}
        found.apply(begun)
        return await self._repository.save(found, event=status.value)

    async def _idle(self, import_id: str) -> Import:
        found = await self._repository.load(import_id)
        if found.status in RUNNING:
            raise ImportBusy
        if found.status not in EDITABLE:
            raise ImportDone
        return found

    def _writer(self, resource: str) -> Writer:
        """Who writes a resource; those that cannot be imported, and those the caller may not write, are unknown."""
        names = [name for name, found in RESOURCES.items() if found.importable and name in WRITERS]
        if resource not in names:
            raise Invalid.at("/resource", "not_a_choice", choices=", ".join(names))
        target = RESOURCES[resource]
        if not any(self.uow.principal.reach(right) for right in (target.create, target.update)):
            raise Forbidden
        return WRITERS[resource]

    async def _writable(self, writer: Writer) -> dict[str, Target]:
        """What the caller may map a column to."""
        principal, resource = self.uow.principal, writer.resource
        rights: Mapping[str, Right] = principal.restrictions.get(resource.name, {})
        history = principal.reach(right_to_history(resource)) is not Reach.NONE
        return {
            name: target
            for name, target in [
                *targets(resource, writer.create_schema).items(),
                *(await custom_targets(self.uow, resource)).items(),
            ]
            if not any(name == held or name.startswith(f"{held}.") for held in rights)
            and (history or name not in HISTORY)
        }

    async def check(self, found: Import) -> Mapping[str, Target]:
        """What its columns may be mapped to; faults of the mapping are Invalid, each at its place.

        Asked again when rows are written, for rights and fields may be gone.
        """
        writer = self._writer(found.resource)
        known = await self._writable(writer)
        faults = [
            fault
            for index, item in enumerate(found.mapping)
            for fault in _mapping_faults(found, known, index, item)
        ]
        faults += [
            Fault("pointer", f"/default_values/{name}", "unknown_field", {"hint": nearest(name, known)})
            for name in found.default_values
            if name not in known
        ]
        faults += _match_faults(found, writer)
        if faults:
            raise Invalid(faults=faults)
        return known

    async def _reread(self, found: Import, values: dict[str, Any]) -> None:
        """Another encoding or separator gives other columns; what was mapped to those that are gone is unmapped."""
        layout = layout_of_import(found)
        if layout.format is not Format.CSV or values.get("encoding", ENCODINGS[0]) not in ENCODINGS:
            raise Invalid.at("/encoding", "not_a_choice", choices=", ".join(ENCODINGS))
        wanted = Layout(
            Format.CSV, values.pop("encoding", layout.encoding), values.pop("delimiter", layout.delimiter)
        )
        async with local_copy(await files().open(found.file_key)) as path:
            columns, sample = await to_thread(_head, path, wanted)
        kept = [item for item in found.mapping if set(item["columns"]) <= set(columns)]
        found.apply({**wanted.as_json(), "column_names": columns, "sample": sample, "mapping": kept})


def _analysed(path: Any, name: str) -> tuple[Layout, list[str], list[list[Any]]]:
    layout = layout_of(path, name)
    return (layout, *_head(path, layout))


def _head(path: Any, layout: Layout) -> tuple[list[str], list[list[Any]]]:
    sheet = open_sheet(path, layout)
    return sheet.columns, [[_shown(cell) for cell in row.cells] for row in islice(sheet.rows, SAMPLE)]


def _shown(cell: Any) -> Any:
    text = cell if isinstance(cell, (str, int, float, bool, list, dict)) or cell is None else str(cell)
    return text[:200].replace("\x00", "\ufffd") if isinstance(text, str) else text


def _mapped(column: str, field: str, target: Target) -> dict[str, Any]:
    by = None
    if target.refers:
        by = "email" if target.refers == "users" else "name"
    return {
        "columns": [column],
        "field": field,
        "by": by,
        "source": None,
        "values": None,
        "otherwise": "keep",
    }


def _mapping_faults(
    found: Import, known: Mapping[str, Target], index: int, item: Mapping[str, Any]
) -> list[Fault]:
    at = f"/mapping/{index}"
    faults = [
        Fault(
            "pointer", f"{at}/columns/{place}", "unknown_column", {"hint": nearest(name, found.column_names)}
        )
        for place, name in enumerate(item["columns"])
        if name not in found.column_names
    ]
    field, target = item["field"], known.get(item["field"])
    if target is None:
        faults.append(Fault("pointer", f"{at}/field", "unknown_field", {"hint": nearest(field, known)}))
    elif any(other["field"] == field for other in found.mapping[:index]):
        faults.append(Fault("pointer", f"{at}/field", "duplicate_key"))
    else:
        faults += _reference_faults(found, target, item, at)
    return faults


def _reference_faults(found: Import, target: Target, item: Mapping[str, Any], at: str) -> list[Fault]:
    by = item.get("by")
    needs_source = target.name == "external_id" or by == "external_id"
    if needs_source and not (item.get("source") or found.source):
        return [Fault("pointer", "/source", "source_required")]
    if by is None or by == "id":
        return []
    refers = RESOURCES.get(target.refers or "")
    fits = refers is not None and by in (*matchable(refers), *_LOOKED_UP.get(refers.name, ()))
    return [] if fits else [Fault("pointer", f"{at}/by", "not_for_reference")]


def _match_faults(found: Import, writer: Writer) -> list[Fault]:
    allowed = matchable(writer.resource)
    mapped = {item["field"] for item in found.mapping} | found.default_values.keys()
    faults = []
    for index, name in enumerate(found.match):
        if name not in allowed:
            faults.append(Fault("pointer", f"/match/{index}", "not_for_match"))
        elif name not in mapped and not (name == "external_id" and "external_ids" in mapped):
            faults.append(Fault("pointer", f"/match/{index}", "unmapped"))
    if found.mode != Mode.CREATE and not found.match:
        faults.append(Fault("pointer", "/match", "required"))
    return faults

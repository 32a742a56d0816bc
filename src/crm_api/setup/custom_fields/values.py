"""The values of custom fields: read by their definitions, merged into the row, compared in `custom_values`."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.errors import Fault
from crm_api.kit.filters import nearest
from crm_api.kit.principal import Right
from crm_api.kit.references import check_references
from crm_api.kit.requests import escaped
from crm_api.kit.resource import Resource
from crm_api.kit.rules import Rule
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.custom_fields.definitions import DEFINITIONS, Definition, dictionaries_for, fields_of
from crm_api.setup.custom_fields.errors import BadValues
from crm_api.setup.custom_fields.kinds import compared, unique_key
from crm_api.setup.custom_fields.models import UNIQUE, FieldType
from crm_api.setup.custom_fields.repository import (
    CustomFieldRepository,
    keys_freed,
    values_gone,
    values_held,
)

Held = Mapping[str, Any]
_FIELD = "custom_fields"


class CustomValues(Rule):
    """A body names some of the fields: what it leaves out is kept, null clears, a new record gets the defaults."""

    constraint = UNIQUE

    async def before(self, uow: UnitOfWork, resource: Resource, row: Any) -> None:
        if not resource.customised:
            return
        held: Held | None = None if row._loaded is None else row._loaded[_FIELD]
        if held is not None and row.custom_fields == held:
            return
        given = {key: value for key, value in row.custom_fields.items() if not held or held.get(key) != value}
        fields = await fields_of(uow, resource.name, given)
        if not fields and not given:
            return
        body = _Body(uow, resource, fields, new=held is None)
        values = await body.read(given)
        await body.check_references(values)
        kept = {key: value for key, value in (held or {}).items() if key not in values}
        row.custom_fields = {**kept, **{key: value for key, value in values.items() if value is not None}}

    async def after(
        self, uow: UnitOfWork, resource: Resource, row: Any, changed: Mapping[str, tuple[Any, Any]]
    ) -> None:
        if not resource.customised or not changed.keys() & {_FIELD, "deleted_at"}:
            return
        before, after = changed.get(_FIELD, (row.custom_fields, row.custom_fields))
        if before or after:
            fields = await fields_of(uow, resource.name, {**(before or {}), **after})
            revived = "deleted_at" in changed and row.deleted_at is None
            buried = resource.deletable and row.deleted_at is not None
            _accompany(uow, resource, row.id, fields, {} if revived else before or {}, after, buried=buried)

    async def holders(self, uow: UnitOfWork, resource: Resource, row: Any) -> list[tuple[str, str]]:
        fields = (await DEFINITIONS.fresh(uow)).get(resource.name, {})
        names = {field.id: f"{_FIELD}.{key}" for key, field in fields.items()}
        keys = {
            fields[key].id: unique_key(value)
            for key, value in row.custom_fields.items()
            if key in fields and fields[key].unique
        }
        found = await CustomFieldRepository(uow).holding(row.id, keys) if keys else []
        return [(names[field_id], record_id) for field_id, record_id in found]


class _Body:
    """The custom fields of one body, by the rights of its author."""

    def __init__(
        self, uow: UnitOfWork, resource: Resource, fields: Mapping[str, Definition], *, new: bool
    ) -> None:
        self._uow, self._fields, self._new = uow, fields, new
        self._rights = uow.principal.restrictions.get(resource.name, {})
        self._faults: list[Fault] = []

    async def read(self, given: Held) -> dict[str, Any]:
        """The values as records hold them, null for none; Invalid where one is wrong or missing."""
        dictionaries = await dictionaries_for(
            self._uow, *(self._fields[k] for k in given if k in self._fields)
        )
        values: dict[str, Any] = {}
        for key, value in given.items():
            refusal = self._refusal(key)
            if refusal is None and value is not None:
                values[key], faults = self._fields[key].read(value, _pointer(key), dictionaries)
                self._faults += faults
            elif refusal is None:
                values[key] = None
            else:
                self._faults.append(refusal)
        if self._new:
            values |= {
                key: field.default
                for key, field in self._fields.items()
                if field.active and field.default is not None and key not in given
            }
        self._faults += self._missing(values, given)
        if self._faults:
            raise BadValues(self._faults)
        return values

    async def check_references(self, values: Held) -> None:
        """What a reference names is visible to the author."""
        targets = {key: self._fields[key].target for key, value in values.items() if value is not None}
        named = {
            _pointer(key): (target, values[key]) for key, target in targets.items() if target is not None
        }
        if named:
            await check_references(self._uow, named)

    def _right(self, key: str) -> Right | None:
        return self._rights.get(f"{_FIELD}.{key}") or self._rights.get(_FIELD)

    def _refusal(self, key: str) -> Fault | None:
        right = self._right(key)
        if key not in self._fields or right in (Right.HIDDEN, Right.MASKED):
            known = [k for k, field in self._fields.items() if field.active and self._right(k) is None]
            return Fault("pointer", _pointer(key), "unknown_field", {"hint": nearest(key, known)})
        if right is Right.READ_ONLY:
            return Fault("pointer", _pointer(key), "read_only")
        return None if self._fields[key].active else Fault("pointer", _pointer(key), "field_inactive")

    def _missing(self, values: Held, given: Held) -> list[Fault]:
        """A required field is demanded of those who may write it, and may be cleared by nobody."""
        return [
            Fault("pointer", _pointer(key), "required")
            for key, field in self._fields.items()
            if field.required and field.active and self._right(key) is None
            if (self._new and key not in given and values.get(key) is None)
            or (key in values and values[key] is None)
        ]


def _pointer(key: str) -> str:
    return f"/{_FIELD}/{escaped(key)}"


def _accompany(
    uow: UnitOfWork,
    resource: Resource,
    record_id: str,
    fields: Mapping[str, Definition],
    before: Held,
    after: Held,
    *,
    buried: bool,
) -> None:
    """The compared values follow those of the record; only a live one holds its unique keys."""
    changed = [key for key in {*before, *after} if key in fields and before.get(key) != after.get(key)]
    rows = [
        {**part, "field_id": field.id, "item": item, "unique_key": key if not buried else None}
        for field, value in ((fields[key], after[key]) for key in changed if key in after)
        for key in [unique_key(value) if field.unique else None]
        for item, part in enumerate(compared(field.type, value))
    ]
    gone = [
        (fields[key].id, item)
        for key in changed
        for item in range(_count(fields[key], after.get(key)), _count(fields[key], before.get(key)))
    ]
    if gone:
        uow.add(values_gone(record_id, gone))
    if rows:
        uow.add(values_held(resource.name, record_id, rows))
    freed = [fields[key].id for key in after if key in fields and fields[key].unique]
    if buried and freed:
        uow.add(keys_freed(record_id, freed))


def _count(field: Definition, value: Any) -> int:
    if value is None:
        return 0
    return len(value) if field.type is FieldType.MULTI_SELECT else 1

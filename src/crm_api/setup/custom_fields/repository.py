"""The SQL of custom fields: definitions, and the values of a record in one statement with everything else it writes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Select, Text, Uuid, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import table
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_insert, scoped_update
from crm_api.kit.uow import Effect, UnitOfWork
from crm_api.setup.custom_fields.models import CustomField, CustomValue
from crm_api.setup.custom_fields.resource import custom_fields

_UUIDS, _TEXTS = ARRAY(Uuid(as_uuid=False)), ARRAY(Text)
_LISTED = ("field_id", "item", "text_value", "sort_value", "number_value", "at_value", "unique_key")


class CustomFieldRepository(Repository[CustomField]):
    """Definitions of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, custom_fields)

    async def everything(self) -> list[dict[str, Any]]:
        """Every definition of the company, those that are not active too, in their order."""
        return [dict(row) for row in await self.uow.fetch("custom fields", _everything, {})]

    async def count(self, resource: str) -> int:
        """How many fields a resource has."""
        return int((await self.uow.fetch("count custom fields", _count, {"of": resource}))[0][0])

    async def held_codes(self, field_ids: Sequence[str], codes: Sequence[str]) -> list[str]:
        """Those of some codes that a record holds, deleted ones too."""
        values = {"fields": list(field_ids), "codes": list(codes)}
        return [row[0] for row in await self.uow.fetch("held codes", _held_codes, values)]

    async def choosing_from(self, dictionary_type: str) -> list[str]:
        """The fields that choose from a list of the data dictionary."""
        rows = await self.uow.fetch("choosing custom fields", _choosing, {"type": dictionary_type})
        return [row[0] for row in rows]

    async def holding(self, record_id: str, keys: Mapping[str, str]) -> list[tuple[str, str]]:
        """Field and record of every value that other records hold, by the unique keys of one."""
        values = {"fields": list(keys), "keys": list(keys.values()), "own": record_id}
        rows = await self.uow.fetch("holding custom values", _holding, values)
        return [(row[0], row[1]) for row in rows if keys[row[0]] == row[2]]


def values_gone(record_id: str, places: Sequence[tuple[str, int]]) -> Effect:
    """Values that a record holds no longer, by field and item."""
    return Effect(
        "custom_values_gone",
        _gone,
        {
            "record_id": record_id,
            "fields": sorted({field_id for field_id, _ in places}),
            "places": [f"{field_id}:{item}" for field_id, item in places],
        },
    )


def values_held(resource: str, record_id: str, rows: Sequence[Mapping[str, Any]]) -> Effect:
    """Values that a record holds from now on; each of `rows` has the columns of `_LISTED`."""
    listed = {name: [row[name] for row in rows] for name in _LISTED}
    return Effect("custom_values", _held, {"of": resource, "record_id": record_id, **listed})


def keys_freed(record_id: str, field_ids: Sequence[str]) -> Effect:
    """A deleted record stands in nobody's way."""
    return Effect("custom_keys_freed", _freed, {"record_id": record_id, "fields": list(field_ids)})


def _everything() -> Select[Any]:
    rows = scoped(CustomField, "f")
    names = [c.key for c in table(CustomField).columns if c.key not in ("tenant_id", "id")]
    return select(rows.c.id.cast(Text), *(rows.c[n] for n in names)).order_by(rows.c.position, rows.c.id)


def _count() -> Select[Any]:
    rows = scoped(CustomField, "f")
    return select(func.count()).select_from(rows).where(rows.c.resource == bindparam("of", type_=Text))


def _held_codes() -> Select[Any]:
    values = scoped(CustomValue, "v")
    return (
        select(values.c.text_value)
        .where(
            values.c.field_id == any_(bindparam("fields", type_=_UUIDS)),
            values.c.text_value == any_(bindparam("codes", type_=_TEXTS)),
        )
        .distinct()
        .limit(literal(50))
    )


def _choosing() -> Select[Any]:
    rows = scoped(CustomField, "f")
    return select(rows.c.id.cast(Text)).where(rows.c.dictionary_type == bindparam("type", type_=Text))


def _holding() -> Select[Any]:
    values = scoped(CustomValue, "v")
    return select(values.c.field_id.cast(Text), values.c.record_id.cast(Text), values.c.unique_key).where(
        values.c.field_id == any_(bindparam("fields", type_=_UUIDS)),
        values.c.unique_key == any_(bindparam("keys", type_=_TEXTS)),
        values.c.record_id != bindparam("own", type_=Uuid(as_uuid=False)),
    )


def _gone(suffix: str) -> Delete:
    values = table(CustomValue).c
    return scoped_delete(CustomValue).where(
        values.record_id == bindparam(f"record_id{suffix}", type_=Uuid(as_uuid=False)),
        values.field_id == any_(bindparam(f"fields{suffix}", type_=_UUIDS)),
        (cast(values.field_id, Text) + ":" + cast(values.item, Text))
        == any_(bindparam(f"places{suffix}", type_=_TEXTS)),
    )


def _held(suffix: str) -> Insert:
    """Single-row VALUES may unnest arrays, so that one statement takes any number of values."""
    columns = table(CustomValue).c
    plain = scoped_insert(CustomValue).values(
        resource=bindparam(f"of{suffix}", type_=Text),
        record_id=bindparam(f"record_id{suffix}", type_=Uuid(as_uuid=False)),
        **{
            name: func.unnest(bindparam(f"{name}{suffix}", type_=ARRAY(columns[name].type)))
            for name in _LISTED
        },
    )
    statement = insert(table(CustomValue)).values(dict(plain._values or {}))
    compared = ("text_value", "sort_value", "number_value", "at_value", "unique_key")
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "field_id", "record_id", "item"],
        set_={name: statement.excluded[name] for name in compared},
    )


def _freed(suffix: str) -> Update:
    values = table(CustomValue).c
    return (
        scoped_update(CustomValue)
        .where(
            values.record_id == bindparam(f"record_id{suffix}", type_=Uuid(as_uuid=False)),
            values.field_id == any_(bindparam(f"fields{suffix}", type_=_UUIDS)),
        )
        .values(unique_key=None)
    )

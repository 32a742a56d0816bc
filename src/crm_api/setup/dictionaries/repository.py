"""The SQL that the data dictionary has of its own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, and_, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.models import DictionaryItem
from crm_api.setup.dictionaries.resource import dictionary_items
from crm_api.setup.dictionary_types.models import DictionaryType


class DictionaryRepository(Repository[DictionaryItem]):
    """Dictionary items of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, dictionary_items)

    async def choices(self, type_: str) -> list[str]:
        """The active codes of a list in their order."""
        rows = await self.uow.fetch("dictionary choices", _choices, {"type": type_})
        return [row[0] for row in rows]

    async def everything(self) -> list[dict[str, Any]]:
        """Every list of the company with its items in their order; a list without items is one row."""
        return [dict(row) for row in await self.uow.fetch("dictionaries", _everything, {})]

    async def type_of(self, dictionary_item_id: str) -> str | None:
        """The list that an item belongs to."""
        rows = await self.uow.fetch("type of dictionary item", _type_of, {"id": dictionary_item_id})
        return str(rows[0][0]) if rows else None

    async def is_held(self, resource: Resource, column: str, code: str) -> bool:
        """Whether a record, deleted ones too, holds a code."""

        def build() -> Select[Any]:
            rows = scoped(resource.model, "r")
            held = rows.c[column] == bindparam("code", type_=Text)
            return select(literal(1)).where(held).limit(literal(1))

        return bool(await self.uow.fetch(("code held", resource.name, column), build, {"code": code}))


def _choices() -> Select[Any]:
    items = scoped(DictionaryItem, "i")
    return (
        select(items.c.code)
        .where(items.c.type == bindparam("type", type_=Text), items.c.active)
        .order_by(items.c.position, items.c.id)
    )


def _type_of() -> Select[Any]:
    items = scoped(DictionaryItem, "i")
    return select(items.c.type).where(items.c.id == bindparam("id", type_=Uuid(as_uuid=False)))


def _everything() -> Select[Any]:
    types, items, above = (
        scoped(DictionaryType, "t"),
        scoped(DictionaryItem, "i"),
        scoped(DictionaryItem, "p"),
    )
    item_columns = ("code", "label_en", "label_zh", "colour", "is_default", "active")
    return (
        select(
            types.c.code.label("type"),
            types.c.closed,
            *(items.c[name] for name in item_columns),
            above.c.code.label("parent"),
        )
        .select_from(
            types.outerjoin(items, items.c.type == types.c.code).outerjoin(
                above, and_(above.c.id == items.c.parent_id)
            )
        )
        .order_by(types.c.code, items.c.position, items.c.id)
    )

"""The SQL that the data dictionary has of its own."""

from typing import Any

from sqlalchemy import Select, Text, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionaries.models import DictionaryItem, DictionaryType
from crm_api.setup.dictionaries.resource import dictionary_items


class DictionaryRepository(Repository[DictionaryItem]):
    """Dictionary items of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, dictionary_items)

    async def choices(self, type_: DictionaryType) -> list[str]:
        """The active codes of a list in their order."""
        rows = await self.uow.fetch("dictionary choices", _choices, {"type": type_.value})
        return [row[0] for row in rows]


def _choices() -> Select[Any]:
    items = scoped(DictionaryItem, "i")
    return (
        select(items.c.code)
        .where(items.c.type == bindparam("type", type_=Text), items.c.active)
        .order_by(items.c.position, items.c.id)
    )

"""The SQL that attachments have of their own."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, Text, Uuid, any_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.activities.attachments.models import Attachment, AttachmentUsage
from crm_api.activities.attachments.resource import attachments
from crm_api.kit.access import Scope, access_values
from crm_api.kit.db import table
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_insert, scoped_update
from crm_api.kit.uow import UnitOfWork

_BYTES = bindparam("bytes", type_=BigInteger)


class Kept(NamedTuple):
    """Where the content of an attachment is, and what it is sent as."""

    storage_key: str
    name: str
    media_type: str
    size: int


class AttachmentRepository(Repository[Attachment]):
    """Attachments of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, attachments)

    async def kept(self, attachment_id: str) -> Kept | None:
        """The file of an attachment that the caller reads."""
        principal = self.uow.principal
        reach = principal.reach(attachments.read)
        scope = attachments.access.scope(principal, reach, attachments.name)
        values = {**access_values(principal, reach), "id": attachment_id}
        rows = await self.uow.fetch(("attachment file", scope), lambda: _kept(scope), values)
        return Kept(*rows[0]) if rows else None

    async def take_room(self, size: int, quota: int) -> bool:
        """Count a new file; False when the company's files would be more than its quota then."""
        values = {"bytes": size, "most": quota}
        return size <= quota and bool(await self.uow.fetch("take room", _take_room, values))

    async def give_room(self, size: int) -> None:
        """A file is gone."""
        await self.uow.fetch("give room", _give_room, {"bytes": size})


async def named_files(uow: UnitOfWork, keys: Sequence[str]) -> set[str]:
    """Those of some storage keys that live attachments name."""
    return {row[0] for row in await uow.fetch("attached files", _named, {"keys": list(keys)})}


def _kept(scope: Scope) -> Select[Any]:
    rows = scoped(Attachment, "r")
    allowed = attachments.access.predicate(rows, scope, attachments.name)
    return select(rows.c.storage_key, rows.c.name, rows.c.media_type, rows.c.size).where(
        rows.c.id == bindparam("id", type_=Uuid(as_uuid=False)), allowed, *attachments.alive(rows)
    )


def _take_room() -> ReturningInsert[Any]:
    """Uploads of a company wait here for each other, from this statement to their commit."""
    used = table(AttachmentUsage).c
    statement = insert(table(AttachmentUsage)).values(
        dict(scoped_insert(AttachmentUsage).values(bytes=_BYTES)._values or {})
    )
    sum_of_both = used.bytes + statement.excluded.bytes
    return statement.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={"bytes": sum_of_both},
        where=sum_of_both <= bindparam("most", type_=BigInteger),
    ).returning(used.bytes)


def _give_room() -> Update:
    used = table(AttachmentUsage).c
    return scoped_update(AttachmentUsage).values(bytes=func.greatest(used.bytes - _BYTES, 0))


def _named() -> Select[Any]:
    rows = scoped(Attachment, "r")
    return select(rows.c.storage_key).where(
        rows.c.storage_key == any_(bindparam("keys", type_=ARRAY(Text))), rows.c.deleted_at.is_(None)
    )

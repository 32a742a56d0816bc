"""The SQL that exports have of their own."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import DateTime, Integer, Select, Uuid, select
from sqlalchemy.sql.expression import bindparam

from crm_api.integrations.exports.models import Export
from crm_api.integrations.exports.resource import exports
from crm_api.kit import clock
from crm_api.kit.access import ME
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

AT_ONCE = 100
KEPT = ("resource", "format", "rows", "file_keys", "created_at", "expires_at")


class Kept(NamedTuple):
    """What a download needs to know."""

    resource: str
    format: str
    rows: int | None
    file_keys: list[str]
    created_at: Any
    expires_at: Any


class Expired(NamedTuple):
    """An export whose time is over, and every file it may have."""

    id: str
    file_keys: list[str]


class ExportRepository(Repository[Export]):
    """Exports of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, exports)

    async def own(self, export_id: str) -> Kept | None:
        """An export that the caller made, whatever else they reach."""
        rows = await self.uow.fetch("own export", _own, {"id": export_id})
        return Kept(*rows[0]) if rows else None

    async def expired(self) -> Sequence[Expired]:
        """The oldest exports whose time is over, at most 100."""
        values = {"now": clock.now(), "at_once": AT_ONCE}
        rows = await self.uow.fetch("expired exports", _expired, values)
        return [Expired(str(row[0]), row[1]) for row in rows]


def _own() -> Select[Any]:
    rows = scoped(Export, "r")
    return select(*(rows.c[name] for name in KEPT)).where(
        rows.c.id == bindparam("id", type_=Uuid(as_uuid=False)), rows.c.created_by == ME
    )


def _expired() -> Select[Any]:
    rows = scoped(Export, "r")
    return (
        select(rows.c.id, rows.c.file_keys)
        .where(rows.c.expires_at <= bindparam("now", type_=DateTime(timezone=True)))
        .order_by(rows.c.expires_at)
        .limit(bindparam("at_once", type_=Integer))
    )

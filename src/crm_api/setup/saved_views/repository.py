"""The SQL that saved views have of their own."""

from typing import Any

from sqlalchemy import Select, Uuid, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.access import access_values
from crm_api.kit.listing import View
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.saved_views.models import SavedView
from crm_api.setup.saved_views.resource import saved_views

PARTS = ("resource", "filter", "sort", "fields", "expand")


class SavedViewRepository(Repository[SavedView]):
    """Saved views of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, saved_views)

    async def find(self, view_id: str) -> View | None:
        """A view that the caller may use."""
        principal = self.uow.principal
        reach = principal.reach(saved_views.read)
        scope = saved_views.access.scope(principal, reach, saved_views.name)

        def build() -> Select[Any]:
            rows = scoped(SavedView, "r")
            return select(*(rows.c[name] for name in PARTS)).where(
                rows.c.id == bindparam("id", type_=Uuid(as_uuid=False)),
                rows.c.deleted_at.is_(None),
                saved_views.access.predicate(rows, scope, saved_views.name),
            )

        values = {**access_values(principal, reach), "id": view_id}
        rows = await self.uow.fetch(("find view", scope), build, values)
        return View(*rows[0].values()) if rows else None

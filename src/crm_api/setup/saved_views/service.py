"""The verbs of saved views."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit import clock
from crm_api.kit.listing import View
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.views import check_view
from crm_api.setup.saved_views.models import SavedView
from crm_api.setup.saved_views.repository import SavedViewRepository


class SavedViewService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = SavedViewRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A view of the caller's own; it may name only what the caller may ask for."""
        view = SavedView.new(owner_id=self.uow.principal.id, name_sort="")
        view.put(dict(given))
        self._check(view)
        return await self._repository.add(view)

    async def update(self, saved_view_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears."""
        view = await self._repository.load(saved_view_id)
        view.put(dict(given))
        self._check(view)
        return await self._repository.save(view)

    async def delete(self, saved_view_id: str) -> None:
        """Softly: it can be restored."""
        view = await self._repository.load(saved_view_id)
        view.deleted_at = clock.now()
        await self._repository.save(view, event="deleted")

    async def restore(self, saved_view_id: str) -> dict[str, Any]:
        """Undo a deletion."""
        view = await self._repository.load(saved_view_id, deleted=True)
        view.deleted_at = None
        return await self._repository.save(view, event="restored")

    def _check(self, view: SavedView) -> None:
        check_view(self.uow.principal, View(view.resource, view.filter, view.sort, view.fields, view.expand))


async def find_view(uow: UnitOfWork, view_id: str) -> View | None:
    """A view by its id, for lists."""
    return await SavedViewRepository(uow).find(view_id)

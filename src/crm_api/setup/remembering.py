"""What a company has set up, remembered per process and counted by `tenants.setup_version`.

The version comes with the principal, so that a request whose company has set up nothing, or nothing new, asks nothing.
Another process follows within the second for which a principal is remembered; this one follows at once.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from crm_api.identity.tenants.repository import TenantRepository
from crm_api.identity.tenants.setup_changes import is_settled
from crm_api.kit.uow import UnitOfWork

REMEMBERED = 1_000
T = TypeVar("T")
_kinds: "list[Remembered[Any]]" = []


class Remembered(Generic[T]):
    """One kind of set-up; `nothing` is what a company has of it that changed nothing since it was founded."""

    def __init__(self, load: Callable[[UnitOfWork], Awaitable[T]], nothing: T) -> None:
        self._load, self._nothing = load, nothing
        _kinds.append(self)
        self._of_tenant: OrderedDict[str, tuple[int, T]] = OrderedDict()
        self._of_unit: WeakKeyDictionary[UnitOfWork, T] = WeakKeyDictionary()

    async def of(self, uow: UnitOfWork) -> T:
        """What holds for the unit's company."""
        principal = uow.principal
        held = self._of_tenant.get(principal.tenant_id)
        if is_settled(principal.tenant_id):
            if principal.setup_version == 0:
                return self._nothing
            if (
                held is not None
                and principal.setup_version is not None
                and held[0] >= principal.setup_version
            ):
                return held[1]
        return await self.fresh(uow)

    async def fresh(self, uow: UnitOfWork) -> T:
        """The same, asked now, once a unit."""
        if uow not in self._of_unit:
            found = self._of_unit[uow] = await self._load(uow)
            tenant, version = uow.principal.tenant_id, uow.principal.setup_version
            if version is not None and is_settled(tenant):
                self._of_tenant[tenant] = version, found
                self._of_tenant.move_to_end(tenant)
                if len(self._of_tenant) > REMEMBERED:
                    self._of_tenant.popitem(last=False)
        return self._of_unit[uow]

    def forget(self, uow: UnitOfWork) -> None:
        """The unit is about to change it."""
        self._of_unit.pop(uow, None)
        self._of_tenant.pop(uow.principal.tenant_id, None)


async def change_setup(uow: UnitOfWork) -> None:
    """Say that the unit changes the set-up; whoever changes it, too, waits for the commit."""
    await TenantRepository(uow).note_setup_change()
    for kind in _kinds:
        kind.forget(uow)

"""Removing the files that nothing names: what was left when a process died between a file and its row."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork
from crm_api.storage.files import files

# Long enough for the slowest upload to have its row.
GRACE = timedelta(hours=1)
Naming = Callable[[UnitOfWork, Sequence[str]], Awaitable[set[str]]]
_namings: list[Naming] = []


def bind_namings(*namings: Naming) -> None:
    """What knows which of some keys are named by rows; done once by wiring, for everything that stages files."""
    _namings[:] = namings


async def sweep(uow: UnitOfWork) -> int:
    """Delete what was staged or condemned in a tenant and is named by no row; how many files."""
    store = files()
    doubtful = await store.doubtful(uow.principal.tenant_id, clock.now() - GRACE)
    named = {key for naming in _namings for key in await naming(uow, doubtful)}
    for key in doubtful:
        if key not in named:
            await store.delete(key)
        await store.settle(key)
    return len(set(doubtful) - named)

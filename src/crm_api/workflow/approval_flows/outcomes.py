"""The resources whose records can be submitted for approval, and who hears what was decided; bound in `wiring`."""

from collections.abc import Awaitable, Callable

from crm_api.kit.uow import UnitOfWork

type_outcome = Callable[[UnitOfWork, str, str], Awaitable[None]]

OUTCOMES: dict[str, type_outcome] = {}


def bind_outcome(resource: str, settle: type_outcome) -> None:
    """`settle(uow, record_id, status)` hears in the same transaction: approved, rejected, sent_back or withdrawn.

    The decider need not have any right to the record: `settle` takes what it needs with `entrusted`.
    """
    OUTCOMES[resource] = settle

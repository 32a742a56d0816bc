"""What the calendar does to contracts."""

from crm_api.kit import clock
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.models import STATES
from crm_api.sales.contracts.repository import ContractRepository

AT_ONCE = 500
_EVENTS = {"activate": "activated", "remind": "renewal_due", "expire": "expired"}


async def advance_contracts(uow: UnitOfWork) -> None:
    """Those that begin, come to their notice or end; each once, whoever else is at it."""
    today = clock.today(uow.principal.time_zone)
    for contract_id in await ContractRepository(uow).due(today, AT_ONCE):
        repository = ContractRepository(uow)
        contract = await repository.load(contract_id)
        # what another worker or a person has done meanwhile is not due any more
        if verb := contract.due(today):
            STATES.take(contract, verb, clock.now())
            await repository.save(contract, event=_EVENTS[verb])

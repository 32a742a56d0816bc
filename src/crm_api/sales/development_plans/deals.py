"""The opportunity a plan is made for."""

from crm_api.kit.allowed import admit
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.opportunities.resource import opportunities


async def deal_of(uow: UnitOfWork, opportunity_id: str) -> Opportunity:
    """The opportunity, locked; whoever may change it may work on its plan, everybody else is Forbidden."""
    right = uow.permission
    assert right is not None, "a plan is written under a permission"
    admit(uow, opportunities.update)
    repository: Repository[Opportunity] = Repository(uow, opportunities)
    opportunity = await repository.load(opportunity_id)
    admit(uow, right)
    return opportunity

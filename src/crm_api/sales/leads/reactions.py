"""What leads do when something happens elsewhere."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.uow import UnitOfWork
from crm_api.sales.leads.resource import leads
from crm_api.sales.leads.service import LeadService


async def meet_lead(uow: UnitOfWork, _: str, diff: Mapping[str, Any]) -> None:
    """An interaction about a new lead makes it contacted; whoever wrote it may change the lead."""
    if diff["subject_type"]["to"] == leads.name:
        await LeadService(uow).met(diff["subject_id"]["to"], diff["happened_at"]["to"])

"""What webhooks do at night."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crm_api.integrations.webhooks.repository import DeliveryRepository
from crm_api.integrations.webhooks.resource import webhook_deliveries
from crm_api.jobs.port import job
from crm_api.kit.uow import UnitOfWork

KEPT, AT_ONCE = timedelta(days=30), 20_000
PRUNE = webhook_deliveries.action("prune")


@job("webhooks.prune", PRUNE, every="*/30 * * * *")
async def prune(uow: UnitOfWork, _: Mapping[str, Any]) -> None:
    """Forget deliveries of more than 30 days ago, 20,000 at a time."""
    await DeliveryRepository(uow).prune(KEPT, AT_ONCE)

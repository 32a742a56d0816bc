"""Webhooks and their deliveries as resources: for those who connect systems."""

from crm_api.integrations.webhooks.models import Webhook, WebhookDelivery
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

webhooks = Resource(
    name="webhooks",
    singular="webhook",
    model=Webhook,
    access=everyone(),
    label="url",
    events=("disabled", "secret_rotated"),
)
webhook_deliveries = Resource(
    name="webhook_deliveries",
    singular="webhook_delivery",
    model=WebhookDelivery,
    access=everyone(),
    label="type",
)
ROTATE_SECRET = webhooks.action("rotate_secret")
PING = webhooks.action("ping")
REPLAY = webhooks.action("replay")
RETRY = webhook_deliveries.action("retry")

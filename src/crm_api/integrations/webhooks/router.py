"""`/api/v1/webhooks`."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute

from crm_api.integrations.webhooks.patterns import PING as PING_EVENT
from crm_api.integrations.webhooks.patterns import event_types
from crm_api.integrations.webhooks.resource import (
    PING,
    REPLAY,
    RETRY,
    ROTATE_SECRET,
    webhook_deliveries,
    webhooks,
)
from crm_api.integrations.webhooks.schemas import (
    DeliveryRead,
    Replay,
    ReplayAccepted,
    SecretRotation,
    WebhookCreate,
    WebhookEvent,
    WebhookRead,
    WebhookUpdate,
    WebhookWithSecret,
)
from crm_api.integrations.webhooks.service import WebhookService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads, reads_within
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(webhooks.create)]
CanUpdate = Annotated[UnitOfWork, allowed(webhooks.update)]
CanDelete = Annotated[UnitOfWork, allowed(webhooks.delete)]
CanRestore = Annotated[UnitOfWork, allowed(webhooks.restore)]
CanRotate = Annotated[UnitOfWork, allowed(ROTATE_SECRET)]
CanPing = Annotated[UnitOfWork, allowed(PING)]
CanReplay = Annotated[UnitOfWork, allowed(REPLAY)]
CanReadDeliveries = Annotated[UnitOfWork, allowed(webhook_deliveries.read)]
CanRetry = Annotated[UnitOfWork, allowed(RETRY)]

_SIGNATURE = [
    {"name": name, "in": "header", "required": True, "description": description, "schema": {"type": "string"}}
    for name, description in (
        (
            "webhook-id",
            "Id of the event; the same in every try and every replay, so keep those you have taken.",
        ),
        (
            "webhook-timestamp",
            "The moment of the try, in seconds since 1970. Refuse what is older than 5 minutes.",
        ),
        (
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `id.timestamp.body`; two while a secret is rotated.",
        ),
    )
]

reads(router, webhooks, WebhookRead)


def _service(request: Request, uow: UnitOfWork) -> WebhookService:
    return WebhookService(uow, request.app.state.cipher, request.app.state.outbound)


@router.post(
    "",
    status_code=201,
    response_model=WebhookWithSecret,
    operation_id="webhooks_create",
    summary="Create a webhook",
)
async def create_webhook(request: Request, data: WebhookCreate, uow: CanCreate) -> Any:
    """Events from now on are posted to the URL, signed by Standard Webhooks. The secret is in this answer only.

    It is told what you may see, with your field rights as they are when an event is sent; a URL that leads inside is 422.
    """
    return await _service(request, uow).create(data.given())


@router.patch(
    "/{webhook_id}", response_model=WebhookRead, operation_id="webhooks_update", summary="Change a webhook"
)
async def update_webhook(request: Request, webhook_id: str, data: WebhookUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. From now on it acts as you. Switched on again it begins with what happens next."""
    return await _service(request, uow).update(webhook_id, data.given())


@router.delete("/{webhook_id}", status_code=204, operation_id="webhooks_delete", summary="Delete a webhook")
async def delete_webhook(request: Request, webhook_id: str, uow: CanDelete) -> None:
    """Nothing is sent any more. Softly: it can be restored."""
    await _service(request, uow).delete(webhook_id)


@router.post(
    "/{webhook_id}/restore",
    response_model=WebhookRead,
    operation_id="webhooks_restore",
    summary="Restore a webhook",
)
async def restore_webhook(request: Request, webhook_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. It comes back switched off."""
    return await _service(request, uow).restore(webhook_id)


@router.post(
    "/{webhook_id}/rotate-secret",
    response_model=WebhookWithSecret,
    operation_id="webhooks_rotate_secret",
    summary="Rotate the secret of a webhook",
)
async def rotate_webhook_secret(
    request: Request, webhook_id: str, data: SecretRotation, uow: CanRotate
) -> Any:
    """For some hours every event carries two signatures, of the new secret and of the one before."""
    return await _service(request, uow).rotate_secret(webhook_id, data.overlap_hours)


@router.post(
    "/{webhook_id}/ping",
    status_code=202,
    response_model=DeliveryRead,
    operation_id="webhooks_ping",
    summary="Send a ping to a webhook",
)
async def ping_webhook(request: Request, webhook_id: str, uow: CanPing) -> Any:
    """An event `webhook.ping` goes out at once; the delivery tells how it ended. 409 when it is switched off."""
    return await _service(request, uow).ping(webhook_id)


@router.post(
    "/{webhook_id}/replay",
    status_code=202,
    response_model=ReplayAccepted,
    operation_id="webhooks_replay",
    summary="Send events of a webhook once more",
)
async def replay_webhook(request: Request, webhook_id: str, data: Replay, uow: CanReplay) -> Any:
    """Every event of a range that the webhook is for, sent or not, with the id it always had. 409 while one runs."""
    return await _service(request, uow).replay(webhook_id, data.given())


reads_within(router, webhooks, "deliveries", webhook_deliveries, DeliveryRead)


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    response_model=DeliveryRead,
    operation_id="webhooks_get_delivery",
    summary="Get a delivery",
)
async def get_webhook_delivery(
    request: Request, webhook_id: str, delivery_id: str, uow: CanReadDeliveries
) -> Any:
    """One event on its way to the webhook, with all its tries. Deliveries are kept for 30 days."""
    return await _service(request, uow).delivery(webhook_id, delivery_id)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/retry",
    status_code=202,
    response_model=DeliveryRead,
    operation_id="webhooks_retry_delivery",
    summary="Deliver once more",
)
async def retry_webhook_delivery(request: Request, webhook_id: str, delivery_id: str, uow: CanRetry) -> Any:
    """At once, whatever became of it, with a fresh row of tries. 409 when the webhook is switched off."""
    return await _service(request, uow).retry(webhook_id, delivery_id)


def described() -> list[APIRoute]:
    """What is sent, for the document: one webhook for each type of event."""

    async def receive(_: WebhookEvent) -> None: ...

    return [
        APIRoute(
            name,
            receive,
            methods=["POST"],
            status_code=204,
            tags=["webhooks"],
            operation_id=f"receive_{name.replace('.', '_')}",
            summary=f"Event {name}",
            description="Posted to the webhooks that are for it, until it is answered with a 2xx.",
            response_description="Taken, as is any other 2xx. Anything else is tried again, redirects too; 410 switches the webhook off.",
            openapi_extra={"parameters": _SIGNATURE},
        )
        for name in [*event_types(), PING_EVENT]
    ]

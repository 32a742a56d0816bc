"""What is sent: the envelope of a change, and its signature by Standard Webhooks."""

import base64
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from standardwebhooks import Webhook as Signer

from crm_api.integrations.webhooks.models import Payload
from crm_api.integrations.webhooks.schemas import API_VERSION

SECRET_BYTES = 32


def new_secret() -> str:
    """`whsec_` and 256 random bits."""
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def envelope(tenant_id: str, change: Mapping[str, Any], payload: str) -> bytes:
    """The bytes of a change, as they are signed and sent; thin: which record, and nothing of what is in it."""
    full = payload == Payload.FULL
    return orjson.dumps(
        {
            "id": change["id"],
            "type": change["type"],
            "timestamp": change["at"],
            "api_version": API_VERSION,
            "tenant_id": tenant_id,
            "actor": change["actor"] if full else None,
            "data": {
                "object": change["object"],
                "changes": change["changes"] if full else None,
                "redacted": change["redacted"] if full else [],
            },
        },
        option=orjson.OPT_UTC_Z,
    )


def ping_of(webhook_id: str, event_id: str, at: datetime) -> dict[str, Any]:
    """A change that tells nothing but that the webhook works."""
    return {
        "id": event_id,
        "type": "webhook.ping",
        "at": at,
        "actor": None,
        "object": {"type": "webhook", "id": webhook_id, "version": None},
        "changes": {},
        "redacted": [],
    }


def signed(secrets: Iterable[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try: the id of the event, the moment of the try, a signature with each secret."""
    text = body.decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(event_id, at, text) for secret in secrets),
    }

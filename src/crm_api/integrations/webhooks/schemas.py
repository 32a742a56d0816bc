"""Bodies and answers of webhooks."""

from typing import Annotated, Any

from pydantic import Field

from crm_api.integrations.changes.schemas import ChangeActor, ChangeObject, FieldChange
from crm_api.integrations.webhooks.models import DeliveryStatus, Disabled, Payload
from crm_api.kit.schemas import DeletableRead, Flag, Id, Instant, Schema, Whole

API_VERSION, EVENTS, FILTERED = "v1", 100, 50
OVERLAP_HOURS = 168
_URL = ["https://hooks.example.com/crm"]
_FILTERS = [{"opportunity": {"field": "status", "op": "eq", "value": "won"}}]

Events = Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=EVENTS)]
Filters = Annotated[dict[str, dict[str, Any]], Field(max_length=FILTERED)]


class WebhookWrite(Schema):
    """What a client may say about a webhook; every key may be left out of a change."""

    url: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        "",
        description="Where events are posted to: https, port 443 or 80, a public address. A redirect is a failure.",
        examples=_URL,
    )
    description: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="What it is for.", examples=["Data warehouse"]
    )
    events: Events = Field(
        default_factory=list,
        description="Which events: by name (`customer.created`), all of a record type (`customer.*`), or all (`*`).",
        examples=[["customer.*", "opportunity.won"]],
    )
    filters: Filters = Field(
        default_factory=dict,
        description="By record type, a filter tree as in `POST /x/query`: only events of records that fit it as they "
        "stand when the event is taken up. A type that is not named is not filtered.",
        examples=_FILTERS,
    )
    payload: Payload = Field(
        Payload.FULL,
        description="`full`: with the changed fields; `thin`: which record alone.",
        examples=["full"],
    )
    active: Flag = Field(
        True,
        description="Whether events are sent. Switched on again it begins with what happens from then on.",
    )


class WebhookCreate(WebhookWrite):
    """A new webhook."""

    id: Id | None = Field(None, description="Chosen by the client; made when absent.")
    url: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="Where events are posted to: https, port 443 or 80, a public address.", examples=_URL
    )
    events: Events = Field(
        description="Which events: by name (`customer.created`), all of a record type (`customer.*`), or all (`*`).",
        examples=[["customer.*", "opportunity.won"]],
    )


class WebhookUpdate(WebhookWrite):
    """Changes: absent keeps, null clears. From then on it acts as whoever made the change."""


class WebhookRead(DeletableRead):
    """A webhook, without its secret."""

    url: str = Field(description="Where events are posted to.", examples=_URL)
    description: str | None = Field(description="What it is for.")
    events: list[str] = Field(description="Which events.", examples=[["customer.*", "opportunity.won"]])
    filters: Filters = Field(description="Which records, by their type.", examples=_FILTERS)
    payload: Payload = Field(description="How much is sent.")
    active: bool = Field(description="Whether events are sent.")
    disabled_at: Instant | None = Field(description="When the system switched it off.", examples=[None])
    disabled_reason: Disabled | None = Field(description="Why the system switched it off.", examples=[None])
    acts_as_id: Id = Field(
        description="Whoever made it or changed it last: it is told what they may see, by their rights at sending."
    )
    previous_secret_until: Instant | None = Field(
        description="Until when signatures with the secret before are sent too.", examples=[None]
    )


class WebhookWithSecret(WebhookRead):
    """A webhook with its new secret."""

    secret: str = Field(
        description="Verifies signatures (Standard Webhooks). It is shown in this answer only.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class SecretRotation(Schema):
    """How long both secrets sign."""

    overlap_hours: Annotated[Whole, Field(ge=0, le=OVERLAP_HOURS)] = Field(
        24, description="For how many hours the secret before signs too, 0 to 168.", examples=[24]
    )


class Replay(Schema):
    """Which part of the feed is sent again: by time, or by the positions that deliveries tell."""

    from_: Instant | None = Field(None, alias="from", description="The first moment, included.")
    to: Instant | None = Field(None, description="The last moment, included; now unless given.")
    after: Annotated[Whole, Field(ge=0, le=2**53 - 1)] | None = Field(
        None, description="The position before the first event.", examples=[1024]
    )
    until: Annotated[Whole, Field(ge=0, le=2**53 - 1)] | None = Field(
        None, description="The last position; the present end of the feed unless given."
    )


class ReplayAccepted(Schema):
    """What will be sent again: the events in the range that the webhook is for. The range is empty if both are equal."""

    after: int = Field(description="The position before the first event.", examples=[1024])
    until: int = Field(description="The last position.", examples=[2048])


class Try(Schema):
    """One try to deliver."""

    at: Instant = Field(description="When it ended.")
    response_status: int | None = Field(description="The HTTP status that came back; null when none did.")
    error: str | None = Field(
        description="Why it failed: `http_status`, `timeout`, `connection`, `tls`, `protocol`, `name_unresolved`, or the "
        "reason why the URL is refused."
    )
    milliseconds: int = Field(description="How long it took.", examples=[84])


class DeliveryRead(Schema):
    """One event on its way to one webhook. What the other side answered but its status is neither kept nor shown."""

    id: Id = Field(description="UUID of the delivery.")
    webhook_id: Id = Field(description="Where it goes.")
    event_id: Id = Field(
        description="The event: the header `webhook-id`, the same in every try and every replay."
    )
    event_at: Instant = Field(description="When it happened.")
    type: str = Field(description="What happened.", examples=["customer.created"])
    position: int | None = Field(description="Its place in the feed; null for a ping.", examples=[1025])
    status: DeliveryStatus = Field(description="Where it stands.")
    attempts: int = Field(description="Tries since it was last asked for.", examples=[1])
    tries: list[Try] = Field(description="The tries, the oldest first.")
    response_status: int | None = Field(description="The last HTTP status.", examples=[200])
    error: str | None = Field(description="Why the last try failed.", examples=[None])
    created_at: Instant = Field(description="When it was taken up.")
    last_attempt_at: Instant | None = Field(description="The last try.")
    next_attempt_at: Instant | None = Field(description="The next try.", examples=[None])
    delivered_at: Instant | None = Field(description="When it was taken by the other side.")
    redacted: list[str] = Field(description="Fields that do not show what is stored.", examples=[[]])


class EventData(Schema):
    """What an event is about."""

    object: ChangeObject = Field(description="The record.")
    changes: dict[str, FieldChange] | None = Field(
        description="The fields that changed; null with the payload `thin`.",
        examples=[{"industry": {"from": None, "to": "saas"}}],
    )
    redacted: list[str] = Field(
        description="Fields that do not show what is stored, because of the rights of whom the webhook acts for.",
        examples=[[]],
    )


class WebhookEvent(Schema):
    """What is posted to a webhook. Events may come more than once and not in order: see `data.object.version`."""

    id: Id = Field(description="The event; equals the header `webhook-id`.")
    type: str = Field(description="What happened.", examples=["customer.updated"])
    timestamp: Instant = Field(description="When it happened.")
    api_version: str = Field(description="The version of this form.", examples=[API_VERSION])
    tenant_id: Id = Field(description="The company.")
    actor: ChangeActor | None = Field(description="Who did it; null with the payload `thin`.")
    data: EventData = Field(description="The record and its changes.")

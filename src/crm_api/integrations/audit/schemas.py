"""The audit trail and the access log as their readers see them."""

from typing import Any

from pydantic import Field

from crm_api.identity.access_log.models import AccessKind
from crm_api.integrations.changes.schemas import ChangeActor, ChangeObject, FieldChange
from crm_api.kit.schemas import Id, Instant, Schema


class AuditPage(Schema):
    """Where a page stands."""

    next_cursor: str | None = Field(
        description="Pass as `cursor` for older entries; null on the last page.",
        examples=["kq3vYV0nM1lD2cJ0b3Jh"],
    )
    has_more: bool = Field(description="Whether there are older entries.")


class AuditRead(Schema):
    """Something that somebody did to a record."""

    id: Id = Field(description="Id of the event; the same as in `/changes`.")
    position: int = Field(
        description="Its place in the company's feed, counted from 1 without a gap.", examples=[4711]
    )
    type: str = Field(description="`<singular>.<past tense>`.", examples=["customer.updated"])
    at: Instant = Field(description="When.")
    actor: ChangeActor = Field(description="Who: a user, an API key or a job of the system.")
    object: ChangeObject = Field(description="The record.")
    changes: dict[str, FieldChange] = Field(
        description="What changed.", examples=[{"industry": {"from": None, "to": "saas"}}]
    )
    redacted: list[str] = Field(
        description="Fields that changed and whose values are not yours to see.", examples=[[]]
    )
    request_id: str | None = Field(
        description="The `X-Request-Id` of the request.", examples=["0199f3a2-7c1e"]
    )
    ip: str | None = Field(description="The address it came from.", examples=["203.0.113.7"])
    user_agent: str | None = Field(description="The program it came from.", examples=["Mozilla/5.0"])
    erased: bool = Field(
        description="Whether what changed has been erased; the proof that it happened remains."
    )


class AuditList(Schema):
    """A page of the audit trail."""

    data: list[AuditRead] = Field(description="Newest first.")
    page: AuditPage = Field(description="Where the page stands.")


class AccessActor(Schema):
    """Who it was."""

    id: Id = Field(description="The principal.")
    kind: str | None = Field(description="`user`, `api_key` or `system`.", examples=["user"])
    name: str | None = Field(description="Their name.", examples=["Li Na"])


class AccessRead(Schema):
    """A sign-in, a refusal, an export or a look at records."""

    id: Id = Field(description="Id of the entry.")
    kind: AccessKind = Field(description="What happened.")
    at: Instant = Field(description="When; of several equal ones, the first.")
    actor: AccessActor | None = Field(description="Who; null when nobody could be told.")
    operation: str = Field(description="The `operationId` of the request.", examples=["customers_get"])
    object_type: str | None = Field(description="The resource, in the singular.", examples=["customer"])
    object_id: Id | None = Field(description="The record, when it was one.")
    count: int = Field(description="How many equal requests this stands for.", examples=[1])
    details: dict[str, Any] = Field(
        description="What was asked for, how many records were shown, which sensitive fields.",
        examples=[{"records": 1, "fields": ["phones"]}],
    )
    request_id: str | None = Field(
        description="The `X-Request-Id` of the request.", examples=["0199f3a2-7c1e"]
    )
    ip: str | None = Field(description="The address it came from.", examples=["203.0.113.7"])
    user_agent: str | None = Field(description="The program it came from.", examples=["Mozilla/5.0"])


class AccessList(Schema):
    """A page of the access log."""

    data: list[AccessRead] = Field(description="Newest first.")
    page: AuditPage = Field(description="Where the page stands.")

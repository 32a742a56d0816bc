"""Bodies and answers of API keys."""

from typing import Annotated

from pydantic import Field

from crm_api.kit.schemas import Instant, Line, RecordRead, Schema


class ApiKeyCreate(Schema):
    """A new key."""

    name: Line = Field(description="What it is for.", examples=["Web shop"])
    permissions: Annotated[
        list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=500)
    ] = Field(
        description="What it may do: `resource:action`, of those that the role `integration` grants.",
        examples=[["customers:read", "customers:create"]],
    )
    expires_at: Instant | None = Field(None, description="When it ends; in 365 days unless given.")


class ApiKeyRead(RecordRead):
    """A key, without its secret."""

    name: str = Field(description="What it is for.")
    prefix: str = Field(
        description="The first characters of the secret, to recognise it by.", examples=["crm_live_01930b2e"]
    )
    permissions: list[str] = Field(description="What it may do: `resource:action`.")
    expires_at: Instant = Field(description="When it ends.")
    revoked_at: Instant | None = Field(description="When it was revoked; null while it works.")


class ApiKeyCreated(ApiKeyRead):
    """A new key with its secret."""

    secret: str = Field(
        description="Send as `Authorization: Bearer …`. It is shown here alone, and to a repetition under the same Idempotency-Key.",
        examples=["crm_live_…"],
    )

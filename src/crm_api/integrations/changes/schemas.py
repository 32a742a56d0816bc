"""A change as clients read it, from `/changes`, the stream and webhooks alike."""

from typing import Any

from pydantic import Field

from crm_api.kit.schemas import Id, Instant, Schema


class FieldChange(Schema):
    """One field, before and after."""

    before: Any = Field(alias="from", description="The value before; null when it was empty or new.")
    to: Any = Field(description="The value after; null when it is empty now.")


class ChangeActor(Schema):
    """Who did it."""

    id: Id = Field(description="The principal.")
    kind: str = Field(description="`user`, `api_key` or `system`.", examples=["user"])
    name: str | None = Field(description="Their name; null when you may not know it.", examples=["Li Na"])


class ChangeObject(Schema):
    """The record that changed."""

    type: str = Field(description="Its resource, in the singular.", examples=["customer"])
    id: Id = Field(description="Its id.")
    version: int | None = Field(
        description="Its version after the change. What you have with an equal or higher version is newer.",
        examples=[3],
    )


class ChangeRead(Schema):
    """Something that happened to a record."""

    id: Id = Field(description="Stays the same however often and whichever way it is delivered.")
    type: str = Field(description="`<singular>.<past tense>`.", examples=["customer.updated"])
    at: Instant = Field(description="When it happened.")
    actor: ChangeActor | None = Field(description="Who did it; null for a record that left your view.")
    object: ChangeObject = Field(description="The record.")
    changes: dict[str, FieldChange] = Field(
        description="The fields that changed.", examples=[{"industry": {"from": None, "to": "saas"}}]
    )
    redacted: list[str] = Field(
        description="Fields that do not show what is stored, because of your role.", examples=[[]]
    )


class ChangePage(Schema):
    """Where a page of the feed ends."""

    after: str = Field(
        description="Pass as `after` to go on from here; keep it beside your copy.",
        examples=["kq3vYV0nM1lD2cJ0b3Jh"],
    )
    has_more: bool = Field(
        description="Whether more is there already. A page may be empty and yet have more after it."
    )


class ChangeList(Schema):
    """A page of the feed."""

    data: list[ChangeRead] = Field(description="Changes, oldest first.")
    page: ChangePage = Field(description="Where the page ends.")

"""Bodies and answers of users."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from crm_api.identity.credentials.schemas import Password
from crm_api.identity.users.models import UserStatus
from crm_api.kit.schemas import DeletableRead, ExternalIds, Id, Instant, Line, LinkedRead, Schema
from crm_api.text import fold_email

Locale = Literal["en", "zh"]
RoleKeys = Annotated[list[Annotated[str, Field(max_length=63)]], Field(max_length=20)]


def _refused(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{code}", {"code": code})


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise _refused("time_zone_unknown")
    return name


def _address(email: str) -> str:
    folded = fold_email(email)
    if folded is None:
        raise _refused("invalid_email")
    return folded


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Address = Annotated[
    str,
    AfterValidator(_address),
    WithJsonSchema(
        {"type": "string", "format": "email", "maxLength": 254, "examples": ["li.na@example.com"]}
    ),
]


class UserWrite(Schema):
    """What an administrator may say about a user; every key may be left out of a change."""

    name: Line = Field("", description="What people call them.", examples=["李娜"])
    email: Address = Field("", description="The address they sign in with; unique.")
    title: Line | None = Field(None, description="Job title.", examples=["客户经理"])
    team_id: Id | None = Field(None, description="Primary team.")
    manager_id: Id | None = Field(None, description="The user they report to.")
    roles: RoleKeys = Field(
        default_factory=list,
        description="Role keys, the complete list; needs the right to assign roles.",
        examples=[["account_manager"]],
    )
    password: Password = Field(
        "",
        description="8 to 128 characters. Somebody who also belongs to another company keeps the one they have.",
        examples=["correct horse battery staple"],
    )
    locale: Locale | None = Field(None, description="Language; the company's unless given.", examples=["zh"])
    time_zone: TimeZone | None = Field(
        None, description="IANA time zone; the company's unless given.", examples=["Asia/Shanghai"]
    )
    external_ids: ExternalIds = Field(default_factory=list, description="Keys in other systems; each unique.")


class UserCreate(UserWrite):
    """A new user."""

    id: Id | None = Field(None, description="Chosen by the client; made when absent.")
    name: Line = Field(description="What people call them.", examples=["李娜"])
    email: Address = Field(description="The address they sign in with; unique.")


class UserUpdate(UserWrite):
    """Changes: absent keeps, null clears."""


class UserMove(Schema):
    """The new team."""

    team_id: Id | None = Field(description="The primary team from now on; null for none.")


class UserRead(LinkedRead, DeletableRead):
    """A user."""

    email: str = Field(description="The address they sign in with, folded.")
    name: str = Field(description="What people call them.")
    title: str | None = Field(description="Job title.")
    team_id: str | None = Field(description="Primary team.")
    manager_id: str | None = Field(description="The user they report to.")
    status: UserStatus = Field(
        description="`invited` until they have a password or sign in, `disabled` when they may not sign in."
    )
    roles: list[str] = Field(description="Role keys.")
    activated_at: Instant | None = Field(description="When they could first sign in; null while invited.")
    locale: str | None = Field(description="Language; null for the company's.")
    time_zone: str | None = Field(description="IANA time zone; null for the company's.")

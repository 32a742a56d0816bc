"""Answers about roles."""

from pydantic import Field

from crm_api.kit.schemas import Schema


class RoleLabel(Schema):
    """What a role is called."""

    en: str = Field(description="In English.", examples=["Account manager"])
    zh: str = Field(description="In Chinese.", examples=["客户经理"])


class RoleRead(Schema):
    """A role: what it lets people do, and how far."""

    key: str = Field(description="What users are given.", examples=["account_manager"])
    label: RoleLabel = Field(description="What it is called.")
    description: str = Field(description="Whom it is for.", examples=["Looks after own customers."])
    default: bool = Field(
        description="Whether everybody with the right to assign roles may hand it out, or only those who hold it."
    )
    permissions: dict[str, str] = Field(
        description="Permission → reach: `own`, `team`, `subtree` or `all`.",
        examples=[{"customers:read": "own"}],
    )
    fields: dict[str, dict[str, str]] = Field(
        description="Resource → field → `read_only`, `masked` or `hidden`; other fields are not restricted.",
        examples=[{"customers": {"tax_id": "masked"}}],
    )


class RoleList(Schema):
    """All roles."""

    data: list[RoleRead] = Field(description="The roles there are.")

"""Bodies and answers of signing in."""

from typing import Annotated

from pydantic import Field, StringConstraints

from crm_api.identity.credentials.schemas import Password
from crm_api.kit.schemas import Schema


class Credentials(Schema):
    """E-mail and password; the company only when the person belongs to several."""

    email: Annotated[str, StringConstraints(max_length=254)] = Field(
        description="E-mail address.", examples=["admin@example.com"]
    )
    password: Password = Field(description="Password.", examples=["correct horse battery staple"])
    tenant: str | None = Field(
        None, max_length=63, description="Slug of the company, when there are several.", examples=["acme"]
    )
    device_token: str | None = Field(
        None,
        max_length=100,
        description="The `device_token` of an earlier sign-in from this device, so that failed guesses of others never "
        "keep you out.",
    )


class PasswordForm(Schema):
    """The OAuth2 password grant (RFC 6749 §4.3)."""

    grant_type: str | None = Field(None, description="`password`.", max_length=20, examples=["password"])
    username: Annotated[str, StringConstraints(max_length=254)] = Field(
        description="E-mail address.", examples=["admin@example.com"]
    )
    password: Password = Field(description="Password.", examples=["correct horse battery staple"])
    scope: str | None = Field(None, description="Not used: permissions come from roles.", max_length=2000)
    client_id: str | None = Field(
        None, description="Slug of the company, when there are several.", max_length=63
    )
    client_secret: str | None = Field(None, description="Not used.", max_length=200)

    def credentials(self) -> Credentials:
        """The same as a JSON body says it."""
        return Credentials(email=self.username, password=self.password, tenant=self.client_id or None)


class Refresh(Schema):
    """The refresh token of the last answer."""

    refresh_token: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="It works once; the answer holds the next.", examples=["crm_rt_…"]
    )


class Tokens(Schema):
    """What a session is carried on with."""

    access_token: str = Field(description="Send as `Authorization: Bearer …`.", examples=["eyJhbGciOi…"])
    refresh_token: str = Field(
        description="Exchange at `/auth/refresh` before or after the access token expires.",
        examples=["crm_rt_…"],
    )
    token_type: str = Field(description="Always `bearer`.", examples=["bearer"])
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[600])
    device_token: str | None = Field(
        description="Keep it and send it with the next sign-in from this device; it opens nothing. Null on a refresh.",
        examples=["01930b2e-6f00-7000-8000-000000000001.9f86d081884c7d659a2feaa0c55ad015"],
    )


class TenantRef(Schema):
    """The company a session is in."""

    id: str = Field(description="Id of the company.")
    name: str = Field(description="Its name.", examples=["上海智达科技有限公司"])
    slug: str = Field(description="Its name in a login form.", examples=["zhida"])
    currency: str = Field(description="ISO 4217 currency of new amounts.", examples=["CNY"])
    time_zone: str = Field(description="IANA time zone of its days.", examples=["Asia/Shanghai"])


class Me(Schema):
    """Who the caller is and what they may do."""

    id: str = Field(description="Id of the principal; for people also the user id.")
    kind: str = Field(description="`user` or `api_key`.", examples=["user"])
    name: str | None = Field(description="Name of the person; null for an API key.", examples=["李娜"])
    email: str | None = Field(
        description="E-mail address; null for an API key.", examples=["li.na@zhida.example"]
    )
    team_id: str | None = Field(description="Primary team.")
    roles: list[str] = Field(description="Role keys.", examples=[["account_manager"]])
    permissions: dict[str, str] = Field(
        description="Permission → reach (`own`, `team`, `subtree`, `all`), the widest of all roles.",
        examples=[{"customers:read": "own", "customers:create": "own"}],
    )
    tenant: TenantRef | None = Field(description="The company; null for an API key.")

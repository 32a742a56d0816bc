"""Signing in, carrying on, signing out."""

from datetime import timedelta
from typing import Any

from crm_api.identity.auth import errors as errors
from crm_api.identity.auth.models import RefreshToken, Session
from crm_api.identity.auth.opaque import SecretKind, digest, make_secret, tenant_of
from crm_api.identity.auth.passwords import verify_password
from crm_api.identity.auth.principals import Authentication
from crm_api.identity.auth.repository import AuthRepository
from crm_api.kit import clock
from crm_api.kit.errors import Conflict, Problem, Unauthenticated
from crm_api.kit.principal import Principal
from crm_api.kit.text import fold_email
from crm_api.kit.uow import PublicUnit, UnitOfWork

ACCESS_SECONDS, SESSION_DAYS = 600, 30


class AuthService:
    """Refusals that must leave a trace are returned, so that the edge commits them."""

    def __init__(self, uow: UnitOfWork, authentication: Authentication) -> None:
        self.uow = uow
        self._authentication = authentication
        self._repository = AuthRepository(uow)

    async def login(self, unit: PublicUnit, email: str, password: str, tenant: str | None) -> dict[str, Any]:
        """Tokens for e-mail and password; a person in several companies names one of them."""
        login = await self._repository.login(fold_email(email) or "")
        verdict = await verify_password(login["password_hash"] if login else None, password)
        if not verdict.ok or login is None:
            raise Unauthenticated("invalid_credentials")
        if verdict.new_hash:
            await self._repository.set_password(login["id"], verdict.new_hash)
        companies = await self._repository.memberships(login["id"])
        wanted = [row for row in companies if tenant is None or row["slug"] == tenant]
        if len(wanted) > 1:
            raise Conflict(
                "tenant_required", extra={"tenants": [{"slug": r["slug"], "name": r["name"]} for r in wanted]}
            )
        if not wanted:
            raise Unauthenticated("invalid_credentials")
        await unit.enter(Principal(wanted[0]["tenant_id"], wanted[0]["user_id"]))
        if await self._repository.facts() is None:
            raise Unauthenticated("invalid_credentials")
        return await self._open_session()

    async def refresh(self, unit: PublicUnit, token: str) -> dict[str, Any] | Problem:
        """The next pair of tokens; a token that was used before ends its whole session."""
        tenant = tenant_of(SecretKind.REFRESH_TOKEN, token)
        if tenant is None:
            raise Unauthenticated("invalid_token")
        await unit.enter(Principal(tenant, tenant))
        hashed, at = digest(token, self._authentication.pepper), clock.now()
        session = await self._repository.session_of(hashed)
        if session is None or session["revoked_at"] is not None or session["expires_at"] <= at:
            raise Unauthenticated("invalid_token")
        if await self._repository.use_token(hashed, at) is None:
            await self._repository.end_session(session["id"], at)
            return Unauthenticated("refresh_reused")
        await unit.enter(Principal(tenant, session["principal_id"]))
        if await self._repository.facts() is None:
            raise Unauthenticated("invalid_token")
        return await self._tokens(session["id"])

    async def logout(self) -> None:
        """End the session the access token belongs to."""
        if self.uow.principal.session_id is not None:
            await self._repository.end_session(self.uow.principal.session_id, clock.now())

    async def me(self) -> dict[str, Any]:
        """The caller, in their own words."""
        principal = self.uow.principal
        facts = await self._repository.facts() if principal.kind == "user" else None
        company = ("slug", "currency", "time_zone")
        return {
            "id": principal.id,
            "kind": principal.kind,
            "name": facts and facts["name"],
            "email": facts and facts["email"],
            "team_id": principal.team_id,
            "roles": list(principal.roles),
            "permissions": {str(p): reach.name.lower() for p, reach in sorted(principal.reaches.items())},
            "tenant": facts
            and {"id": principal.tenant_id, "name": facts["tenant_name"], **{k: facts[k] for k in company}},
        }

    async def _open_session(self) -> dict[str, Any]:
        at = clock.now()
        principal = self.uow.principal
        session = Session.new(
            tenant_id=principal.tenant_id,
            principal_id=principal.id,
            created_at=at,
            expires_at=at + timedelta(days=SESSION_DAYS),
        )
        await self._repository.open_session(session)
        return await self._tokens(session.id)

    async def _tokens(self, session_id: str) -> dict[str, Any]:
        principal = self.uow.principal
        refresh = make_secret(SecretKind.REFRESH_TOKEN, principal.tenant_id)
        await self._repository.add_token(
            RefreshToken.new(
                tenant_id=principal.tenant_id,
                session_id=session_id,
                digest=digest(refresh, self._authentication.pepper),
                created_at=clock.now(),
            )
        )
        access = self._authentication.keys.sign(
            subject=principal.id,
            tenant=principal.tenant_id,
            session=session_id,
            lifetime_seconds=ACCESS_SECONDS,
        )
        return {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
        }

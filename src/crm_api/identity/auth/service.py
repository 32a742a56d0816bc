"""Signing in, carrying on, signing out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from crm_api.identity.access_log.log import Access, recorded
from crm_api.identity.access_log.models import AccessKind
from crm_api.identity.auth.errors import TenantRequired
from crm_api.identity.auth.guessing import Guessing
from crm_api.identity.auth.principals import Authentication
from crm_api.identity.auth.repository import AuthRepository
from crm_api.identity.auth.schemas import Credentials
from crm_api.identity.credentials.models import RefreshToken, Session
from crm_api.identity.credentials.opaque import SecretKind, digest, make_secret, tenant_of
from crm_api.identity.credentials.passwords import verify_password
from crm_api.identity.credentials.repository import CredentialRepository
from crm_api.identity.users.models import UserStatus
from crm_api.identity.users.service import UserService
from crm_api.kit import clock
from crm_api.kit.errors import Problem, Unauthenticated
from crm_api.kit.principal import Principal
from crm_api.kit.uow import PublicUnit, UnitOfWork
from crm_api.text import fold_email

ACCESS_SECONDS, SESSION_DAYS = 600, 30


class AuthService:
    """Refusals that must leave a trace are returned, so that the edge commits them."""

    def __init__(self, uow: UnitOfWork, authentication: Authentication, guessing: Guessing) -> None:
        self.uow = uow
        self._authentication = authentication
        self._guessing = guessing
        self._repository = AuthRepository(uow)
        self._credentials = CredentialRepository(uow)

    async def login(self, unit: PublicUnit, given: Credentials, address: str) -> dict[str, Any]:
        """Tokens for e-mail and password; a person in several companies names one of them."""
        guess = await self._guessing.attempt(given.email, address, given.device_token)
        login = await self._credentials.login(fold_email(given.email) or "")
        verdict = await verify_password(login["password_hash"] if login else None, given.password)
        if not verdict.ok or login is None:
            await self._note_failure(given.email, login)
            raise Unauthenticated("invalid_credentials")
        await self._guessing.was_right(guess)
        if verdict.new_hash:
            await self._credentials.set_password(login["id"], verdict.new_hash)
        companies = [
            company
            for company in await self._credentials.memberships(login["id"])
            if given.tenant in (None, company["slug"]) and await self._standing(unit, company)
        ]
        if not companies:
            await self._note_failure(given.email, login)
            raise Unauthenticated("invalid_credentials")
        if len(companies) > 1:
            raise TenantRequired(companies)
        if await self._standing(unit, companies[0]) == UserStatus.INVITED:
            await UserService(unit).accept(companies[0]["user_id"])
        return await self._open_session() | {"device_token": self._guessing.device_token(given.email)}

    async def refresh(self, unit: PublicUnit, token: str) -> dict[str, Any] | Problem:
        """The next pair of tokens; a token that was used before ends its whole session."""
        tenant = tenant_of(SecretKind.REFRESH_TOKEN, token)
        if tenant is None:
            raise Unauthenticated("invalid_token")
        await unit.enter(Principal(tenant, tenant))
        hashed, at = digest(token, self._authentication.pepper), clock.now()
        session = await self._credentials.session_of(hashed)
        if session is None or session["revoked_at"] is not None or session["expires_at"] <= at:
            raise Unauthenticated("invalid_token")
        if await self._credentials.use_token(hashed, at) is None:
            await self._credentials.end_session(session["id"], at)
            return Unauthenticated("refresh_reused")
        await unit.enter(Principal(tenant, session["principal_id"]))
        if await self._repository.facts() is None:
            raise Unauthenticated("invalid_token")
        return await self._tokens(session["id"])

    async def logout(self) -> None:
        """End the session the access token belongs to."""
        if self.uow.principal.session_id is not None:
            await self._credentials.end_session(self.uow.principal.session_id, clock.now())

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

    async def _standing(self, unit: PublicUnit, company: Mapping[str, Any]) -> Any:
        """Enter a company as the person's user there; their status, or None when they are barred."""
        await unit.enter(Principal(company["tenant_id"], company["user_id"]))
        facts = await self._repository.facts()
        return facts["status"] if facts else None

    async def _note_failure(self, email: str, login: Any) -> None:
        """A failed sign-in is on record in every company of the person, or as one of nobody."""
        origin, operation = self.uow.origin, "auth_login"
        if login is None:
            hidden = {"email_digest": digest(fold_email(email) or email, self._authentication.pepper)}
            self.uow.noted.append(
                Access("", AccessKind.LOGIN_FAILED, operation, details=hidden, origin=origin)
            )
        else:
            self.uow.noted += [
                Access(
                    company["tenant_id"],
                    AccessKind.LOGIN_FAILED,
                    operation,
                    actor_id=company["user_id"],
                    origin=origin,
                )
                for company in await self._credentials.memberships(login["id"])
            ]

    async def _open_session(self) -> dict[str, Any]:
        at = clock.now()
        principal = self.uow.principal
        self.uow.add(recorded(self.uow, AccessKind.LOGIN, "auth_login", None, {}))
        session = Session.new(
            tenant_id=principal.tenant_id,
            principal_id=principal.id,
            created_at=at,
            expires_at=at + timedelta(days=SESSION_DAYS),
        )
        await self._credentials.open_session(session)
        return await self._tokens(session.id)

    async def _tokens(self, session_id: str) -> dict[str, Any]:
        principal = self.uow.principal
        refresh = make_secret(SecretKind.REFRESH_TOKEN, principal.tenant_id)
        await self._credentials.add_token(
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
            "device_token": None,
        }

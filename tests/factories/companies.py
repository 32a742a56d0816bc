"""Companies and the people in them, as tests meet them: over HTTP, with really signed tokens."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from crm_api.identity.credentials.models import Session
from crm_api.identity.credentials.repository import CredentialRepository
from crm_api.identity.provisioning.service import create_tenant
from crm_api.kit import clock
from crm_api.kit.principal import Principal
from crm_api.kit.uow import PublicUnit, UnitOfWork

PASSWORD = "a long enough passphrase"


def fresh_word() -> str:
    """A word that was never used, in which no word or number that a test searches for comes up by chance."""
    return "".join(secrets.choice("vw") for _ in range(48))


def row_version(row: str) -> str:
    """SQL for a number that no other version of a row has: to read rows as text, and sort them, costs six times as much."""
    return f"hash_record_extended(ROW({row}.tableoid, {row}.ctid, {row}.xmin), 0)"


@dataclass(frozen=True)
class Served:
    """The running application."""

    app: FastAPI
    transport: httpx.ASGITransport

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client of the API; without a token, nobody."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(transport=self.transport, base_url="http://crm.test/api/v1", headers=headers)

    @property
    def pool(self) -> Any:
        return self.app.state.edge.pool


@dataclass(frozen=True)
class Actor:
    """Somebody who can act: their id and their client."""

    id: str
    http: httpx.AsyncClient
    token: str
    team_id: str | None = None

    async def create(self, path: str, **body: Any) -> dict[str, Any]:
        """POST that must succeed."""
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@dataclass
class Company:
    """A tenant."""

    served: Served
    tenant_id: str
    slug: str
    email: str
    owner: Actor
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def sign_in(self, user_id: str, team_id: str | None = None) -> Actor:
        """A session of a user, as a login makes it but without the password."""
        at = clock.now()
        unit = UnitOfWork(self.served.pool, Principal(self.tenant_id, user_id))
        session = Session.new(
            tenant_id=self.tenant_id, principal_id=user_id, created_at=at, expires_at=at + timedelta(hours=1)
        )
        try:
            await CredentialRepository(unit).open_session(session)
            await unit.commit()
        finally:
            await unit.close()
        token = self.served.app.state.authentication.keys.sign(
            subject=user_id, tenant=self.tenant_id, session=session.id, lifetime_seconds=600
        )
        return Actor(user_id, self.client(token), token, team_id)

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client that is closed with the company."""
        client = self.served.client(token)
        self._clients.append(client)
        return client

    async def team(self, name: str = "Sales", parent_id: str | None = None) -> str:
        """A team's id."""
        return (await self.owner.create("/teams", name=name, parent_id=parent_id))["id"]

    async def user(self, *roles: str, team_id: str | None = None, name: str = "Some User") -> Actor:
        """A user with roles, signed in."""
        email = f"{fresh_word()}@example.com"
        made = await self.owner.create(
            "/users", email=email, name=name, team_id=team_id, roles=list(roles), password=PASSWORD
        )
        return await self.sign_in(made["id"], team_id)

    async def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of the tenant as the database holds them, to prove that nothing changed."""
        async with self.served.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL app.tenant_id = '{self.tenant_id}'")
            # texts and ids are compared there, ids by their index: what is kept of other records need not travel
            texts = {key: value for key, value in where.items() if isinstance(value, str)}
            tests = [
                f"{key} = ${place}" if key.endswith("id") else f"{key}::text = ${place}"
                for place, key in enumerate(texts, 1)
            ]
            held = " AND ".join(tests) or "true"
            statement = f"SELECT * FROM {table} WHERE {held} ORDER BY 1, 2"
            found = [dict(row) for row in await connection.fetch(statement, *texts.values())]
        return [row for row in found if all(str(row[key]) == str(value) for key, value in where.items())]

    async def digest(self, *tables: str) -> str:
        """One text for all rows of the tables: equal when nothing was written, not even the same values."""
        texts = [f"SELECT coalesce(sum({row_version('r')})::text, '') FROM {table} r" for table in tables]
        async with self.served.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL app.tenant_id = '{self.tenant_id}'")
            found: str = await connection.fetchval(
                f"SELECT concat_ws(' ', {', '.join(f'({text})' for text in texts)})"
            )
        return found

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


async def found_company(served: Served) -> Company:
    """A new tenant with its first administrator signed in."""
    slug = f"t-{fresh_word()}"
    email = f"{slug}@example.com"
    unit = PublicUnit(served.pool)
    try:
        made = await create_tenant(unit, name=slug, slug=slug, email=email, password=PASSWORD)
        await unit.commit()
    finally:
        await unit.close()
    company = Company(served, made.tenant_id, slug, email, owner=None)  # type: ignore[arg-type]
    company.owner = await company.sign_in(made.user_id)
    return company

"""Tenants and users made from outside: the first at the first start, later ones by the operator."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.orm import configure_mappers

from crm_api import wiring
from crm_api.identity.provisioning.service import CreatedTenant, create_tenant
from crm_api.kit.conflicts import database_problem
from crm_api.kit.database import open_pool
from crm_api.kit.uow import PublicUnit
from crm_api.server.locking import exclusively
from crm_api.server.migrating import connected
from crm_api.settings import Settings

PASSWORD_BYTES = 18
Founding = Callable[[str, str], Awaitable[None]]

assert wiring


@dataclass(frozen=True, slots=True)
class FirstTenant:
    """`password` is set only when it was made here; it is stored nowhere in clear."""

    email: str
    password: str | None


async def bootstrap(settings: Settings, found: Founding | None = None) -> FirstTenant | None:
    """Make the first tenant and its administrator when nobody can log in yet; None when somebody can.

    However many processes start at the same time, one of them makes it. `found(email, password)` makes another first
    tenant than the one of the settings.
    """
    wanted = settings.bootstrap
    async with connected(settings.app_dsn) as connection, exclusively(connection, "crm bootstrap"):
        if await connection.fetchval("SELECT EXISTS (SELECT FROM logins)"):
            return None
        made = None if wanted.password else secrets.token_urlsafe(PASSWORD_BYTES)
        password = made or (wanted.password.get_secret_value() if wanted.password else "")
        if found:
            await found(wanted.email, password)
        else:
            await new_tenant(settings, name=wanted.tenant, email=wanted.email, password=password)
        return FirstTenant(wanted.email, made)


async def new_tenant(
    settings: Settings, *, name: str, email: str, password: str, slug: str | None = None
) -> CreatedTenant:
    """A tenant with its administrator, or nothing at all; locale, currency and time zone as configured."""
    defaults = settings.bootstrap
    async with outside_unit(settings) as unit:
        return await create_tenant(
            unit,
            name=name,
            slug=slug or slug_of(name),
            email=email,
            password=password,
            locale=defaults.locale,
            currency=defaults.currency,
            time_zone=defaults.time_zone,
        )


@asynccontextmanager
async def outside_unit(settings: Settings) -> AsyncIterator[PublicUnit]:
    """A unit of work that belongs to no request: the command is its edge, and commits if all went well."""
    configure_mappers()
    pool = await open_pool(settings.app_dsn, size=1)
    try:
        unit = PublicUnit(pool)
        try:
            yield unit
            await unit.commit()
        except asyncpg.PostgresError as error:
            raise database_problem(error) or error from error
        finally:
            await unit.close()
    finally:
        await pool.close()


def slug_of(name: str) -> str:
    """The name in lower-case Latin letters and digits with hyphens; a random one when it has none."""
    return (
        re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].strip("-")
        or f"tenant-{secrets.token_hex(4)}"
    )

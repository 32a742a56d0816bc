"""Proving the audit trail of one tenant, or of all."""

from sqlalchemy.orm import configure_mappers

from crm_api import wiring
from crm_api.integrations.audit.verifying import Proof, verify
from crm_api.kit.database import open_pool
from crm_api.server.migrating import connected
from crm_api.settings import CannotStart, Settings

assert wiring


async def verify_tenants(settings: Settings, slug: str | None) -> list[tuple[str, Proof]]:
    """The proofs of both logs of each tenant, by its slug."""
    configure_mappers()
    async with connected(settings.app_dsn) as connection:
        query = "SELECT id::text, slug FROM tenants WHERE $1::text IS NULL OR slug = $1 ORDER BY slug"
        found = await connection.fetch(query, slug)
    if slug is not None and not found:
        raise CannotStart(f"There is no tenant {slug!r}.")
    pool = await open_pool(settings.app_dsn, size=1)
    try:
        return [(row["slug"], proof) for row in found for proof in await verify(pool, row["id"])]
    finally:
        await pool.close()

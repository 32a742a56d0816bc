"""How PostgreSQL runs what the search functions hold, as the role they run as, among a few thousand documents."""

import re

import asyncpg

from crm_api.kit.ids import new_id
from tests.database import ROLES

FILL = """
INSERT INTO search_documents (tenant_id, id, resource, title, grams, sensitive_grams)
SELECT $1::uuid, gen_random_uuid(), 'customers', n::text,
    ARRAY['公司', 'name', n::text, '~' || n::text] || ARRAY(SELECT 'word' || n + i FROM generate_series(1, 60) i), '{}'
FROM generate_series(1, 3000) n
"""
BODY = "SELECT prosrc FROM pg_proc WHERE proname = $1"
ARGUMENTS = {
    "crm_search": {
        "wanted_resource": "'customers'",
        "wanted": "('{17}'::text[])",
        "sensitive": "true",
        "most": "1000",
        "typed": "'17'",
    },
    "crm_search_similar": {
        "wanted_resource": "'customers'",
        "clauses": "('{~17|~18}'::text[])",
        "sensitive": "true",
        "most": "1000",
    },
}


async def search_plan(admin_dsn: str, function: str) -> str:
    """The plan of the function's own statement, in a transaction that is rolled back."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute("BEGIN")
        for _ in range(2):
            tenant = new_id()
            await connection.execute(FILL, tenant)
        body = await connection.fetchval(BODY, function)
        for name, value in ARGUMENTS[function].items():
            body = re.sub(rf"\b{name}\b", value, body)
        await connection.execute("SELECT gin_clean_pending_list('search_documents_grams_idx')")
        await connection.execute(f"ANALYZE search_documents; SET LOCAL ROLE {ROLES.search}")
        await connection.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {body}"))
    finally:
        await connection.close()

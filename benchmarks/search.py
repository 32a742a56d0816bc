"""How fast one search over everything is, beside the same query written by hand for customers alone.

    uv run python benchmarks/search.py [--rows 100000] [--data DIR]

In process, one request at a time, as three people of a company with a document for every customer: one who sees all,
a supervisor of a region, one who sees own customers. By hand: asyncpg, one statement with the words worked out before.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import orjson
from fastapi import FastAPI
from stage import WITHIN, Cast, arguments, prepared

from crm_api.kit.searching import misspellings, phrase, similar_clauses
from crm_api.main import create_app
from crm_api.settings import Settings
from crm_api.text import grams, query_grams

HAN = "上海北京广州深圳智达云图海川恒信博远新科汇通华腾宏远明德嘉禾天润瑞丰中源联创星辰"
WORDS = (
    "north harbor silver maple summit granite cobalt meadow falcon orchid beacon timber canyon velvet".split()
)
RARE_HAN, RARE_WORD, RARE_PHONE = "鲲鹏", "zephyrine", "86219876"
ASKED = {
    "2 characters, rare": RARE_HAN,
    "2 characters, everywhere": "公司",
    "prefix, rare": RARE_WORD[:6],
    "prefix, everywhere": "tech",
    "typo": "zephirine",
    "chinese typo": "上海鲲鹏未来科枝",
    "phone tail": RARE_PHONE[-6:],
    "e-mail": "info77@example.com",
    "nothing": "qqqqqqq",
}
DOCUMENT = (
    "INSERT INTO search_documents (tenant_id, id, resource, title, grams, sensitive_grams)"
    " VALUES ($1, $2, 'customers', $3, $4, $5)"
)
BY_HAND = """
SELECT c.id::text, c.name, c.code, c.phones::text, c.updated_at::text FROM {found} h
JOIN customers c ON c.id = h.record_id
WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND {within} ORDER BY h.fit, c.updated_at DESC, c.id DESC LIMIT 21
"""


async def fill(settings: Settings, cast: Cast) -> None:
    """A name and a document for every customer, committed as an import would."""
    chance = random.Random(1)
    connection = await asyncpg.connect(settings.admin_dsn)
    try:
        if await connection.fetchval(
            "SELECT count(*) FROM search_documents WHERE tenant_id = $1", cast.tenant
        ):
            return
        ids = [
            r[0] for r in await connection.fetch("SELECT id FROM customers WHERE tenant_id = $1", cast.tenant)
        ]
        print(f"Writing {len(ids):,} documents …", flush=True)
        names, documents = [], []
        for number, found in enumerate(ids):
            name = (
                "".join(chance.choices(HAN, k=6))
                + "科技有限公司 "
                + " ".join(chance.sample(WORDS, 2))
                + " Technology"
            )
            phone = f"+86 21 5{chance.randrange(10**7):07}"
            if number in (7, len(ids) // 2):
                name, phone = f"上海{RARE_HAN}未来科技 {RARE_WORD}", f"+86 21 {RARE_PHONE}"
            names.append(name)
            words = sorted(grams(name, f"C{number}", "https://example.com") | misspellings(name))
            closed = sorted(grams(phone, f"info{number}@example.com"))
            documents.append((cast.tenant, found, phrase(name), words, closed))
        began = time.perf_counter()
        await connection.executemany(DOCUMENT, documents)
        print(f"… {len(ids) / (time.perf_counter() - began):,.0f} documents/s")
        await connection.execute(
            "UPDATE customers c SET name = n.name FROM unnest($2::uuid[], $3::text[]) n(id, name)"
            " WHERE c.tenant_id = $1 AND c.id = n.id",
            cast.tenant, ids, names,
        )  # fmt: skip
        await connection.execute("VACUUM ANALYZE search_documents")
        await connection.execute("VACUUM ANALYZE customers")
    finally:
        await connection.close()


async def milliseconds(call: Callable[[], Awaitable[Any]], seconds: float) -> float:
    """The median of as many calls as fit, after a few that do not count."""
    for _ in range(7):  # PostgreSQL settles on a plan at the sixth
        await call()
    took, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(took) < 5:
        began = time.perf_counter()
        await call()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def by_hand(
    pool: "asyncpg.Pool[asyncpg.Record]", cast: Cast, who: str, person: str, q: str, *, similar: bool
) -> Any:
    found = (
        "crm_search_similar('customers', $2, true, 1000)"
        if similar
        else "crm_search('customers', $2, true, $3, 2000000000)"
    )
    sql = BY_HAND.format(found=found, within=WITHIN[who].replace("$2", f"'{person}'"))
    values = [cast.tenant, similar_clauses(q)] if similar else [cast.tenant, query_grams(q), phrase(q)]

    async def call() -> bytes:
        async with pool.acquire() as connection:
            await connection.execute(f"BEGIN; SET LOCAL app.tenant_id = '{cast.tenant}'")
            rows = await connection.fetch(sql, *values)
            await connection.execute("COMMIT")
            return orjson.dumps([dict(row) for row in rows])

    return call


async def measure(settings: Settings, big: Cast, small: Cast, seconds: float) -> None:
    for cast in (big, small):
        await fill(settings, cast)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        print(f"\nmedian ms (by hand)\n{'':28}{'all':>18}{'subtree':>18}{'own':>18}")
        for label, q in ASKED.items():
            print(f"{label:28}", end="", flush=True)
            for who in ("all", "subtree", "own"):
                mine, hand = await compared(app, big, who, q, seconds)
                print(f"{mine:9.2f} ({hand:6.2f})", end="", flush=True)
            print()


async def compared(app: FastAPI, cast: Cast, who: str, q: str, seconds: float) -> tuple[float, float]:
    """Median milliseconds of the API and of the hand-written query."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://crm.test/api/v1",
        headers={"Authorization": f"Bearer {cast.tokens[who]}"},
    ) as http:

        async def ours() -> list[dict[str, Any]]:
            answer = await http.get("/search", params={"q": q, "types": "customers"})
            assert answer.status_code == 200, answer.text
            return list(answer.json()["data"])

        found = await ours()
        similar = bool(similar_clauses(q)) and (not found or found[0]["match"] == "similar")
        me = (await http.get("/auth/me")).json()["id"]
        theirs = by_hand(app.state.edge.pool, cast, who, me, q, similar=similar)
        return await milliseconds(ours, seconds), await milliseconds(theirs, seconds)


if __name__ == "__main__":
    options = arguments(__doc__ or "", rows=100_000)
    with prepared(options.data, options.rows) as (settings, big, small):
        asyncio.run(measure(settings, big, small, options.seconds))

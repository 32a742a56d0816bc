"""A file of customers through `/imports`, beside a bare batched INSERT of the same rows under row security in the same run.

    uv run python benchmarks/import.py [--rows N] [--data DIR]

The bare side writes the rows that make a record whole: the customer, its event, the period of its owner, its key in
another system, the words it is found by. It checks nothing and keeps no ledger, and nothing gets its place in the feed
and the chain. Customers alone are told too. Besides rows a second: the memory of the worker, its progress, and what the
API answers meanwhile.
"""

import asyncio
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from stage import Cast, arguments, free_port, prepared, worker

from crm_api.settings import Settings

BATCH, IDLE_SECONDS = 1_000, 10.0
PORT = free_port()
API = f"http://127.0.0.1:{PORT}/api/v1"
# What the import writes of each customer, and the column that names the customer.
TABLES = {
    "customers": "id",
    "events": "record_id",
    "ownership_periods": "record_id",
    "external_ids": "record_id",
    "search_documents": "id",
}
HEADER = ["name", "code", "phones", "emails", "region", "address", "level", "external_id"]


def write_file(path: Path, rows: int) -> None:
    """A million rows have to stay below the 100 MB of an upload."""
    chance = random.Random(11)
    places, words = (
        ["上海", "北京", "深圳", "杭州", "成都"],
        ["智达", "云帆", "远景", "华信", "联创", "博远", "鼎新"],
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        for i in range(rows):
            place = chance.choice(places)
            chinese = f"{place}{chance.choice(words)}{chance.choice(words)}科技有限公司"
            name = chinese if i % 2 else f"Acme {chance.randrange(10**6)} Ltd"
            phone = f"138{i % 10**8:08d}"
            out.writerow(
                [
                    name,
                    f"I{i}",
                    phone,
                    f"i{i}@c{i % 997}.cn",
                    place,
                    f"{place}路{i}号",
                    "A",
                    f"k{i}",
                ]
            )


async def main_async(settings: Settings, big: Cast, small: Cast, rows: int) -> None:
    headers = {"Authorization": f"Bearer {big.tokens['all']}"}
    limits = httpx.Timeout(120)
    async with httpx.AsyncClient(base_url=API, headers=headers, timeout=limits) as http:
        idle = await p99(http, asyncio.create_task(asyncio.sleep(IDLE_SECONDS)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "customers.csv"
            write_file(path, rows)
            with path.open("rb") as file:
                made = (
                    await http.post(f"{API}/imports", files={"file": file}, data={"resource": "customers"})
                ).json()
        changed = await http.patch(f"{API}/imports/{made['id']}", json={"source": "bench"})
        assert changed.status_code == 200, changed.text
        began = time.perf_counter()
        started = await http.post(f"{API}/imports/{made['id']}/commit")
        assert started.status_code == 202, started.text
        busy = await p99(http, asyncio.create_task(finished(http, made["id"])))
        seconds = time.perf_counter() - began
        done = (await http.get(f"{API}/imports/{made['id']}")).json()
    assert done["counts"] == {"created": rows}, done["counts"]
    bare = await by_hand(settings, big, small)
    alone, whole = bare["customers"], sum(bare.values())
    print(f"import      {rows / seconds:10,.0f} rows/s")
    print(f"bare INSERT {rows / whole:10,.0f} rows/s of the same rows: {', '.join(TABLES)}")
    print(f"ratio       {whole / seconds:10.2f}   (at least 0.35)")
    print(f"bare INSERT {rows / alone:10,.0f} rows/s of customers alone: {alone / seconds:.2f}")
    print(
        f"API p99     {idle * 1000:10.1f} ms idle, {busy * 1000:.1f} ms meanwhile: {busy / idle:.1f} x   (at most 2)"
    )


async def finished(http: httpx.AsyncClient, import_id: str) -> None:
    while True:
        await asyncio.sleep(1)
        found = (await http.get(f"{API}/imports/{import_id}")).json()
        print(f"  {found['status']} {found['counts']}", end="\r", file=sys.stderr, flush=True)
        if found["status"] != "importing":
            return


async def p99(http: httpx.AsyncClient, until: "asyncio.Task[Any]") -> float:
    """Of a page of customers, two requests at a time, until something else has ended."""
    times: list[float] = []

    async def ask() -> None:
        while not until.done():
            began = time.perf_counter()
            (await http.get(f"{API}/customers?limit=50")).raise_for_status()
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)

    await asyncio.gather(ask(), ask(), until)
    return sorted(times)[int(len(times) * 0.99)]


async def by_hand(settings: Settings, big: Cast, small: Cast) -> dict[str, float]:
    """Table → seconds of the INSERTs alone."""
    reader = await asyncpg.connect(settings.admin_dsn)
    writer = await asyncpg.connect(settings.app_dsn)
    try:
        owner = await reader.fetchrow(
            "SELECT id, team_id FROM users WHERE tenant_id = $1 AND team_id IS NOT NULL LIMIT 1", small.tenant
        )
        changed = {"tenant_id": small.tenant, "owner_id": owner["id"], "team_id": owner["team_id"]}
        changed["actor_id"] = owner["id"]
        return {table: await inserted(reader, writer, table, big.tenant, changed) for table in TABLES}
    finally:
        await reader.close()
        await writer.close()


async def inserted(reader: Any, writer: Any, table: str, tenant: str, changed: Mapping[str, Any]) -> float:
    """Seconds to write the rows that the import has made in a table once more, as another company's."""
    names = [
        row[0]
        for row in await reader.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            table,
        )
    ]
    marks = ", ".join(f"${i}" for i in range(1, len(names) + 1))
    insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
    ours = "SELECT id FROM customers WHERE tenant_id = $1 AND code LIKE 'I%'"
    query = f"SELECT {', '.join(names)} FROM {table} WHERE tenant_id = $1 AND {TABLES[table]} IN ({ours})"
    seconds = 0.0
    async with reader.transaction():
        cursor = await reader.cursor(query, tenant)
        while batch := await cursor.fetch(BATCH):
            values = [[changed.get(name, row[name]) for name in names] for row in batch]
            began = time.perf_counter()
            async with writer.transaction():
                await writer.execute(f"SET LOCAL app.tenant_id = '{changed['tenant_id']}'")
                await writer.executemany(insert, values)
            seconds += time.perf_counter() - began
    return seconds


def peak_memory(process: "subprocess.Popen[bytes]") -> str:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(f"{int(line.split()[1]) / 1024:.0f} MB" for line in lines if line.startswith("VmHWM"))


def main() -> None:
    options = arguments(__doc__.splitlines()[0], rows=100_000)
    with prepared(options.data, 10_000) as (settings, big, small), worker(settings, PORT):
        environment = {**os.environ, **settings.worker_environment(), "CRM_LOG_LEVEL": "error"}
        environment["CRM_DATA_DIR"] = str(settings.data_dir)
        work = subprocess.Popen(
            [sys.executable, "-m", "crm_api.worker"], env=environment, stdin=subprocess.PIPE
        )
        try:
            asyncio.run(main_async(settings, big, small, options.rows))
            print(f"worker      {peak_memory(work):>10} at most   (at most 300 MB)")
        finally:
            work.terminate()
            work.communicate(timeout=20)


if __name__ == "__main__":
    main()

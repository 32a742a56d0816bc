"""The stage of every benchmark: an embedded server, one big and one small company, one worker process, one load client.

The big company: 200 owners in a tree of 50 teams, 1,000,000 customers (or `--rows`), and one old team whose few
customers are the oldest of all. The data directory can be kept (`--data DIR`) and is then filled once.
"""

import argparse
import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from crm_api.identity.auth.tokens import TokenKeys
from crm_api.kit.ids import new_id
from crm_api.main import create_app
from crm_api.server.database import open_database, prepare
from crm_api.settings import Settings

TEAMS, OWNERS, SPARSE_ROWS = 50, 200, 40
CONNECTIONS = 16
_BELOW = (
    "c.team_id IN (SELECT t.id FROM teams t JOIN users u ON u.tenant_id = t.tenant_id AND u.team_id = ANY(t.path)"
    " WHERE t.tenant_id = $1 AND u.id = $2)"
)
WITHIN = {"own": "c.owner_id = $2", "subtree": _BELOW, "all": "true", "sparse": _BELOW}
_SESSION = (
    "INSERT INTO sessions (tenant_id, id, principal_id, created_at, expires_at)"
    " VALUES ($1, $2, $3, now(), now() + interval '1 day') RETURNING id::text"
)


@dataclass(frozen=True)
class Cast:
    """Who acts: for each reach a token, ids within it to ask for, and how many rows it covers."""

    tenant: str
    tokens: dict[str, str]
    ids: dict[str, list[str]]
    rows: dict[str, int]


def arguments(description: str, rows: int = 1_000_000) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measured round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=None, help="keep the data here")
    return parser.parse_args()


@contextmanager
def prepared(data: Path | None, rows: int) -> Iterator[tuple[Settings, Cast, Cast]]:
    """A migrated, filled database: settings, the big company, a company of 10,000 customers."""
    home = data or Path(tempfile.mkdtemp(prefix="crm-benchmark-"))
    try:
        with open_database(Settings(_env_file=None, data_dir=home, log_level="error")) as settings:
            asyncio.run(prepare(settings, print))
            yield (
                settings,
                asyncio.run(_cast(settings, "big", rows)),
                asyncio.run(_cast(settings, "small", 10_000)),
            )
    finally:
        if data is None:
            shutil.rmtree(home, ignore_errors=True)


async def _cast(settings: Settings, slug: str, rows: int) -> Cast:
    connection = await asyncpg.connect(settings.admin_dsn)
    try:
        found = await connection.fetchval("SELECT id::text FROM tenants WHERE slug = $1", slug)
        tenant = found or await _fill(connection, slug, rows)
        people = await connection.fetch("SELECT id::text, email FROM users WHERE tenant_id = $1", tenant)
        keys = TokenKeys([settings.secrets.jwt_private_key], issuer="crm-api", audience="crm-api")
        tokens, ids, covered = {}, {}, {}
        for person in people:
            name = person["email"].partition("@")[0]
            if name not in WITHIN:
                continue
            session = await connection.fetchval(_SESSION, tenant, new_id(), person["id"])
            tokens[name] = keys.sign(
                subject=person["id"], tenant=tenant, session=session, lifetime_seconds=86_000
            )
            reached = f"FROM customers c WHERE c.tenant_id = $1 AND {WITHIN[name]}"
            asked = [tenant, person["id"]] if "$2" in reached else [tenant]
            found = await connection.fetch(f"SELECT c.id::text {reached} LIMIT 500", *asked)
            ids[name] = [row[0] for row in found]
            covered[name] = await connection.fetchval(f"SELECT count(*) {reached}", *asked)
        return Cast(tenant, tokens, ids, covered)
    finally:
        await connection.close()


async def _fill(connection: asyncpg.Connection, slug: str, rows: int) -> str:
    """Straight into the tables: what is measured is reading and writing, not filling."""
    began, tenant = time.perf_counter(), new_id()
    print(f"Filling {slug} with {rows:,} customers …", flush=True)
    await connection.execute(
        "INSERT INTO tenants (id, name, slug, status, locale, time_zone, currency, setup_version, created_at)"
        " VALUES ($1, $2, $2, 'active', 'en', 'UTC', 'CNY', 0, now())",
        tenant,
        slug,
    )
    root, teams = new_id(), [new_id() for _ in range(TEAMS - 1)]
    regions = teams[:7]
    paths = {
        root: [root],
        **{t: [root, t] for t in regions},
        **{t: [root, regions[i % 7], t] for i, t in enumerate(teams[7:])},
    }
    users = [new_id() for _ in range(OWNERS)]
    names = ["own", "subtree", "all", "sparse", *(f"owner{i}" for i in range(4, OWNERS))]
    sparse = teams[-1]
    placed = [teams[7 + i % (len(teams) - 8)] for i in range(OWNERS)]
    placed[1], placed[3] = regions[0], sparse
    roles = [
        '["account_manager"]',
        '["sales_supervisor"]',
        '["executive", "company_owner"]',
        '["sales_supervisor"]',
    ]
    await connection.executemany(
        "INSERT INTO principals (tenant_id, id, kind, name) VALUES ($1, $2, 'user', $3)",
        [(tenant, u, n) for u, n in zip(users, names, strict=True)],
    )
    await connection.executemany(
        "INSERT INTO teams (tenant_id, id, name, name_sort, parent_id, path, external_ids, created_at, created_by, updated_at, updated_by, version)"
        " VALUES ($1, $2, 'team', 'team', $3, $4, '[]', now(), $5, now(), $5, 1)",
        [(tenant, t, p[-2] if len(p) > 1 else None, p, users[0]) for t, p in paths.items()],
    )
    await connection.executemany(
        "INSERT INTO users (tenant_id, id, email, name, name_sort, team_id, status, roles, external_ids, created_at, created_by, updated_at, updated_by, version)"
        " VALUES ($1, $2, $3, $4, $4, $5, 'active', $6::text::jsonb, '[]', now(), $2, now(), $2, 1)",
        [
            (tenant, u, f"{n}@example.com", n, t, roles[i] if i < 4 else roles[0])
            for i, (u, n, t) in enumerate(zip(users, names, placed, strict=True))
        ],
    )
    await connection.execute(
        _CUSTOMERS,
        tenant,
        users[4:] + users[:1],
        [*placed[4:], placed[0]],
        rows,
        users[3],
        sparse,
        SPARSE_ROWS,
    )
    await connection.execute("ANALYZE")
    await connection.execute("CHECKPOINT")
    print(f"… {time.perf_counter() - began:.0f} s", flush=True)
    return tenant


_CUSTOMERS = """
INSERT INTO customers (tenant_id, id, kind, name, name_sort, name_key, code, level, category, industry, source, region, address,
    phones, emails, website, tax_id, parent_id, lifecycle, lifecycle_entered_at, last_contact_at, next_contact_at, owner_id, team_id,
    external_ids, custom_fields, created_at, created_by, updated_at, updated_by, version, deleted_at)
SELECT $1::uuid, gen_random_uuid(), 'company', 'Customer ' || i, 'customer ' || lpad(md5(i::text), 12), 'customer ' || i, 'C' || i,
    chr(65 + i % 4), 'direct', 'software', 'referral', 'east', 'Century Avenue ' || i,
    '[{"raw": "021 5012 3456", "value": "+862150123456"}]', '[{"raw": "info@example.com", "value": "info@example.com"}]',
    'https://example.com/' || i, NULL, NULL, 'prospect', at, NULL, NULL,
    CASE WHEN i <= $7 THEN $5::uuid ELSE ($2::uuid[])[1 + pick] END,
    CASE WHEN i <= $7 THEN $6::uuid ELSE ($3::uuid[])[1 + pick] END,
    '[]', '{}', at, ($2::uuid[])[1], at, ($2::uuid[])[1], 1, NULL
FROM (SELECT i, (hashint4(i) & 1073741823) % cardinality($2::uuid[]) AS pick,
             timestamptz '2020-01-01' + i * interval '1 minute' AS at FROM generate_series(1, $4::int) AS i) AS made
"""


def free_port() -> int:
    """One that nothing else on this machine answers at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def worker(settings: Settings, port: int, factory: str = "by_hand:both") -> Iterator[None]:
    """The API and its hand-written twin in one uvicorn worker process."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            factory,
            "--port",
            str(port),
            "--no-access-log",
            "--log-level",
            "warning",
        ],
        cwd=Path(__file__).parent,
        env={
            "PATH": "/usr/bin:/bin",
            **settings.worker_environment(),
            "CRM_DATA_DIR": str(settings.data_dir),
            "CRM_LOG_LEVEL": "error",
            "CRM_RATE_LIMITS": "off",
        },
    )
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"nobody answers at {port}; the worker's status is {process.poll()}")
        yield
    finally:
        process.terminate()
        process.wait(15)


@dataclass
class Load:
    """One measured round."""

    per_second: float
    latencies: list[float]


def load(port: int, requests: list[bytes], seconds: float) -> Load:
    """Sixteen connections from another process, each asking again as soon as it was answered."""
    given = json.dumps({"port": port, "requests": [r.decode() for r in requests], "seconds": seconds})
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("client.py"))],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the client failed: {done.stderr[-500:]}")
    answer = json.loads(done.stdout)
    if answer["bad"]:
        raise RuntimeError(f"{answer['bad']} answers were not 2xx: {answer['sample'][:500]}")
    return Load(answer["per_second"], answer["latencies"])


def request(token: str, path: str, body: object = None, method: str | None = None) -> bytes:
    """The bytes of one HTTP request."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method or ('POST' if body is not None else 'GET')} {path} HTTP/1.1\r\nHost: crm.test\r\nAuthorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


def compare(
    port: int, ours: list[bytes], theirs: list[bytes], options: argparse.Namespace
) -> tuple[float, Load, Load]:
    """The median ratio ours : by hand of paired rounds, and the median round of each."""
    load(port, ours, 0.7), load(port, theirs, 0.7)
    pairs = [
        (load(port, ours, options.seconds), load(port, theirs, options.seconds))
        for _ in range(options.rounds)
    ]
    ratio = statistics.median(a.per_second / b.per_second for a, b in pairs)
    middle = options.rounds // 2
    return ratio, *(
        sorted((pair[side] for pair in pairs), key=lambda found: found.per_second)[middle] for side in (0, 1)
    )  # type: ignore[return-value]


def quantile(values: list[float], share: float) -> float:
    """Milliseconds."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def statements(settings: Settings, token: str, paths: list[str]) -> list[int]:
    """How many statements each request sends, BEGIN and COMMIT not counted; asked in process."""
    return asyncio.run(_statements(settings, token, paths))


async def _statements(settings: Settings, token: str, paths: list[str]) -> list[int]:
    app = create_app(settings)
    counts = []
    async with app.router.lifespan_context(app):
        watched = Watched(app.state.edge.pool)
        app.state.edge = replace(app.state.edge, pool=watched)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://crm", headers=headers
        ) as client:
            for path in paths:
                watched.sent.clear()
                (await client.get(path)).raise_for_status()
                counts.append(sum(not text.startswith(("BEGIN", "COMMIT")) for text in watched.sent))
    return counts


@dataclass
class Watched:
    """A pool whose connections tell what they are asked."""

    pool: Any
    sent: list[str] = field(default_factory=list)

    def get_idle_size(self) -> int:
        return int(self.pool.get_idle_size())

    async def acquire(self, **options: Any) -> Any:
        connection = await self.pool.acquire(**options)
        connection.add_query_logger(self.note)
        return connection

    async def release(self, connection: Any) -> None:
        connection.remove_query_logger(self.note)
        await self.pool.release(connection)

    async def give_back(self, connection: Any) -> None:
        connection.remove_query_logger(self.note)
        await self.pool.give_back(connection)

    def note(self, record: Any) -> None:
        self.sent.append(record.query)

"""One company asks with ids and words of the other; the answer must be the one a random id gets, and no row changes."""

import copy
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from crm_api.kit.ids import new_id
from crm_api.kit.kinds import ExternalIds, Identifier, TextKind
from tests.factories.companies import Actor
from tests.isolation.operations import Operation, type_pointer
from tests.isolation.worlds import PARAMETERS, UUID, World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


@dataclass
class Pair:
    """`own` asks, `other` is whose rows must not show. `database` sees past every wall."""

    own: World
    other: World
    database: Any
    statement: str = ""

    async def state(self) -> dict[str, str]:
        """A hash of all rows of each tenant."""
        if not self.statement:
            tables = [row[0] for row in await self.database.fetch(_TABLES)]
            parts = [f"SELECT tenant_id::text AS tenant, '{t}' || t::text AS row FROM {t} t" for t in tables]
            parts.append("SELECT id::text, 'tenants' || t::text FROM tenants t")
            parts.append(
                "SELECT tenant_id::text, 'logins' || l::text FROM logins l JOIN memberships ON login_id = l.id"
            )
            self.statement = (
                f"SELECT tenant, md5(string_agg(row, '|' ORDER BY row)) FROM ({' UNION ALL '.join(parts)}) x "
                "WHERE tenant = ANY($1) GROUP BY 1"
            )
        tenants = [self.own.ids["tenant"], self.other.ids["tenant"]]
        return dict(await self.database.fetch(self.statement, tenants))


@dataclass
class Request:
    """What is sent; `record` is the id in the path, which differs between twins."""

    method: str
    path: str
    record: str = ""
    body: Any = None
    params: Any = None
    form: bool = False
    actor: Actor | None = None

    async def send(self, world: World) -> httpx.Response:
        body = {"data": self.body} if self.form else {} if self.body is None else {"json": self.body}
        named = {"X-Request-Id": "twin"}
        http = (self.actor or world.owner).http
        return await http.request(self.method, self.path, params=self.params, headers=named, **body)


Twin = Callable[[str], Awaitable[Request]]


async def control(pair: Pair, operation: Operation) -> list[str]:
    """The company's own valid requests must succeed, or the rest proves nothing."""
    found = []
    page = {"limit": "200"} if operation.lists and operation.method == "GET" else None
    for params in PARAMETERS.get(operation.name, [page]):
        request = await valid(pair.own, operation)
        request.params = params
        answer = await request.send(pair.own)
        if not answer.is_success:
            found.append(f"{operation.name} {params}: own request answers {answer.status_code} {answer.text}")
        found += leaks(pair, operation.name, answer, sent="")
    return found


async def valid(world: World, operation: Operation, record: dict[str, Any] | None = None) -> Request:
    """A request that succeeds."""
    # whoever signs out needs a session to lose
    actor = await world.company.sign_in(world.owner.id) if operation.name == "auth_logout" else None
    if record is None and operation.of_record:
        record = await world.ready(operation)
    body = await world.sample(operation, record)
    record_id = record["id"] if record else ""
    path = re.sub(r"\{\w+\}", record_id, operation.path)
    return Request(operation.method, path, record_id, body, form=operation.takes_form, actor=actor)


async def examine(pair: Pair, operation: Operation) -> list[str]:
    """Everything that goes wrong when ids of the other company come in by this operation."""
    found: list[str] = []
    async for name, foreign, random, twin in probes(pair, operation):
        found += await compare(
            pair, f"{operation.name} {name}", foreign, random, twin, writes=not operation.reads
        )
    return found


async def compare(pair: Pair, name: str, foreign: str, random: str, twin: Twin, *, writes: bool) -> list[str]:
    """Send the foreign request and its random twin."""
    request = await twin(foreign)
    before = await pair.state() if writes else {}
    answer = await request.send(pair.own)
    after = await pair.state() if writes else {}
    found = leaks(pair, name, answer, sent=foreign)
    if after.get(pair.other.ids["tenant"]) != before.get(pair.other.ids["tenant"]):
        found.append(f"{name}: rows of the other company changed")
    if not answer.is_success and after != before:
        found.append(f"{name}: rows changed by a request that was refused with {answer.status_code}")
    control_request = await twin(random)
    expected = await control_request.send(pair.own)
    shown = (
        scrub(pair, answer, foreign, request.record),
        scrub(pair, expected, random, control_request.record),
    )
    if answer.status_code != expected.status_code or shown[0] != shown[1]:
        found.append(f"{name}: {answer.status_code} {shown[0]}\n   random: {expected.status_code} {shown[1]}")
    return found


def leaks(pair: Pair, name: str, answer: httpx.Response, sent: str) -> list[str]:
    """Words and ids of the other company in an answer, but for what was sent."""
    text = answer.text.replace(sent, "") if sent else answer.text
    shown = [word for word in (pair.other.mark, *pair.other.seen) if word in text and word not in sent]
    return [f"{name}: shows {shown[:3]} of the other company"] if shown else []


def scrub(pair: Pair, answer: httpx.Response, sent: str, record: str) -> str:
    """An answer without what lawfully differs between twins."""
    text = answer.text.replace(sent, "<SENT>")
    text = text.replace(record, "<RECORD>") if record else text
    text = re.sub(rf"({pair.own.mark}[ a-z-]*)\d+", r"\1<N>", text)
    known = pair.own.seen | pair.other.seen
    return UUID.sub(lambda m: m[0] if m[0] in known else "<NEW>", _INSTANT.sub("<AT>", text))


async def probes(pair: Pair, operation: Operation) -> AsyncIterator[tuple[str, str, str, Twin]]:
    """(name, foreign value, random value, request with a value) for every place where an id fits."""
    if operation.of_record:
        record = await pair.other.ready(operation)
        yield "path", record["id"], new_id(), _in_path(pair, operation)
    for pointer in operation.id_pointers:
        for kind, foreign in pair.other.ids.items():
            yield f"{pointer}={kind}", foreign, new_id(), _in_body(pair, operation, pointer)
    for name in operation.id_parameters:
        for kind, foreign in pair.other.ids.items():
            for params in PARAMETERS[operation.name]:
                yield f"?{name}={kind} {params}", foreign, new_id(), _in_query(operation, name, params)
    if operation.lists:
        for probe in list_probes(pair, operation):
            yield probe
        async for probe in cursor_probes(pair, operation):
            yield probe


def _in_path(pair: Pair, operation: Operation) -> Twin:
    async def twin(value: str) -> Request:
        # the body fits the company's own record: only the id in the path is foreign
        request = await valid(pair.own, operation)
        path = re.sub(r"\{\w+\}", value, operation.path)
        return Request(operation.method, path, request.record, request.body)

    return twin


def _in_body(pair: Pair, operation: Operation, pointer: type_pointer) -> Twin:
    async def twin(value: str) -> Request:
        request = await valid(pair.own, operation)
        request.body = replaced(request.body, pointer, value)
        return request

    return twin


def replaced(body: Any, pointer: type_pointer, value: str) -> Any:
    """A body with another value at a pointer; the sample must have what the pointer leads through."""
    made = copy.deepcopy(body)
    inner = made
    for part in pointer[:-1]:
        inner = inner[part]
    inner[pointer[-1]] = value
    return made


def _in_query(operation: Operation, name: str, params: dict[str, str]) -> Twin:
    async def twin(value: str) -> Request:
        return Request(operation.method, operation.path, params={**params, name: value})

    return twin


def list_probes(pair: Pair, operation: Operation) -> list[tuple[str, str, str, Twin]]:
    """Ids, words and external ids of the other company in every filter that takes them."""
    assert operation.resource is not None
    record, every = pair.other.records[operation.resource.name], sorted(pair.other.ids.values())
    found: list[tuple[str, str, str, Twin]] = []
    for field, (_, kind) in operation.resource.filters.items():
        if isinstance(kind, Identifier):
            value = record.get(field) or pair.other.ids["owner"]
            many = ",".join(every)
            found += [
                (f"{field}[{op}]", value, new_id(), _listing(operation, field, op)) for op in ("eq", "ne")
            ]
            randoms = ",".join(new_id() for _ in every)
            found += [
                (f"{field}[{op}]", many, randoms, _listing(operation, field, op)) for op in ("in", "nin")
            ]
        elif isinstance(kind, ExternalIds):
            value = f"erp:{record[f'{field}s'][0]['key']}"
            found.append((field, value, f"erp:{_word(value[4:])}", _listing(operation, field, "eq")))
        elif isinstance(kind, TextKind) and isinstance(record.get(field), str):
            value = record[field]
            operators = [op for op in ("eq", "contains", "starts_with") if op in kind.operators]
            found += [
                (f"{field}[{op}]", value, _word(value), _listing(operation, field, op)) for op in operators
            ]
    if operation.resource.search:
        found.append(("q", pair.other.mark, _word(pair.other.mark), _listing(operation, "q", "")))
    return found


def _word(like: str) -> str:
    return secrets.token_hex(len(like))[: len(like)]


def _listing(operation: Operation, field: str, operator: str) -> Twin:
    async def twin(value: str) -> Request:
        if operation.method == "GET":
            name = f"{field}[{operator}]" if operator not in ("", "eq") else field
            return Request(
                "GET", operation.path, params={name: value, "limit": "200", "include_total": "true"}
            )
        body: dict[str, Any] = {"limit": 200, "include_total": True}
        if not operator:
            return Request("POST", operation.path, body={**body, field: value})
        leaf = {
            "field": field,
            "op": operator,
            "value": value.split(",") if operator in ("in", "nin") else value,
        }
        tree = {"or": [leaf, {"and": [leaf, {"not": {"not": leaf}}]}]}
        return Request("POST", operation.path, body={**body, "filter": tree})

    return twin


async def cursor_probes(pair: Pair, operation: Operation) -> AsyncIterator[tuple[str, str, str, Twin]]:
    """A cursor of the other company's list is as good as one that nobody ever wrote."""
    assert operation.resource is not None
    for sort in operation.resource.sorts:
        asked: dict[str, Any] = {"limit": 1, "sort": [sort] if operation.method == "POST" else sort}

        async def twin(value: str, asked: dict[str, Any] = asked) -> Request:
            given = {**asked, "cursor": value}
            if operation.method == "GET":
                return Request("GET", operation.path, params=given)
            return Request("POST", operation.path, body=given)

        first = Request(operation.method, operation.path, body=asked if operation.method == "POST" else None)
        first.params = asked if operation.method == "GET" else None
        cursor = (await first.send(pair.other)).json()["page"]["next_cursor"]
        assert cursor, f"{operation.name} of the other company has one page only"
        yield f"cursor by {sort}", cursor, secrets.token_urlsafe(len(cursor))[: len(cursor)], twin


async def accepts_own_id(pair: Pair, operation: Operation, pointer: type_pointer) -> bool:
    """Whether some id of the company's own is accepted at a pointer: a place that refuses all proves nothing."""
    for value in (new_id(), *pair.own.ids.values()):
        request = await valid(pair.own, operation)
        request.body = replaced(request.body, pointer, value)
        if (await request.send(pair.own)).is_success:
            return True
    return False


async def open_database(dsn: str) -> Any:
    """A superuser's view."""
    return await asyncpg.connect(dsn)

"""One company asks with ids and words of the other; the answer must be the one a random id gets, and no row changes."""

import copy
import dataclasses
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx

from crm_api.kit.ids import new_id
from crm_api.kit.kinds import Identifier, TextKind
from crm_api.kit.lists import ExternalIds
from tests.factories.companies import Actor, row_version
from tests.isolation.operations import Operation, type_pointer
from tests.isolation.samples import KEYS, LINKS, PARAMETERS
from tests.isolation.worlds import UUID, World, as_sent

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+|crm_ql_\w+")
_NUMBER = re.compile(r"\b[A-Z]{1,3}20\d\d-\d{5}\b")
_RATE = re.compile(r'"rate_on":"[^"]+","rate":"\d+"')  # a currency has one for each day
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


@dataclass
class Pair:
    """`own` asks, `other` is whose rows must not show. `database` sees past every wall.

    `every_kind`: a place named after a kind, `customer_id`, is tried with the ids of all other kinds, too.
    """

    own: World
    other: World
    database: Any
    every_kind: bool
    statement: str = ""

    async def state(self) -> dict[str, str]:
        """A hash of which versions of rows each tenant has: another one after any write, even of the same values."""
        if not self.statement:
            tables = [row[0] for row in await self.database.fetch(_TABLES)]
            # who looked at what is stored some seconds later, whatever happens meanwhile
            but = {"access_log": "WHERE false", "pending_events": "WHERE log <> 'access'"}
            parts = [
                f"SELECT tenant_id::text AS tenant, {row_version('t')} AS row FROM {t} t {but.get(t, '')}"
                for t in tables
            ]
            parts.append(f"SELECT id::text, {row_version('t')} FROM tenants t")
            parts.append(
                f"SELECT tenant_id::text, {row_version('l')} FROM logins l JOIN memberships ON login_id = l.id"
            )
            self.statement = (
                f"SELECT tenant, sum(row)::text FROM ({' UNION ALL '.join(parts)}) x "
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
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    async def send(self, world: World) -> httpx.Response:
        body = as_sent(self.body)
        if self.form and "json" in body:
            body = {"data": body["json"]}
        named = {"X-Request-Id": "twin", **self.headers}
        http = (self.actor or world.owner).http
        return await http.request(self.method, self.path, params=self.params, headers=named, **body)


Put = Callable[[Request, str], Request]


class Probe:
    """One place for an id (or a word): a request that is valid, how to put a value there, and the foreign values."""

    def __init__(
        self,
        name: str,
        values: Mapping[str, str],
        random: Callable[[], str],
        base: Callable[[], Awaitable[Request]],
        put: Put,
        *,
        writes: bool = False,
    ) -> None:
        self.name, self.values, self.random, self.writes = name, values, random, writes
        self._base, self._put = base, put

    async def findings(self, pair: Pair) -> list[str]:
        """What goes wrong here."""
        found: list[str] = []
        value, base = self.random(), await self._base()
        expected = await self._put(base, value).send(pair.own)
        wanted = expected.status_code, scrub(pair, expected, value, base.record)
        refused = not expected.is_success
        before = await pair.state() if self.writes else {}
        for kind, foreign in self.values.items():
            name, base = f"{self.name}={kind}", base if refused else await self._base()
            answer = await self._put(base, foreign).send(pair.own)
            found += leaks(pair, name, answer, sent=foreign)
            got = answer.status_code, scrub(pair, answer, foreign, base.record)
            if got != wanted:
                found.append(f"{name}: {got}\n   random: {wanted}")
        after = await pair.state() if self.writes else {}
        if after.get(pair.other.ids["tenant"]) != before.get(pair.other.ids["tenant"]):
            found.append(f"{self.name}: rows of the other company changed")
        if refused and after != before:
            found.append(f"{self.name}: rows changed by requests that are to be refused")
        return found


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
    record_id = record["id"] if record else KEYS.get(operation.name, "")
    if operation.name in LINKS:
        record_id = await LINKS[operation.name](world)
    inner = await world.inner(operation, record) if record else {}
    path = _path(operation, record_id, inner)
    if operation.by_key:
        path = f"{operation.path.partition('{')[0]}erp/{world.fresh('key')}"
    return Request(
        operation.method,
        path,
        record_id,
        body,
        form=operation.takes_form,
        actor=actor,
        headers=operation.headers,
    )


async def examine(pair: Pair, operation: Operation) -> list[str]:
    """Everything that goes wrong when ids of the other company come in by this operation."""
    return [finding async for probe in probes(pair, operation) for finding in await probe.findings(pair)]


async def leaks_anywhere(pair: Pair, operation: Operation) -> bool:
    """Whether anything at all goes wrong."""
    async for probe in probes(pair, operation):
        if await probe.findings(pair):
            return True
    return False


def leaks(pair: Pair, name: str, answer: httpx.Response, sent: str) -> list[str]:
    """Words and ids of the other company in an answer, but for what was sent, in the path too."""
    text = answer.text.replace(answer.request.url.path, "")
    text = text.replace(sent, "") if sent else text
    shown = [word for word in (pair.other.mark, *pair.other.seen) if word in text and word not in sent]
    return [f"{name}: shows {shown[:3]} of the other company"] if shown else []


def scrub(pair: Pair, answer: httpx.Response, sent: str, record: str) -> str:
    """An answer without what lawfully differs between twins."""
    text = answer.text.replace(sent, "<SENT>")
    text = text.replace(record, "<RECORD>") if record else text
    text = re.sub(rf"({pair.own.mark}[ a-z-]*)\d+", r"\1<N>", text)
    text = _RATE.sub("<RATE>", _NUMBER.sub("<NUMBER>", _SECRET.sub("<SECRET>", text)))
    known = {*pair.own.ids.values(), *pair.other.seen}
    return UUID.sub(lambda m: m[0] if m[0] in known else "<NEW>", _INSTANT.sub("<AT>", text))


async def probes(pair: Pair, operation: Operation) -> AsyncIterator[Probe]:
    """Every place of an operation where an id fits."""
    name, writes, other = operation.name, not operation.reads, pair.other

    async def base() -> Request:
        return await valid(pair.own, operation)

    if operation.of_record:
        # the body fits the company's own record: only the id in the path is foreign
        theirs = await other.ready(operation)
        put = _in_path(operation, await other.inner(operation, theirs))
        yield Probe(f"{name} path", {"record": theirs["id"]}, new_id, base, put, writes=writes)
    for pointer in operation.id_pointers:
        # an id that the client chooses makes a row of its own with it, so it may not be one that others refer to
        if pointer[-1] == "id" and operation.makes is not None:
            values = {"chosen": await _unused_id(other, operation.makes, pointer)}
        else:
            values = _ids(pair, pointer)
        yield Probe(f"{name} {pointer}", values, new_id, base, _in_body(pointer), writes=writes)
    if operation.by_key and operation.resource:
        key = {"key": other.records[operation.resource.name]["external_ids"][0]["key"]}
        yield Probe(f"{name} key", key, lambda: _word(key["key"]), base, _by_key(operation), writes=writes)
    for parameter in operation.id_parameters:
        for params in PARAMETERS[operation.name]:
            put = _in_query({**params}, parameter)
            yield Probe(f"{name} ?{parameter} {params}", other.ids, new_id, base, put, writes=writes)
    if operation.lists:
        for probe in [*list_probes(pair, operation), *await cursor_probes(pair, operation)]:
            yield probe


def _ids(pair: Pair, pointer: type_pointer) -> dict[str, str]:
    """The other company's ids by kind, each once."""
    kind = str(pointer[-1]).removesuffix("_id")
    if not pair.every_kind and kind in pair.other.ids:
        return {kind: pair.other.ids[kind]}
    kinds = {record_id: kind for kind, record_id in pair.other.ids.items()}
    return {kind: record_id for record_id, kind in kinds.items()}


async def _unused_id(world: World, resource: str, pointer: type_pointer) -> str:
    record: Any = await world.make(resource)
    for part in pointer:
        record = record[part]
    return str(record)


def _in_path(operation: Operation, inner: Mapping[str, str]) -> Put:
    return lambda request, value: replace(request, path=_path(operation, value, inner))


def _path(operation: Operation, record: str, inner: Mapping[str, str]) -> str:
    return re.sub(r"\{([^}]+)\}", lambda match: inner.get(match[1], record), operation.path)


def _by_key(operation: Operation) -> Put:
    collection = operation.path.partition("{")[0]
    return lambda request, value: replace(request, path=f"{collection}erp/{value}")


def _in_body(pointer: type_pointer) -> Put:
    return lambda request, value: replace(request, body=replaced(request.body, pointer, value))


def _in_query(params: dict[str, Any], name: str) -> Put:
    return lambda request, value: replace(request, params={**params, name: value})


def replaced(body: Any, pointer: type_pointer, value: str) -> Any:
    """A body with another value at a pointer; the sample must have what the pointer leads through."""
    made = copy.deepcopy(body)
    inner = made
    for part in pointer[:-1]:
        inner = inner[part]
    inner[pointer[-1]] = value
    return made


def list_probes(pair: Pair, operation: Operation) -> list[Probe]:
    """Ids, words and external ids of the other company in every filter that takes them."""
    assert operation.resource is not None
    record, every = pair.other.records[operation.resource.name], sorted(pair.other.ids.values())
    found: list[Probe] = []

    def add(field: str, operators: Iterable[str], value: str, random: Callable[[], str]) -> None:
        for operator in operators:
            name, put = f"{operation.name} {field}[{operator}]", _filtering(operation, field, operator)
            found.append(Probe(name, {"other's": value}, random, partial(_bare, operation), put))

    for field, (_, kind) in operation.resource.filters.items():
        if isinstance(kind, Identifier):
            add(field, ("eq", "ne"), record.get(field) or pair.other.ids["owner"], new_id)
            add(field, ("in", "nin"), ",".join(every), lambda: ",".join(new_id() for _ in every))
        elif isinstance(kind, ExternalIds):
            key = record["external_ids"][0]["key"]
            add(field, ("eq", "in"), f"erp:{key}", lambda like=key: f"erp:{_word(like)}")  # type: ignore[misc]
        elif isinstance(kind, TextKind) and pair.other.mark in str(record.get(field)):
            known = [name for name in ("eq", "contains", "starts_with") if name in kind.operators]
            add(field, known, record[field], lambda like=record[field]: _word(like))  # type: ignore[misc]
    if operation.resource.search:
        add("q", ("",), pair.other.mark, lambda: _word(pair.other.mark))
    return found


def _word(like: str) -> str:
    return secrets.token_hex(len(like))[: len(like)]


async def _bare(operation: Operation) -> Request:
    return Request(operation.method, operation.path)


def _filtering(operation: Operation, field: str, operator: str) -> Put:
    if operation.method == "GET":
        name = f"{field}[{operator}]" if operator not in ("", "eq") else field
        return _in_query({"limit": "200", "include_total": "true"}, name)

    def put(request: Request, value: str) -> Request:
        body: dict[str, Any] = {"limit": 200, "include_total": True}
        if not operator:
            return replace(request, body={**body, field: value})
        asked = value.split(",") if operator in ("in", "nin") else value
        leaf = {"field": field, "op": operator, "value": asked}
        return replace(
            request, body={**body, "filter": {"or": [leaf, {"and": [leaf, {"not": {"not": leaf}}]}]}}
        )

    return put


async def cursor_probes(pair: Pair, operation: Operation) -> list[Probe]:
    """A cursor of the other company's list is as good as one that nobody ever wrote."""
    assert operation.resource is not None
    found = []
    for sort in operation.resource.sorts:
        page: dict[str, Any] = {"limit": 1, "sort": [sort] if operation.method == "POST" else sort}
        put = _in_query(page, "cursor") if operation.method == "GET" else _in_body(("cursor",))
        base = replace(await _bare(operation), **{"params" if operation.method == "GET" else "body": page})
        cursor = (await base.send(pair.other)).json()["page"]["next_cursor"]
        assert cursor, f"{operation.name} of the other company has one page only"

        async def paged(base: Request = base) -> Request:
            return base

        def random(length: int = len(cursor)) -> str:
            return secrets.token_urlsafe(length)[:length]

        found.append(Probe(f"{operation.name} cursor by {sort}", {"other's": cursor}, random, paged, put))
    return found


def _at(body: Any, pointer: type_pointer) -> Any:
    """What stands at a pointer of a sample."""
    for part in pointer:
        body = body.get(part) if isinstance(body, dict) else body[int(part)]
    return body or ""


async def accepts_own_id(pair: Pair, operation: Operation, pointer: type_pointer) -> bool:
    """Whether some id of the company's own is accepted at a pointer: a place that refuses all proves nothing.

    Where it is a part of the record itself, only that which the valid request names can be.
    """
    request, own = await valid(pair.own, operation), list(pair.own.ids.values())
    named: Any = request.body
    with suppress(KeyError):
        for part in pointer:
            named = named[part]
        own.append(named)
    if pointer == ("view",) and operation.resource:
        # a saved view is one of the very list that is asked for
        view = {"name": f"{pair.own.mark} {operation.resource.name}", "resource": operation.resource.name}
        own.append((await pair.own.owner.create("/saved-views", **view))["id"])
    # the id in the sample itself is one's own, too: that of a line, say, which no other record has
    for value in (new_id(), *own, _at(request.body, pointer)):
        asked = replace(request, body=replaced(request.body, pointer, value))
        if (await asked.send(pair.own)).is_success:
            return True
    return False

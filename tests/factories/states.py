"""Every cell of a table of states: (state, verb, role), done over HTTP and compared with the rows that are left."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from crm_api.kit.db import Base
from crm_api.kit.principal import Permission
from crm_api.kit.states import States
from crm_api.roles import ROLES
from tests.factories.companies import Actor, Company

# Every table of a company but those that keep who asked, and what waits for the relay.
ASKED = {"access_log", "idempotent_answers", "pending_events", "feed", "feed_heads", "chain"}
# What every change sets, what goes with the status, and what the database works out.
WITH_ANY, WITH_STATUS = {"version", "updated_at", "updated_by"}, {"status", "status_entered_at"}
COMPUTED = "_micro"
FACTS = sorted(
    name for name, found in Base.metadata.tables.items() if "tenant_id" in found.columns and name not in ASKED
)


class Verb(NamedTuple):
    """How a verb is asked for, and what its event is called; body and path (if not its name) may depend on the record.

    It `sets` columns of the record besides its status, and changes tables `beside`; nothing else.
    """

    event: str
    body: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    method: str = "POST"
    path: Callable[[Mapping[str, Any]], str] | None = None
    sets: str = ""
    beside: str = ""


DELETED = Verb("deleted", None, "DELETE", sets="deleted_at")


def assigned(owner_id: str) -> Verb:
    """Somebody else's from now on."""
    return Verb("assigned", {"owner_id": owner_id}, sets="owner_id", beside="ownership_periods")


@dataclass
class Cells:
    """One resource. `ways` lead from a new record to each state; `repeated` verbs answer where they lead as well.

    `body` makes a record; where each needs one of its own, it is a function of the owner. A step of a way is a verb, or
    a `Verb` for one that is asked for in a way of its own, under the name of its path.
    """

    company: Company
    path: str
    singular: str
    body: Mapping[str, Any] | Callable[[str], Awaitable[Mapping[str, Any]]]
    states: States
    verbs: Mapping[str, Verb]
    ways: Mapping[str, Sequence[str | tuple[str, Verb]]]
    repeated: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    _untouched: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    async def check(self, role: str, actor: Actor, verb: str, state: str) -> None:
        """Do it. Exactly the legal cells change the record, by exactly one event; every other changes nothing at all."""
        record = self._untouched.pop((state, actor.id), None) or await self._in(state, actor.id)
        before, events = await self._rows(record["id"])
        everything = await self._everything()
        answer = await self._ask(actor, verb, record)
        after, told = await self._rows(record["id"])
        origins, target = self.states.steps[verb]
        cell = (role, verb, state, answer.text)
        allowed = Permission(self._table, verb) in ROLES[role].permissions()
        if allowed and state in origins:
            assert answer.status_code in (200, 201, 204), cell
            assert after["status"] == (target or state), cell
            assert after["version"] == before["version"] + 1, cell
            assert after["status_entered_at"] > before["status_entered_at"] or target is None, cell
            (event,) = [found for found in told if found not in events]
            how = self.verbs[verb]
            assert event["type"] == f"{self.singular}.{how.event}", cell
            assert _changed(before, after) == _may_change(how, before, after), cell
            now = await self._everything()
            beside = {name for name in FACTS if now[name] != everything[name]}
            assert beside - {"events"} == {self._table, *how.beside.split()}, cell
            return
        assert (after, told) == (before, events), cell
        assert await self._everything() == everything, cell
        self._untouched[state, actor.id] = record  # nothing happened to it: good for the next cell
        if allowed and verb in self.repeated and state == target:
            assert answer.status_code == 200, cell
        elif allowed:
            problem = answer.json()
            assert (problem["status"], problem["code"]) == (409, "wrong_state"), cell
            assert problem["detail"].startswith(f"Its status is {state};"), cell
        else:
            assert answer.status_code == 403, cell

    @property
    def _table(self) -> str:
        return self.path.strip("/").replace("-", "_")

    async def _in(self, state: str, owner_id: str) -> dict[str, Any]:
        made = self.body(owner_id) if callable(self.body) else None
        body = await made if made else {**self.body, "owner_id": owner_id}
        record = await self.company.owner.create(self.path, **body)
        for step in self.ways[state]:
            verb, how = step if isinstance(step, tuple) else (step, None)
            answer = await self._ask(self.company.owner, verb, record, how)
            assert answer.is_success, answer.text
        return record

    async def _ask(
        self, actor: Actor, verb: str, record: Mapping[str, Any], how: Verb | None = None
    ) -> httpx.Response:
        _, body, method, to, *_ = how or self.verbs[verb]
        at = to(record) if to else verb.replace("_", "-") if method == "POST" else ""
        said = body(record) if callable(body) else body
        sent = {"json": said} if said is not None else {}
        path = f"{self.path}/{record['id']}/{at}".rstrip("/")
        return await actor.http.request(method, path, headers=self.headers, **sent)

    async def _everything(self) -> dict[str, str]:
        """The digest of each table of the company."""
        return dict(zip(FACTS, (await self.company.digest(*FACTS)).split(" "), strict=True))

    async def _rows(self, record_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        (row,) = await self.company.rows(self._table, id=record_id)
        return row, await self.company.rows("events", record_id=record_id)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    found = {name for name, value in after.items() if before[name] != value and not name.endswith(COMPUTED)}
    return found - WITH_ANY - (WITH_STATUS if before["status"] != after["status"] else set())


def _may_change(how: Verb, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """What a verb sets, but for what it clears where nothing was."""
    return {name for name in how.sets.split() if (before[name], after[name]) != (None, None)}

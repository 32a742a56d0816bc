"""What the people of the demo company ask the API: `lead_to_cash.txt`, each request by its own handler and rights.

A line is `days ago | who | name of the answer | request | body`. Words that begin with @ stand for what is not known
before: `@order` and `@order.lines.0` for ids in an earlier answer, `@order.gross_amount` for another part of it,
`@day-20` for a day and `@at-3/17` for an hour of one in the company's zone, counted from today.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request

from crm_api import wiring
from crm_api.kit.answers import json_answer
from crm_api.kit.cursors import Cursors
from crm_api.kit.http import KitRoute
from crm_api.kit.uow import UnitOfWork
from crm_api.settings import Secrets

ZONE = "Asia/Shanghai"
_DAY = re.compile(r"@day(-?\d+)")
_HOUR = re.compile(r"@at(-?\d+)/(\d+)")


class Ask(NamedTuple):
    """Who asks for what, how many days ago; `name` is what later requests call the answer, or the first of a list."""

    days_ago: int
    who: str
    name: str
    request: str
    body: Any


def asked() -> list[Ask]:
    """The requests of the table, by their days."""
    text = (files(__package__ or "") / "lead_to_cash.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return sorted(map(_read, lines), key=lambda ask: -ask.days_ago)


def _read(line: str) -> Ask:
    days_ago, who, name, request, *body = (part.strip() for part in line.split("|", 4))
    return Ask(int(days_ago), who, name, request, json.loads(body[0]) if body else None)


class Answers:
    """What was answered so far, by name."""

    def __init__(self, today: date, known: Mapping[str, Any], secrets: Secrets) -> None:
        self._today, self._known = today, dict(known)
        # what handlers ask of the application they are served by
        edge = SimpleNamespace(cursors=Cursors(secrets.cursor_key))
        state = SimpleNamespace(edge=edge, authentication=SimpleNamespace(pepper=secrets.pepper))
        self._app = SimpleNamespace(state=state)

    async def ask(self, unit: UnitOfWork, ask: Ask) -> None:
        """Let the principal of the unit do it, and keep the answer."""
        method, path = ask.request.split(" ", 1)
        path = "/".join(str(self._meant(part)) for part in f"/api/v1{path}".split("/"))
        route, parameters = _route(method, path)
        scope = {"type": "http", "headers": [], "path_params": parameters, "app": self._app}
        answer = await route.call(Request(scope), unit, self._meant(ask.body))
        await unit.flush()
        if ask.name:
            told = orjson.loads(json_answer(answer).body)
            self._known[ask.name] = told["data"][0] if "data" in told else told

    def _meant(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._meant(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._meant(part) for part in value]
        return self._known_word(value) if isinstance(value, str) and value.startswith("@") else value

    def _known_word(self, word: str) -> Any:
        if found := _DAY.fullmatch(word):
            return str(self._today + timedelta(int(found[1])))
        if found := _HOUR.fullmatch(word):
            day = self._today + timedelta(int(found[1]))
            return datetime.combine(day, time(int(found[2])), ZoneInfo(ZONE)).astimezone(UTC).isoformat()
        known: Any = self._known
        for name in word[1:].split("."):
            known = known[int(name)] if isinstance(known, list) else known[name]
        return known["id"] if isinstance(known, Mapping) and "id" in known else known


@cache
def _routes() -> tuple[KitRoute, ...]:
    found: Iterator[Any] = (route for router in wiring.ROUTERS for route in router.routes)
    return tuple(route for route in found if isinstance(route, KitRoute))


def _route(method: str, path: str) -> tuple[KitRoute, dict[str, str]]:
    return next(
        (route, found.groupdict())
        for route in _routes()
        if method in (route.methods or ()) and (found := route.path_regex.match(path))
    )

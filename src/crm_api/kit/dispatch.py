"""Routing in constant time: the segment after `/api/v1/` is looked up, only that resource's routes are tried."""

from collections import defaultdict
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_api.kit.answers import problem_answer
from crm_api.kit.errors import MethodNotAllowed, NotFound, Problem
from crm_api.kit.i18n import negotiate
from crm_api.kit.ids import new_id

PREFIX = "/api/v1/"


class Dispatch:
    """In front of the application: routes under `/api/v1/` are found here, everything else is left to `rest`.

    A path that nothing serves is 404, a method that a path does not offer is 405 with all that it does.
    """

    def __init__(self, routes: Iterable[Route], rest: ASGIApp) -> None:
        self._rest = rest
        self._routes: dict[tuple[str, int], list[Route]] = defaultdict(list)
        for route in routes:
            self._routes[_place(route.path)].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that matches its path and method."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._rest(scope, receive, send)
            return
        methods: set[str] = set()
        for route in self._routes.get(_place(scope["path"]), ()):
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                methods |= route.methods or set()
        await refuse(_not_allowed(methods) if methods else NotFound(), scope, receive, send)


def _place(path: str) -> tuple[str, int]:
    """The resource of a path and how deep it goes."""
    rest = path[len(PREFIX) :]
    return rest.partition("/")[0], rest.count("/")


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """A refusal before any route."""
    request, request_id = Request(scope), new_id()
    language = negotiate(request.headers.get("accept-language", ""))
    answer = problem_answer(problem, language=language, instance=scope["path"], request_id=request_id)
    answer.headers["X-Request-Id"] = request_id
    await answer(scope, receive, send)


def _not_allowed(methods: Iterable[str]) -> Problem:
    return MethodNotAllowed(headers={"Allow": ", ".join(sorted(methods))})


async def not_found(request: Request, _: Exception) -> Response:
    """A path outside the prefix that nothing serves."""
    language = negotiate(request.headers.get("accept-language", ""))
    return problem_answer(NotFound(), language=language, instance=request.url.path, request_id=new_id())

"""Routing in constant time: the segment after `/api/v1/` is looked up, only that resource's routes are tried."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_api.kit.answers import problem_answer
from crm_api.kit.errors import MethodNotAllowed, NotFound, Problem, RateLimited
from crm_api.kit.ids import new_id
from crm_api.kit.requests import language_of, origin_of

PREFIX = "/api/v1/"


class Dispatch:
    """In front of the application: routes under `/api/v1/` are found here, everything else is left to `rest`.

    A path that nothing serves is 404, a method that a path does not offer is 405 with all that it does.
    """

    def __init__(self, routes: Iterable[Route], rest: ASGIApp) -> None:
        self._rest = rest
        self._routes: dict[tuple[str, int], dict[str, list[Route]]] = defaultdict(lambda: defaultdict(list))
        for route in routes:
            for method in route.methods or ():
                self._routes[_place(route.path, route.path)][method].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that matches its path and method."""
        path = scope["path"] if scope["type"] == "http" else ""
        if not path.startswith(PREFIX):
            await self._rest(scope, receive, send)
            return
        found = self._routes.get(_place(path, scope["raw_path"].decode("latin-1")), {})
        for route in found.get(scope["method"], ()):
            match = route.path_regex.match(path)
            if match:
                scope["path_params"], scope["route"] = match.groupdict(), route
                await route.handle(scope, receive, send)
                return
        offered = {name for name, routes in found.items() if any(r.path_regex.match(path) for r in routes)}
        await refuse(_not_allowed(offered) if offered else NotFound(), scope, receive, send)


def _place(path: str, raw_path: str) -> tuple[str, int]:
    """The resource of a path and how deep it goes; a slash that was sent encoded belongs to its segment."""
    return path[len(PREFIX) :].partition("/")[0], raw_path.count("/")


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """A refusal before any route."""
    request, request_id = Request(scope), new_id()
    try:
        standing = await counted(request)
    except RateLimited as limited:
        problem, standing = limited, {}
    language = language_of(request)
    answer = problem_answer(problem, language=language, instance=scope["path"], request_id=request_id)
    answer.headers.update(standing)
    answer.headers["X-Request-Id"] = request_id
    await answer(scope, receive, send)


async def counted(request: Request) -> Mapping[str, str]:
    """What no resource answers counts for its address: the headers that tell so, or RateLimited."""
    edge = request.app.state.edge
    address = origin_of(request, "", edge.trusted_proxies).ip
    return await edge.limits.admit(None, address or "") if edge.limits else {}


def _not_allowed(methods: Iterable[str]) -> Problem:
    return MethodNotAllowed(headers={"Allow": ", ".join(sorted(methods))})


async def not_found(request: Request, _: Exception) -> Response:
    """A path outside the prefix that nothing serves."""
    language = language_of(request)
    return problem_answer(NotFound(), language=language, instance=request.url.path, request_id=new_id())

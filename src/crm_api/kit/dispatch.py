"""Routing in constant time: the segment after `/api/v1/` is looked up, only that resource's routes are tried."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crm_api.kit.answers import problem_answer
from crm_api.kit.errors import MethodNotAllowed, NotFound, Problem
from crm_api.kit.i18n import negotiate
from crm_api.kit.ids import new_id

PREFIX = "/api/v1/"


class Dispatch(BaseRoute):
    """One route in front of all routes under `/api/v1/`; 404 and 405 (with every method of the path) are problems."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes: dict[str, list[Route]] = defaultdict(list)
        for route in routes:
            self.routes[route.path.removeprefix(PREFIX).partition("/")[0]].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything that is asked over HTTP under the prefix."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            return Match.FULL, {}
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **params: object) -> URLPath:
        """Links are written out in this API."""
        raise NoMatchFound(name, dict(params))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the first route of its resource that matches path and method."""
        segment = scope["path"][len(PREFIX) :].partition("/")[0]
        methods: set[str] = set()
        for route in self.routes.get(segment, ()):
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                methods |= route.methods or set()
        if methods:
            await refuse(_not_allowed(methods), scope, receive, send)
        else:
            await refuse(NotFound(), scope, receive, send)


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """A refusal before any route."""
    request, request_id = Request(scope), new_id()
    language = negotiate(request.headers.get("accept-language", ""))
    answer = problem_answer(problem, language=language, instance=scope["path"], request_id=request_id)
    answer.headers["X-Request-Id"] = request_id
    await answer(scope, receive, send)


def _not_allowed(methods: Iterable[str]) -> Problem:
    return MethodNotAllowed(headers={"Allow": ", ".join(sorted(methods))})


def all_routes(dispatch: Dispatch) -> Sequence[Route]:
    """Every route behind the prefix."""
    return [route for routes in dispatch.routes.values() for route in routes]


async def not_found(request: Request, _: Exception) -> Response:
    """A path outside the prefix that nothing serves."""
    language = negotiate(request.headers.get("accept-language", ""))
    return problem_answer(NotFound(), language=language, instance=request.url.path, request_id=new_id())

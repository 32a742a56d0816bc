"""What a handler returned, as the answer of its request: status, entity tag, location."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from crm_api.kit.answers import Answer, Partial, json_answer, problem_answer
from crm_api.kit.conditional import entity_tag, same_tag
from crm_api.kit.errors import Problem
from crm_api.kit.requests import header, language_of
from crm_api.kit.streaming import Stream

CREATED: Final = 201
ACCEPTED: Final = 202
OPERATIONS: Final = "/api/v1/operations"


def respond(request: Request, result: Any, request_id: str, status: int) -> Response:
    """The answer; `status` unless the handler chose one. A returned problem is a refusal whose trace is committed."""
    if isinstance(result, Problem):
        return refusal(request, result, request_id)
    if isinstance(result, Stream):
        return _Sent(result, status)
    if result is None:
        return Response(status_code=status)
    headers = {}
    if isinstance(result, Answer):
        result, status = result.content, result.status
    tag = entity_tag(result)
    if tag:
        headers["ETag"] = tag
        # a neighbour may have changed where the record has not
        held = header(request, b"if-none-match")
        whole = request.method == "GET" and not isinstance(result, Partial)
        if held and whole and same_tag(held, tag):
            return Response(status_code=304, headers=headers)
        headers |= _place(request, result, status)
    return json_answer(result, status, headers)


class _Sent(StreamingResponse):
    """A stream that is closed when nobody takes any more of it, not when its memory is collected."""

    def __init__(self, stream: Stream, status: int) -> None:
        super().__init__(stream.content, status, dict(stream.headers), media_type=stream.media_type)
        self._source = stream.content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            if isinstance(self._source, AsyncGenerator):
                stack.push_async_callback(self._source.aclose)
            await super().__call__(scope, receive, send)


def _place(request: Request, record: Mapping[str, Any], status: int) -> dict[str, str]:
    """Where a new record is, or the operation that tells how far the work is, and when to look again (s)."""
    if status == ACCEPTED:
        operation_id = record.get("operation_id", record["id"])
        return {"Location": f"{OPERATIONS}/{operation_id}", "Retry-After": "1"}
    if status != CREATED:
        return {}
    collection = request.url.path.partition("/by-external/")[0]
    return {"Location": f"{collection}/{record['id']}"}


def tried(request: Request, result: Any, request_id: str) -> Response:
    """What would have happened; nothing has, so there is no version to name and nothing was created."""
    if isinstance(result, Problem):
        return refusal(request, result, request_id)
    content = result.content if isinstance(result, Answer) else result
    applied = {"Preference-Applied": "dry-run"}
    if content is None:
        return Response(status_code=204, headers=applied)
    return json_answer(content, 200, applied)


def refusal(request: Request, problem: Problem, request_id: str) -> Response:
    """A problem in the language of its reader."""
    language = language_of(request)
    return problem_answer(problem, language=language, instance=request.url.path, request_id=request_id)

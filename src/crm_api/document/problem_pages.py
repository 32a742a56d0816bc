"""`/problems` and `/problems/{code}`: what the `type` of a problem points at, in both languages, without other hosts.

Browsers get a page, programs the same as JSON.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from crm_api.document.docs import asset_link
from crm_api.document.remedies import INDEX, Both, Remedy, remedy_of
from crm_api.kit.answers import json_answer, problem_answer
from crm_api.kit.errors import NotFound, Problem
from crm_api.kit.ids import new_id
from crm_api.kit.messages import MESSAGES, STATUSES
from crm_api.kit.requests import language_of

LANGUAGES = {"en": "en", "zh": "zh-CN"}
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Language",
    "X-Content-Type-Options": "nosniff",
}
_PARAMETER = re.compile(r"\{(\w+)\}")
_LABELS = {"en": ("What it means", "What to do", "All problems"), "zh": ("含义", "处理方法", "全部问题")}


class Entry(NamedTuple):
    """A code, its status (None for a fault, which stands in `errors`), its words and what to do about it."""

    code: str
    status: int | None
    title: Both
    remedy: Remedy


def statuses() -> dict[str, int]:
    """Code → status of everything that is answered as a problem; all other codes stand in `errors`."""
    return {**{kind.default_code: kind.status for kind in _kinds(Problem)}, **STATUSES}


def entries() -> dict[str, Entry]:
    """Every code there is: problems by status, then faults."""
    known = statuses()
    found = [
        Entry(code, known.get(code), Both(*MESSAGES[code]), remedy_of(code, known.get(code)))
        for code in MESSAGES
    ]
    return {entry.code: entry for entry in sorted(found, key=lambda entry: (entry.status or 999, entry.code))}


def problem_routes() -> list[Route]:
    """The index and a page for every code."""
    return [Route("/problems", _index), Route("/problems/{code}", _one)]


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


async def _index(request: Request) -> Response:
    found = entries().values()
    if _wants_page(request):
        return _page(request, "Problems · 问题代码", _list(found), up="")
    return json_answer({"data": [_told(entry) for entry in found]}, headers={"Vary": "Accept"})


async def _one(request: Request) -> Response:
    entry = entries().get(request.path_params["code"])
    if entry is None:
        language = language_of(request)
        return problem_answer(NotFound(), language=language, instance=request.url.path, request_id=new_id())
    if _wants_page(request):
        return _page(request, entry.code, _article(request, entry), up="../")
    return json_answer(_told(entry), headers={"Vary": "Accept"})


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "type": f"/problems/{entry.code}",
        "code": entry.code,
        "status": entry.status,
        "title": entry.title.told,
        "meaning": entry.remedy.meaning.told,
        "remedy": entry.remedy.action.told,
    }


def _order(request: Request) -> list[str]:
    """Both languages, the reader's first."""
    first = language_of(request)
    return [first, *(language for language in LANGUAGES if language != first)]


def _article(request: Request, entry: Entry) -> str:
    parts = [f"<header><h1><code>{escape(entry.code)}</code></h1>{_badge(entry.status)}</header>"]
    for language in _order(request):
        means, do, _ = _LABELS[language]
        parts.append(
            f'<section lang="{LANGUAGES[language]}"><p class="title">{_message(getattr(entry.title, language))}</p>'
            f"<h2>{means}</h2><p>{_text(getattr(entry.remedy.meaning, language))}</p>"
            f"<h2>{do}</h2><p>{_text(getattr(entry.remedy.action, language))}</p></section>"
        )
    index = " · ".join(_LABELS[language][2] for language in _order(request))
    return f'<article>{"".join(parts)}</article><nav><a href="../problems">{index}</a></nav>'


def _list(found: Any) -> str:
    rows = "".join(
        f'<tr><td>{_badge(entry.status)}</td><td><a href="problems/{entry.code}"><code>{entry.code}</code></a></td>'
        f'<td lang="en">{_message(entry.title.en)}</td>'
        f'<td lang="zh-CN">{_message(entry.title.zh)}</td></tr>'
        for entry in found
    )
    return (
        "<header><h1>Problems · 问题代码</h1></header>"
        f'<p lang="en">{_text(INDEX.en)}</p><p lang="zh-CN">{_text(INDEX.zh)}</p>'
        f"<table><tbody>{rows}</tbody></table>"
    )


def _badge(status: int | None) -> str:
    if status is None:
        return '<span class="status fault">errors[]</span>'
    return f'<span class="status s{status // 100}">{status}</span>'


def _message(text: str) -> str:
    """A message with what it is filled with named."""
    return _PARAMETER.sub(r"<var>\1</var>", escape(text))


def _text(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _page(request: Request, title: str, content: str, *, up: str) -> Response:
    language = LANGUAGES[_order(request)[0]]
    return HTMLResponse(
        f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · CRM API</title>
<link rel="icon" href="{up}{asset_link("favicon.svg")}">
<link rel="stylesheet" href="{up}{asset_link("problems.css")}">
</head>
<body><main>{content}</main></body>
</html>
""",
        headers={**_HEADERS, "Content-Language": language},
    )

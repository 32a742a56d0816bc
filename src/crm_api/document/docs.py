"""The documentation pages `/docs` (Swagger UI) and `/redoc` (ReDoc), from files of this machine only.

Every link is relative, so the pages also work behind a proxy that adds a path prefix.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from mimetypes import guess_type

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_VENDORED = files("fastapi_offline") / "static"
_OURS = files("crm_api.document") / "assets"
_ASSETS = {
    "swagger-ui.css": _VENDORED,
    "swagger-ui-bundle.js": _VENDORED,
    "redoc.standalone.js": _VENDORED,
    "swagger-init.js": _OURS,
    "redoc-init.js": _OURS,
    "pages.css": _OURS,
    "problems.css": _OURS,
    "favicon.svg": _OURS,
}
# Both pages set styles from their scripts; ReDoc searches in a worker that it makes from a blob.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ASSET_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[Request], Awaitable[Response]]


def docs_routes(openapi_url: str, *, title: str = "CRM API") -> list[Route]:
    """The two pages and their assets; `openapi_url` is the path of the document on this server."""
    asset_routes = [
        Route(f"/docs/assets/{name}", partial(_asset, name), name=f"docs-asset-{name}") for name in _ASSETS
    ]
    swagger = _page(
        title, openapi_url, ["swagger-ui.css", "pages.css"], ["swagger-ui-bundle.js", "swagger-init.js"]
    )
    redoc = _page(title, openapi_url, ["pages.css"], ["redoc.standalone.js", "redoc-init.js"])
    return [
        Route("/docs", _answering(swagger), name="docs"),
        Route("/redoc", _answering(redoc), name="redoc"),
        *asset_routes,
    ]


def _answering(page: str) -> Handler:
    async def answer(_: Request) -> Response:
        return HTMLResponse(page, headers=_PAGE_HEADERS)

    return answer


async def _asset(name: str, _: Request) -> Response:
    return Response(_content(name), media_type=guess_type(name)[0], headers=_ASSET_HEADERS)


def _content(name: str) -> bytes:
    # ReDoc wants its maker's logo from another host; without an address it leaves the picture out.
    return (_ASSETS[name] / name).read_bytes().replace(b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"")


def _page(title: str, openapi_url: str, styles: list[str], scripts: list[str]) -> str:
    links = "\n".join(f'<link rel="stylesheet" href="{asset_link(name)}">' for name in styles)
    codes = "\n".join(f'<script src="{asset_link(name)}"></script>' for name in scripts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="{asset_link("favicon.svg")}">
{links}
</head>
<body>
<main id="page" data-openapi-url="{escape(openapi_url.lstrip("/"))}"></main>
<noscript>This page needs JavaScript; the document itself is at {escape(openapi_url)}.</noscript>
{codes}
</body>
</html>
"""


def asset_link(name: str) -> str:
    """Where a page beside `/docs` finds an asset."""
    # The digest lets a browser keep the file for a year and still see the next release at once.
    digest = sha256(_content(name)).hexdigest()
    return f"docs/assets/{name}?v={digest[:16]}"

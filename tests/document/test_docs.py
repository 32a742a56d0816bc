"""The documentation pages: complete from this machine, locked down by their policy."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from crm_api.document.docs import docs_routes

PAGES = ("/docs", "/redoc")
pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=docs_routes("/api/v1/openapi.json")))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm") as opened:
        yield opened


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_names_nothing_but_its_own_assets_and_the_document(
    client: httpx.AsyncClient, page: str
) -> None:
    text = (await client.get(page)).text
    links = re.findall(r'(?:href|src|data-openapi-url)="([^"]*)"', text)
    assert "api/v1/openapi.json" in links
    assert all(link.startswith(("docs/assets/", "api/v1/")) for link in links)
    assert "//" not in text
    assert re.search(r"<script(?! src=)|<style|\son\w+=", text) is None


@pytest.mark.parametrize("page", PAGES)
async def test_every_asset_is_served_for_long_and_never_sniffed(client: httpx.AsyncClient, page: str) -> None:
    links = re.findall(r'"(docs/assets/[^"]*)"', (await client.get(page)).text)
    assert len(links) >= 4
    for link in links:
        answer = await client.get(f"/{link}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].split(";")[0] in {
            "text/css",
            "text/javascript",
            "image/svg+xml",
        }
        assert b"https://cdn." not in answer.content


@pytest.mark.parametrize("page", PAGES)
async def test_the_policy_allows_scripts_and_connections_to_this_host_only(
    client: httpx.AsyncClient, page: str
) -> None:
    policy = (await client.get(page)).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules.keys().isdisjoint({"script-src", "connect-src", "font-src"})
    assert rules["frame-ancestors"] == "'none'"


async def test_only_listed_files_are_served(client: httpx.AsyncClient) -> None:
    for name in ("favicon.png", "../docs.py", "%2e%2e/docs.py", ""):
        assert (await client.get(f"/docs/assets/{name}")).status_code == 404

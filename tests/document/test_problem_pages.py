"""The pages that problems point at, and the languages of their texts."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from crm_api import wiring
from crm_api.document.docs import docs_routes
from crm_api.document.problem_pages import entries, problem_routes
from crm_api.kit.answers import problem_answer
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.messages import MESSAGES, text

assert wiring  # contexts register their codes when they are imported


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    routes = [*problem_routes(), *docs_routes("/api/v1/openapi.json")]
    headers = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm", headers=headers) as client:
        yield client


@pytest.mark.parametrize("code", MESSAGES)
async def test_every_code_has_a_page_in_both_languages(browser: httpx.AsyncClient, code: str) -> None:
    entry = entries()[code]
    answer = await browser.get(f"/problems/{code}")
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
    assert code in answer.text
    for language in ('lang="en"', 'lang="zh-CN"'):
        assert f"<section {language}>" in answer.text
    assert (f">{entry.status}<" if entry.status else "errors[]") in answer.text
    told = (await browser.get(f"/problems/{code}", headers={"Accept": "application/json"})).json()
    assert (told["code"], told["status"], told["type"]) == (code, entry.status, f"/problems/{code}")
    assert all(told[part][language] for part in ("title", "meaning", "remedy") for language in ("en", "zh"))


async def test_the_readers_language_comes_first(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/problems/not_found", headers={"Accept-Language": "zh-CN,zh;q=0.9"})).text
    assert re.findall(r'<(?:html|section) lang="([^"]+)"', page) == ["zh-CN", "zh-CN", "en"]


async def test_the_index_lists_every_code(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/problems")).text
    assert sorted(re.findall(r'href="problems/(\w+)"', page)) == sorted(MESSAGES)
    listed = (await browser.get("/problems", headers={"Accept": "*/*"})).json()["data"]
    assert len(listed) == len(MESSAGES)


@pytest.mark.parametrize("path", ["/problems", "/problems/rate_limited"])
async def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert all("//" not in link for link in re.findall(r'(?:href|src)="([^"]*)"', answer.text))
    assert re.search(r"<script|<style|\s(on\w+|style)=", answer.text) is None
    for link in re.findall(r'<link [^>]*href="([^"]+)"', answer.text):
        assert (await browser.get(str(httpx.URL(f"http://crm{path}").join(link)))).status_code == 200


async def test_an_unknown_code_has_no_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/problems/%3Cscript%3E")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("code", "params", "english", "chinese"),
    [
        ("wrong_type", {"expected": "an object"}, "Expected an object.", "类型应为对象。"),
        ("invalid_value", {"expected": "a decimal number"}, "Expected a decimal number.", "应为十进制数。"),
        ("invalid_value", {"expected": "one of a, b"}, "Expected one of a, b.", "应为以下之一：a, b。"),
        ("out_of_range", {"expected": "1–200"}, "Expected 1–200.", "应为 1–200。"),
        (
            "reference_not_found",
            {"resource": "dictionary_item"},
            "There is no such dictionary item.",
            "没有该字典项。",
        ),
        ("reference_not_found", {"resource": "customer"}, "There is no such customer.", "没有该客户。"),
        ("too_long", {"limit": 63}, "At most 63 characters or items.", "最多 63 个字符或条目。"),
    ],
)
def test_the_words_in_a_message_are_in_its_language(
    code: str, params: dict[str, object], english: str, chinese: str
) -> None:
    assert (text(code, "en", params), text(code, "zh", params)) == (english, chinese)


def test_params_stay_for_programs_what_they_are() -> None:
    problem = Invalid(faults=[Fault("pointer", "/lines", "wrong_type", {"expected": "a list"})])
    answer = problem_answer(problem, language="zh", instance="/", request_id="r")
    assert b'"params":{"expected":"a list"}' in answer.body
    assert "类型应为列表。" in answer.body.decode()
    assert answer.headers["vary"] == "Authorization, Accept-Language"

"""Every request is counted for its key or user and for its company, or for its address; what is over is refused."""

import asyncio
from datetime import timedelta

import pytest

from crm_api.kit import clock
from crm_api.kit.ids import new_id
from crm_api.kit.principal import Principal
from tests.factories.companies import Company, Served
from tests.factories.everybody import key
from tests.limits.conftest import Serving, left, visitor

AT = clock.now()


@pytest.fixture(autouse=True)
def present(request: pytest.FixtureRequest) -> None:
    """Tokens live in the present, however long ago this module was loaded."""
    request.module.AT = clock.now()


async def test_an_answer_tells_what_is_left(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_user=10, rate_limit_tenant=100) as strict:
        answer = await strict.client(company.owner.token).get("/customers")
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == '"user";q=10;w=60, "tenant";q=100;w=60'
    assert left(answer) == {"user": 9, "tenant": 99}
    assert all(1 <= int(part.split("t=")[1]) <= 60 for part in answer.headers["ratelimit"].split(", "))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nope", 404), ("DELETE", "/customers", 405), ("GET", "/openapi.json", 200)],
)
async def test_what_no_resource_answers_counts_for_its_address(
    served: Served, serving: Serving, method: str, path: str, status: int
) -> None:
    async with serving(rate_limit_address=1) as strict:
        first = await visitor(strict).request(method, path)
        second = await visitor(strict).request(method, path)
        elsewhere = await visitor(strict, "192.0.2.2").request(method, path)
    assert (first.status_code, left(first)) == (status, {"address": 0})
    assert first.headers["ratelimit-policy"] == '"address";q=1;w=60'
    assert (second.status_code, second.json()["code"], left(second)) == (429, "rate_limited", {"address": 0})
    assert 1 <= int(second.headers["retry-after"]) <= 60
    assert elsewhere.status_code == status


async def test_without_limits_nothing_is_told(company: Company) -> None:
    assert "ratelimit" not in (await company.owner.http.get("/customers")).headers


async def test_a_used_up_budget_is_429_until_its_window_ends(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_user=2) as strict:
        client = strict.client(company.owner.token)
        with clock.frozen(AT):
            answers = [await client.post("/customers", json={"name": "A"}) for _ in range(3)]
            wait = int(answers[2].headers["retry-after"])
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        problem = answers[2].json()
        assert (problem["code"], problem["status"]) == ("rate_limited", 429)
        assert f" {wait} seconds" in problem["detail"]
        assert left(answers[2]) == {"user": 0}
        assert answers[2].headers["ratelimit"].endswith(f";t={wait}")
        with clock.frozen(AT + timedelta(seconds=wait - 1)):
            assert (await client.get("/customers")).status_code == 429
        with clock.frozen(AT + timedelta(seconds=wait)):
            assert (await client.get("/customers")).status_code == 200
    assert len(await company.rows("customers")) == 2


async def test_users_have_budgets_of_their_own_and_share_that_of_their_company(
    company: Company, other_company: Company, serving: Serving
) -> None:
    colleague = await company.user("administrator")
    async with serving(rate_limit_user=3, rate_limit_tenant=4) as strict:
        first, second = (strict.client(token) for token in (company.owner.token, colleague.token))
        with clock.frozen(AT):
            used = [(await first.get("/teams")).status_code for _ in range(9)]
            assert used == [200, 200, 200] + [429] * 6
            # what the first was refused did not cost the company anything
            answers = [await second.get("/teams") for _ in range(2)]
            assert [answer.status_code for answer in answers] == [200, 429]
            assert left(answers[1]) == {"user": 1, "tenant": 0}
            assert (await strict.client(other_company.owner.token).get("/teams")).status_code == 200


async def test_a_key_has_the_budget_of_keys(company: Company, serving: Serving) -> None:
    secret = (await key(company, "customers:read")).token
    async with serving(rate_limit_key=5, rate_limit_user=1) as strict:
        answers = [await strict.client(secret).get("/customers") for _ in range(2)]
    assert left(answers[1])["key"] == 3
    assert answers[1].headers["ratelimit-policy"].startswith('"key";q=5;w=60')


async def test_the_same_id_in_two_companies_is_two_budgets(serving: Serving) -> None:
    someone = new_id()
    async with serving(rate_limit_user=1) as strict:
        limits = strict.app.state.edge.limits
        for company in (new_id(), new_id()):
            await limits.admit(Principal(company, someone), "192.0.2.1")


async def test_whoever_is_not_signed_in_is_counted_by_address(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_address=2) as strict:
        near, far = visitor(strict, token="not a token"), visitor(strict, "2001:db8::1", token="not a token")
        with clock.frozen(AT):
            answers = [await near.get("/customers") for _ in range(3)]
            assert [answer.status_code for answer in answers] == [401, 401, 429]
            assert left(answers[0]) == {"address": 1}
            refresh = await visitor(strict).post("/auth/refresh", json={"refresh_token": "made up"})
            assert refresh.status_code == 429
            assert (await far.get("/customers")).status_code == 401
            # a neighbour in the same /64 is the same customer of their provider
            same = visitor(strict, "2001:db8::ffff:1", token="not a token")
            assert [(await same.get("/customers")).status_code for _ in range(2)] == [401, 429]
            # somebody who is signed in shares an address with strangers, not their budget
            assert (await visitor(strict, token=company.owner.token).get("/customers")).status_code == 200


@pytest.mark.parametrize(("hops", "statuses"), [(0, [401, 429]), (1, [401, 401])])
async def test_only_a_trusted_proxy_says_where_somebody_is(
    serving: Serving, hops: int, statuses: list[int]
) -> None:
    async with serving(rate_limit_address=1, trusted_proxies=hops) as strict:
        client = visitor(strict, token="not a token")
        with clock.frozen(AT):
            answers = [
                await client.get("/auth/me", headers={"X-Forwarded-For": address})
                for address in ("192.0.2.7", "192.0.2.8")
            ]
    assert [answer.status_code for answer in answers] == statuses


async def test_parallel_requests_are_counted_one_by_one(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_user=10) as strict:
        client = strict.client(company.owner.token)
        with clock.frozen(AT):
            answers = await asyncio.gather(*(client.get("/auth/me") for _ in range(40)))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 30


async def test_refused_before_the_body_is_read(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_user=1) as strict:
        client = strict.client(company.owner.token)
        with clock.frozen(AT):
            await client.get("/auth/me")
            too_large = await client.post("/customers", content=b"x" * 1_000_001)
    assert too_large.status_code == 429


@pytest.mark.parametrize("workers", [1, 4])
async def test_processes_that_count_alone_take_their_part(
    company: Company, serving: Serving, workers: int
) -> None:
    async with serving(rate_limit_user=8, workers=workers) as strict:
        answer = await strict.client(company.owner.token).get("/auth/me")
    assert left(answer)["user"] == 8 // workers - 1


async def test_the_refusal_speaks_chinese(company: Company, serving: Serving) -> None:
    async with serving(rate_limit_user=1) as strict:
        client = strict.client(company.owner.token)
        with clock.frozen(AT):
            await client.get("/auth/me")
            answer = await client.get("/auth/me", headers={"Accept-Language": "zh-CN"})
    assert (answer.headers["content-language"], answer.status_code) == ("zh", 429)
    assert answer.json()["title"] == f"请求过于频繁，请在 {answer.headers['retry-after']} 秒后重试。"

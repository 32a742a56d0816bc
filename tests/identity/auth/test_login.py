"""Signing in over HTTP: what is answered, and what is not told."""

import asyncio
from typing import Any

import httpx

from crm_api.kit.ids import new_id
from tests.factories.companies import PASSWORD, Company
from tests.factories.everybody import key

WRONG = "another long passphrase"


async def sign_in(company: Company, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    body = {"email": email, "password": password, **more}
    return await company.client().post("/auth/login", json=body)


def said(answer: httpx.Response) -> dict[str, Any]:
    """A problem without what differs in every answer."""
    return {name: value for name, value in answer.json().items() if name != "request_id"}


async def test_login_gives_tokens_that_work(company: Company) -> None:
    answer = await sign_in(company, company.email.upper())
    tokens = answer.json()
    assert answer.status_code == 200
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in", "device_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 600)
    me = (await company.client(tokens["access_token"]).get("/auth/me")).json()
    assert (me["id"], me["kind"], me["email"]) == (company.owner.id, "user", company.email)
    assert me["roles"] == ["administrator", "company_owner"]
    assert me["permissions"]["users:create"] == "all"
    assert me["tenant"]["slug"] == company.slug


async def test_wrong_password_unknown_address_and_foreign_company_are_the_same_answer(
    company: Company, other_company: Company
) -> None:
    answers = [
        await sign_in(company, company.email, WRONG),
        await sign_in(company, f"{new_id()}@example.com"),
        await sign_in(company, "not an address"),
        await sign_in(company, company.email, tenant=other_company.slug),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert said(answers[0])["code"] == "invalid_credentials"
    assert all(said(answer) == said(answers[0]) for answer in answers)


async def test_a_person_in_several_companies_names_one(company: Company, other_company: Company) -> None:
    await other_company.owner.create("/users", email=company.email, name="Guest", password=WRONG)
    answer = await sign_in(company, company.email)
    assert (answer.status_code, answer.json()["code"]) == (409, "tenant_required")
    listed = sorted((c.slug, c.slug) for c in (company, other_company))
    assert sorted((t["slug"], t["name"]) for t in answer.json()["tenants"]) == listed
    entered = await sign_in(company, company.email, tenant=other_company.slug)
    me = (await company.client(entered.json()["access_token"]).get("/auth/me")).json()
    assert (me["name"], me["tenant"]["slug"]) == ("Guest", other_company.slug)
    # the other company's password was not taken
    assert (await sign_in(company, company.email, WRONG)).status_code == 401


async def test_companies_that_bar_the_person_are_not_listed(company: Company, other_company: Company) -> None:
    guest = await other_company.owner.create("/users", email=company.email, name="Guest")
    await other_company.owner.http.post(f"/users/{guest['id']}/disable")
    answer = await sign_in(company, company.email)
    assert answer.status_code == 200
    barred = await sign_in(company, company.email, tenant=other_company.slug)
    assert (barred.status_code, barred.json()["code"]) == (401, "invalid_credentials")


async def test_the_oauth_form_signs_in(company: Company) -> None:
    form = {"grant_type": "password", "username": company.email, "password": PASSWORD}
    answer = await company.client().post("/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    assert (await company.client(answer.json()["access_token"]).get("/auth/me")).status_code == 200


async def test_refresh_rotates_and_reuse_ends_the_session(company: Company) -> None:
    http = company.client()
    first = (await sign_in(company, company.email)).json()
    second = (await http.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert second["refresh_token"] != first["refresh_token"]
    reused = await http.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_reused")
    after = await http.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert (after.status_code, after.json()["code"]) == (401, "invalid_token")
    session = [row for row in await company.rows("sessions") if row["revoked_at"] is not None]
    assert len(session) == 1


async def test_of_two_parallel_refreshes_exactly_one_wins(company: Company) -> None:
    tokens = (await sign_in(company, company.email)).json()
    body = {"refresh_token": tokens["refresh_token"]}
    answers = await asyncio.gather(
        *(company.client().post("/auth/refresh", json=body) for _ in range(4)), return_exceptions=False
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_logout_ends_the_session(company: Company) -> None:
    tokens = (await sign_in(company, company.email)).json()
    assert (await company.client(tokens["access_token"]).post("/auth/logout")).status_code == 204
    refreshed = await company.client().post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
    await asyncio.sleep(1.05)
    assert (await company.client(tokens["access_token"]).get("/auth/me")).status_code == 401


async def test_a_disabled_user_is_out_within_a_second(company: Company) -> None:
    user = await company.user("executive")
    assert (await user.http.get("/auth/me")).status_code == 200
    assert (await company.owner.http.post(f"/users/{user.id}/disable")).status_code == 200
    await asyncio.sleep(1.05)
    answer = await user.http.get("/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_a_suspended_company_lets_nobody_in(company: Company) -> None:
    shop = await key(company, "customers:read")
    async with company.served.pool.acquire() as connection:
        await connection.execute(
            "UPDATE tenants SET status = 'suspended' WHERE id = $1::text::uuid", company.tenant_id
        )
    assert (await sign_in(company, company.email)).status_code == 401
    await asyncio.sleep(1.05)
    assert (await company.owner.http.get("/auth/me")).status_code == 401
    assert (await shop.http.get("/auth/me")).status_code == 401


async def test_me_of_an_api_key(company: Company) -> None:
    shop = await key(company, "customers:read")
    me = (await shop.http.get("/auth/me")).json()
    assert me == {
        "id": shop.id,
        "kind": "api_key",
        "name": None,
        "email": None,
        "team_id": None,
        "roles": ["integration"],
        "permissions": {"customers:read": "all"},
        "tenant": None,
    }


async def test_nobody_is_asked_to_sign_in(company: Company) -> None:
    for token in (None, "nonsense", "crm_live_nonsense"):
        answer = await company.client(token).get("/auth/me")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_refusals_speak_chinese(company: Company) -> None:
    answer = await company.client().post(
        "/auth/login",
        json={"email": company.email, "password": WRONG},
        headers={"Accept-Language": "zh-CN"},
    )
    assert answer.json()["title"] == "邮箱或密码错误。"

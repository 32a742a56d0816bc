"""Somebody is always left who can let others in, and roles are handed out only by those who may."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.factories.companies import Actor, Company

Verb = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]
VERBS: dict[str, Verb] = {
    "demote": lambda http, user: http.patch(f"/users/{user}", json={"roles": ["executive"]}),
    "disable": lambda http, user: http.post(f"/users/{user}/disable"),
    "delete": lambda http, user: http.delete(f"/users/{user}"),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_the_last_administrator_stays(company: Company, verb: str) -> None:
    before = await company.rows("users"), await company.rows("events"), await company.rows("sessions")
    answer = await VERBS[verb](company.owner.http, company.owner.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    after = await company.rows("users"), await company.rows("events"), await company.rows("sessions")
    assert after == before


@pytest.mark.parametrize("verb", VERBS)
async def test_invited_and_disabled_administrators_do_not_count(company: Company, verb: str) -> None:
    await company.owner.create("/users", email=f"i-{company.email}", name="I", roles=["administrator"])
    disabled = await company.user("administrator")
    assert (await company.owner.http.post(f"/users/{disabled.id}/disable")).status_code == 200
    answer = await VERBS[verb](company.owner.http, company.owner.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")


@pytest.mark.parametrize("verb", VERBS)
async def test_of_two_who_remove_each_other_exactly_one_wins(company: Company, verb: str) -> None:
    other = await company.user("administrator")
    for actor in (company.owner, other):
        assert (await actor.http.get("/auth/me")).status_code == 200
    answers = await asyncio.gather(
        VERBS[verb](company.owner.http, other.id), VERBS[verb](other.http, company.owner.id)
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert won.status_code == (204 if verb == "delete" else 200)
    assert (lost.status_code, lost.json()["code"]) == (409, "last_administrator")


async def test_the_company_owner_role_is_handed_on_only_by_its_holder(company: Company) -> None:
    administrator = await company.user("administrator")
    user = await company.user("executive")

    def hand_out(actor: Actor) -> Awaitable[httpx.Response]:
        return actor.http.patch(f"/users/{user.id}", json={"roles": ["executive", "company_owner"]})

    assert (await hand_out(administrator)).status_code == 403
    new = {"email": f"n-{company.email}", "name": "N", "roles": ["company_owner"]}
    assert (await administrator.http.post("/users", json=new)).status_code == 403
    assert (await hand_out(company.owner)).status_code == 200
    # keeping a role that is held already hands out nothing
    kept = await administrator.http.patch(f"/users/{user.id}", json={"roles": ["company_owner", "marketer"]})
    assert kept.status_code == 200

"""Guessing a password gets nowhere, and keeps nobody but the guesser out."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from crm_api.identity.auth.guessing import ACCOUNT, ADDRESS, DEVICE, PAIR
from crm_api.kit import clock
from crm_api.kit.ids import new_id
from tests.factories.companies import PASSWORD, Company, Served
from tests.limits.conftest import Serving, visitor

AT = clock.now()  # tokens live in the present
WRONG = "another long passphrase"


async def sign_in(
    served: Served, email: str, password: str = WRONG, address: str = "192.0.2.1", **more: Any
) -> httpx.Response:
    async with visitor(served, address) as client:
        return await client.post("/auth/login", json={"email": email, "password": password, **more})


async def test_of_200_parallel_guesses_ten_are_tried(company: Company, serving: Serving) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            answers = await asyncio.gather(*(sign_in(strict, company.email) for _ in range(200)))
            assert sorted(answer.status_code for answer in answers) == [401] * PAIR.quota + [429] * 190
            refused = await sign_in(strict, company.email.upper(), PASSWORD)
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            # the victim, somewhere else
            assert (await sign_in(strict, company.email, PASSWORD, "198.51.100.7")).status_code == 200
        with clock.frozen(AT + timedelta(seconds=int(refused.headers["retry-after"]))):
            assert (await sign_in(strict, company.email, PASSWORD)).status_code == 200


async def test_the_form_and_the_body_share_their_guesses(company: Company, serving: Serving) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            for _ in range(PAIR.quota):
                await sign_in(strict, company.email)
            form = {"username": company.email, "password": PASSWORD}
            assert (await visitor(strict).post("/auth/token", data=form)).status_code == 429


async def test_right_passwords_are_not_counted(company: Company, serving: Serving) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            answers = [await sign_in(strict, company.email, PASSWORD) for _ in range(PAIR.quota + 2)]
    assert {answer.status_code for answer in answers} == {200}


async def test_one_address_tries_many_accounts_in_vain(company: Company, serving: Serving) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            for number in range(ADDRESS.quota):
                await strict.app.state.guessing.attempt(f"{number}@example.com", "192.0.2.1", None)
            assert (await sign_in(strict, company.email, PASSWORD)).status_code == 429
            assert (await sign_in(strict, company.email, PASSWORD, "198.51.100.7")).status_code == 200


async def test_guessed_at_from_everywhere_the_owner_gets_in_from_their_device(
    company: Company, serving: Serving
) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            known = (await sign_in(strict, company.email, PASSWORD)).json()["device_token"]
            for number in range(ACCOUNT.quota):
                await strict.app.state.guessing.attempt(company.email, f"203.0.113.{number}", None)
            elsewhere = "198.51.100.7"
            assert (await sign_in(strict, company.email, PASSWORD, elsewhere)).status_code == 429
            own = await sign_in(strict, company.email, PASSWORD, elsewhere, device_token=known)
            assert own.status_code == 200
            # also when the guesser sits at the same address
            for _ in range(PAIR.quota + 1):
                await sign_in(strict, company.email)
            own = await sign_in(strict, company.email, PASSWORD, device_token=own.json()["device_token"])
            assert own.status_code == 200


async def test_a_device_token_is_good_for_one_account_and_a_few_guesses(
    company: Company, other_company: Company, serving: Serving
) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            known = (await sign_in(strict, company.email, PASSWORD)).json()["device_token"]
            guesses = [
                await sign_in(strict, company.email, device_token=known) for _ in range(DEVICE.quota + 1)
            ]
            assert [guess.status_code for guess in guesses] == [401] * DEVICE.quota + [429]
            for number in range(ACCOUNT.quota):
                await strict.app.state.guessing.attempt(other_company.email, f"203.0.113.{number}", None)
            for useless in (known, f"{new_id()}.{known.partition('.')[2]}", "made up", "."):
                answer = await sign_in(strict, other_company.email, PASSWORD, device_token=useless)
                assert answer.status_code == 429, useless


async def test_an_open_session_goes_on_while_somebody_guesses(company: Company, serving: Serving) -> None:
    async with serving() as strict:
        with clock.frozen(AT):
            session = (await sign_in(strict, company.email, PASSWORD)).json()
            for _ in range(PAIR.quota + 1):
                await sign_in(strict, company.email)
            client = visitor(strict)
            answer = await client.post("/auth/refresh", json={"refresh_token": session["refresh_token"]})
    assert answer.status_code == 200
    assert answer.json()["device_token"] is None

"""The link of a quote: read and decided on by whoever holds it, once, and nothing else."""

import asyncio
from typing import Any

import pytest

from crm_api.identity.auth.visitors import ADDRESS, Visitors
from crm_api.identity.credentials.opaque import SecretKind, make_secret
from crm_api.jobs.port import payload_of
from crm_api.jobs.queue import Wanted, insert
from crm_api.jobs.runner import Runner
from crm_api.kit.errors import NotFound, RateLimited
from crm_api.kit.limits import Budget, InProcess, Limits
from crm_api.kit.uow import Origin, PublicUnit
from crm_api.roles import system_rights
from crm_api.worker import actors_of
from tests.factories.companies import Company
from tests.factories.quoting import HOLDER, open_desk

SEEN = {
    "company_name", "number", "version_number", "name", "status", "customer_name", "contact_name", "valid_until",
    "terms", "currency", "tax_mode", "discount_percent", "discount_amount", "net_amount", "tax_amount",
    "gross_amount", "lines",
}  # fmt: skip


def _problem(answer: Any) -> dict[str, Any]:
    """A problem without what tells one request from another."""
    told = answer.json()
    return {name: told[name] for name in told if name not in ("request_id", "instance")}


async def test_what_the_customer_sees(company: Company) -> None:
    desk = await open_desk(company)
    sent = await desk.sent(terms="货到付款", notes="毛利 18%")
    visitor = company.client()
    seen = await visitor.get(f"/public/quotes/{sent['secret']}")
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
    shown = seen.json()
    assert shown.keys() == SEEN
    assert "毛利" not in seen.text
    assert not any(secret in seen.text for secret in (sent["id"], desk.customer["id"], desk.gateway["id"]))
    assert (shown["company_name"], shown["terms"]) == (company.slug, "货到付款")
    assert (shown["gross_amount"], shown["lines"][0]["description"]) == (sent["gross_amount"], "智能网关 G2")
    first = await desk.quote(sent)
    await visitor.get(f"/public/quotes/{sent['secret']}")
    assert (await desk.quote(sent)) == first
    assert first["viewed_at"] is not None
    events = await company.rows("events", record_id=sent["id"])
    assert [event["type"] for event in events] == ["quote.created", "quote.sent", "quote.viewed"]
    (principal,) = await company.rows("principals", id=events[-1]["actor_id"])
    assert (principal["kind"], principal["name"]) == ("system", "system:quotes.public")
    assert (await company.client(sent["secret"]).get("/quotes")).status_code == 401


async def test_of_fifty_at_once_one_wins(company: Company) -> None:
    desk = await open_desk(company)
    sent = await desk.sent()
    path, visitor = f"/public/quotes/{sent['secret']}", company.client()
    assert (
        await visitor.get(path)
    ).status_code == 200  # else they would wait for each other to be made known
    verbs = ("accept", "reject")
    answers = await asyncio.gather(
        *(
            visitor.post(f"{path}/{verbs[n % 2]}", json={**HOLDER, "decided_by_name": f"N{n}"})
            for n in range(50)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 49
    (won,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    quote = await desk.quote(sent)
    assert (quote["status"], quote["decided_by_name"]) == (f"{verbs[won % 2]}ed", f"N{won}")
    assert (quote["decided_by_email"], quote["decided_from_ip"]) == ("li.na@zhida.example", "127.0.0.1")
    assert quote["version"] == sent["version"] + 2  # seen, and decided on once
    decided = {"quote.accepted", "quote.rejected"}
    assert len([e for e in await company.rows("events") if e["type"] in decided]) == 1
    frozen = await desk.draft()
    accepted = (await desk.do((await desk.do(frozen, "send")).json(), "accept")).json()
    patched = await desk.change(accepted, name="anders")
    assert (patched.status_code, patched.json()["code"]) == (409, "wrong_state")


async def test_every_link_that_leads_nowhere_looks_the_same(company: Company, other_company: Company) -> None:
    desk = await open_desk(company)
    used, withdrawn, revised, late = [await desk.sent() for _ in range(4)]
    visitor = company.client()
    accepted = await visitor.post(f"/public/quotes/{used['secret']}/accept", json=HOLDER)
    assert accepted.status_code == 200
    assert (await desk.do(withdrawn, "withdraw")).json()["status"] == "draft"
    assert (await desk.do(revised, "revise")).status_code == 201
    await desk.put(late, valid_until="'2026-01-01'")
    forged = [
        make_secret(SecretKind.QUOTE_LINK, tenant) for tenant in (company.tenant_id, other_company.tenant_id)
    ]
    nobody = make_secret(SecretKind.QUOTE_LINK, "01930b2e-6f00-7000-8000-000000000001")
    dead = [quote["secret"] for quote in (used, withdrawn, revised, late)]
    before = await company.digest("quotes", "events")
    told = []
    for token in (*dead, *forged, nobody, "crm_ql_x", dead[0][:-1], "x" * 5000):
        for verb in ("", "/accept", "/reject"):
            path = f"/public/quotes/{token}{verb}"
            answer = await (visitor.post(path, json=HOLDER) if verb else visitor.get(path))
            told.append((answer.status_code, _problem(answer)))
    assert all(each == told[0] for each in told)
    assert told[0][0] == 404
    assert await company.digest("quotes", "events") == before
    link = f"/public/quotes/{(await desk.sent())['secret']}"
    assert (await visitor.post(f"{link}/accept", json={})).status_code == 422
    assert (await visitor.post(f"{link}/accept", json={**HOLDER, "status": "accepted"})).status_code == 422


async def test_links_cannot_be_guessed_at_leisure(company: Company) -> None:
    counted = Limits(
        InProcess(), **dict.fromkeys(("api_key", "user", "tenant", "address"), Budget("b", 9, 9))
    )
    visitors = Visitors(counted, b"pepper", system_rights)
    unit = PublicUnit(company.served.pool, origin=Origin(ip="192.0.2.7"))
    secret = make_secret(SecretKind.QUOTE_LINK, company.tenant_id)
    try:
        for _ in range(2 * ADDRESS.quota):  # what was right is not counted
            async with visitors.entering(unit, SecretKind.QUOTE_LINK, secret, "quotes.public"):
                pass
        for _ in range(ADDRESS.quota):
            with pytest.raises(NotFound):
                async with visitors.entering(unit, SecretKind.QUOTE_LINK, "none", "quotes.public"):
                    pass
        with pytest.raises(RateLimited):
            async with visitors.entering(unit, SecretKind.QUOTE_LINK, secret, "quotes.public"):
                pass
    finally:
        await unit.close()


async def test_time_decides_once(company: Company) -> None:
    desk = await open_desk(company)
    late, draft, open_ended, far = (
        await desk.sent(),
        await desk.draft(),
        await desk.sent(valid_until=None),
        await desk.sent(),
    )
    for quote in (late, draft):
        await desk.put(quote, valid_until="'2026-01-01'")
    pool, state = company.served.pool, company.served.app.state
    runner = Runner(pool, actors_of(pool, state.authentication))
    for _ in range(2):
        async with pool.acquire() as connection, connection.transaction():
            await insert(
                connection, [Wanted("quotes.expire", payload_of(company.tenant_id, {}), None, None, 0)]
            )
        await runner.empty()
    statuses = [(await desk.quote(quote))["status"] for quote in (late, draft, open_ended, far)]
    assert statuses == ["expired", "draft", "sent", "sent"]
    assert [e["type"] for e in await company.rows("events", record_id=late["id"])].count("quote.expired") == 1

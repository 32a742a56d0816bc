"""The chain finds what a superuser does to the record, names it, and forgives a marked erasure."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from crm_api.integrations.audit.verifying import verify
from crm_api.integrations.changes.relay import relay_tenant
from crm_api.kit.ids import new_id
from crm_api.server.auditing import verify_tenants
from crm_api.settings import Settings
from tests.factories.companies import Company

TENANT = "tenant_id = $1"


@pytest.fixture
async def superuser(databases: Any) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(databases.admin_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def recorded(company: Company) -> list[dict[str, Any]]:
    """A company with some events and accesses, all of them chained; the links of its events."""
    for number in range(4):
        made = await company.owner.create("/customers", name=f"C{number}")
        assert (await company.owner.http.get(f"/customers/{made['id']}")).status_code == 200
    await relay_tenant(company.served.pool, company.tenant_id)
    return await links(company, "events")


async def links(company: Company, log: str) -> list[dict[str, Any]]:
    return sorted(await company.rows("chain", log=log), key=lambda row: row["number"])


async def findings(company: Company) -> list[str]:
    proofs = await verify(company.served.pool, company.tenant_id)
    return [finding for proof in proofs for finding in proof.findings]


async def test_an_untouched_record_is_proved(company: Company, recorded: list[Any]) -> None:
    events, accesses = await verify(company.served.pool, company.tenant_id)
    assert (events.rows, events.findings) == (len(recorded), [])
    assert (accesses.rows, accesses.findings) == (4, [])
    assert events.seal == recorded[-1]["link"]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM events WHERE {t} AND id = $2", ["event {n} ({id}): removed"]),
        (
            "UPDATE events SET changes = '{{}}' WHERE {t} AND id = $2",
            ["event {n} ({id}): altered"],
        ),
        ("UPDATE events SET type = 'customer.read' WHERE {t} AND id = $2", ["event {n} ({id}): altered"]),
        ("UPDATE events SET ip = '1.1.1.1' WHERE {t} AND id = $2", ["event {n} ({id}): altered"]),
        ("DELETE FROM feed WHERE {t} AND event_id = $2", ["event {n} ({id}): removed from its place"]),
        (
            "DELETE FROM chain WHERE {t} AND entry_id = $2",
            ["event {n}: its link was removed", "event {id}: inserted, the chain does not know it"],
        ),
        (
            "UPDATE chain SET link = digest WHERE {t} AND entry_id = $2",
            ["event {n} ({id}): its link was altered", "event {next} ({next_id}): its link was altered"],
        ),
    ],
)
async def test_whatever_is_done_to_an_event_is_named(
    company: Company, recorded: list[Any], superuser: Any, sql: str, found: list[str]
) -> None:
    target, following = recorded[-3], recorded[-2]
    await superuser.execute(sql.format(t=TENANT), company.tenant_id, target["entry_id"])
    names = {"n": target["number"], "id": target["entry_id"]}
    names |= {"next": following["number"], "next_id": following["entry_id"]}
    assert await findings(company) == [line.format(**names) for line in found]


async def test_two_events_that_change_places_are_named(
    company: Company, recorded: list[Any], superuser: Any
) -> None:
    first, second = recorded[-2], recorded[-1]
    move = "UPDATE feed SET position = $3 WHERE tenant_id = $1 AND event_id = $2"
    for entry, position in ((first, 10_000), (second, first["number"]), (first, second["number"])):
        await superuser.execute(move, company.tenant_id, entry["entry_id"], position)
    assert await findings(company) == [
        f"event {first['number']} ({first['entry_id']}): {second['entry_id']} stands in its place",
        f"event {second['number']} ({second['entry_id']}): {first['entry_id']} stands in its place",
    ]


async def test_an_inserted_event_is_named(company: Company, recorded: list[Any], superuser: Any) -> None:
    forged = new_id()
    await superuser.execute(
        """INSERT INTO events (tenant_id, id, created_at, type, schema_version, resource, record_id, version, actor_id, changes)
        SELECT tenant_id, $2, created_at, type, schema_version, resource, record_id, version, actor_id, changes
        FROM events WHERE tenant_id = $1 AND id = $3""",
        company.tenant_id,
        forged,
        recorded[-1]["entry_id"],
    )
    assert await findings(company) == [f"event {forged}: inserted, the chain does not know it"]


async def test_an_access_that_is_removed_is_named(
    company: Company, recorded: list[Any], superuser: Any
) -> None:
    link = (await links(company, "access"))[1]
    await superuser.execute("DELETE FROM access_log WHERE id = $1", link["entry_id"])
    assert await findings(company) == [f"access 2 ({link['entry_id']}): removed"]


async def test_a_marked_erasure_is_told_and_is_no_breach(
    company: Company, recorded: list[Any], superuser: Any
) -> None:
    entry_id = recorded[-2]["entry_id"]
    erase = "UPDATE events SET changes = '{}', ip = NULL, user_agent = NULL WHERE tenant_id = $1 AND id = $2"
    mark = "INSERT INTO erasures (tenant_id, id, log, erased_at, reason) VALUES ($1, $2, 'events', now(), 'asked')"
    await superuser.execute(erase, company.tenant_id, entry_id)
    assert len(await findings(company)) == 1
    await superuser.execute(mark, company.tenant_id, entry_id)
    events, _ = await verify(company.served.pool, company.tenant_id)
    assert (events.findings, events.erased) == ([], 1)
    await superuser.execute(
        "UPDATE events SET type = 'customer.read' WHERE tenant_id = $1 AND id = $2",
        company.tenant_id,
        entry_id,
    )
    assert len(await findings(company)) == 1


async def test_a_tenant_is_named_by_its_slug(
    company: Company, recorded: list[Any], settings: Settings
) -> None:
    proofs = await verify_tenants(settings, company.slug)
    assert [(slug, proof.log.value, proof.findings) for slug, proof in proofs] == [
        (company.slug, "events", []),
        (company.slug, "access", []),
    ]

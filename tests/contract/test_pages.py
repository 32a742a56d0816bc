"""A record has one text, whether PostgreSQL writes it for a page or Python for its get."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crm_api.kit import clock
from crm_api.kit.registries import RESOURCES
from tests.factories.companies import Company
from tests.factories.statements import Statements
from tests.isolation.worlds import World

HARD = "\" \\ / \t\n\x01\x1f\x7f \u2028 é 王 👩‍💼 </script> {}[],: '\u00a0"


async def same_texts(http: Any, path: str) -> int:
    """How many records a page holds, each as its get shows it, byte for byte."""
    page = await http.get(path, params={"limit": 200})
    if page.status_code in (404, 405):
        return 0
    assert page.status_code == 200, (path, page.text)
    for record in page.json()["data"]:
        one = await http.get(f"{path}/{record['id']}")
        assert one.status_code == 200, (path, one.text)
        assert one.content in page.content, path
    return len(page.json()["data"])


async def test_every_kind_of_record(company: Company) -> None:
    world = World(company)
    await world.furnish()
    counts = {
        name: await same_texts(company.owner.http, f"/{name.replace('_', '-')}")
        for name, resource in RESOURCES.items()
        if resource.fields
    }
    assert sum(found > 1 for found in counts.values()) > 30, counts


async def test_texts_and_instants_that_are_hard_to_write(company: Company, statements: Statements) -> None:
    second = datetime.now(UTC).replace(microsecond=0)
    for fraction in (0, 1, 120_000, 999_999):
        with clock.frozen(second + timedelta(microseconds=fraction)):
            await company.owner.create("/customers", name=f"Acme {fraction}", address=HARD)
    async with statements.counted() as sent:
        await company.owner.http.get("/customers")
    assert "row_to_json" in sent.sent[1]
    assert await same_texts(company.owner.http, "/customers") == 4
    found = (await company.owner.http.get("/customers?sort=created_at")).json()["data"]
    assert {record["address"] for record in found} == {HARD.strip()}
    stem = f"{second:%Y-%m-%dT%H:%M:%S}"
    written = [f"{stem}Z", f"{stem}.000001Z", f"{stem}.120000Z", f"{stem}.999999Z"]
    assert [record["created_at"] for record in found] == written

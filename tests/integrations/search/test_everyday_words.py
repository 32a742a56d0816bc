"""A word that more records hold than a look-up gives: the rows are walked instead, and nothing is missed."""

import pytest

from crm_api.kit.searching import MOST_HITS
from tests.factories.companies import Company
from tests.factories.floors import Floor

COPIES = """
WITH copies AS (
    SELECT c.id AS source, gen_random_uuid() AS id, n FROM customers c, generate_series(1, $2) n WHERE c.id = $1
), documents AS (
    INSERT INTO search_documents (tenant_id, id, resource, title, grams, sensitive_grams)
    SELECT d.tenant_id, copies.id, d.resource, d.title || ' ' || n, d.grams, d.sensitive_grams
    FROM copies JOIN search_documents d ON d.id = copies.source
)
INSERT INTO customers (tenant_id, id, kind, name, name_sort, name_key, phones, emails, lifecycle, owner_id, team_id,
    external_ids, custom_fields, created_at, created_by, updated_at, updated_by, version)
SELECT c.tenant_id, copies.id, c.kind, c.name || ' ' || n, c.name_sort, c.name_key, c.phones, c.emails, c.lifecycle,
    c.owner_id, c.team_id, c.external_ids, c.custom_fields, c.created_at - n * interval '1 minute', c.created_by, c.updated_at, c.updated_by, 1
FROM copies JOIN customers c ON c.id = copies.source
"""


async def _copy(company: Company, record_id: str, times: int) -> None:
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute(COPIES, record_id, times)


@pytest.fixture
async def crowded(floor: Floor) -> Floor:
    """The stranger has more customers of a word than a look-up gives; the agent has two among them."""
    foreign = await floor.stranger.create("/customers", name="The Everyday Company")
    await floor.agent.create("/customers", name="Some Everyday Company")
    await floor.agent.create("/customers", name="Everyday")
    await _copy(floor.company, foreign["id"], MOST_HITS + 20)
    return floor


async def test_everybody_finds_their_own(crowded: Floor) -> None:
    company = crowded.company
    for actor, count in ((crowded.agent, 2), (crowded.supervisor, 2), (crowded.mate, 0)):
        found = (await actor.http.get("/search?q=everyday&types=customers")).json()
        assert (len(found["data"]), found["has_more"]) == (count, False)
        listed = (await actor.http.get("/customers?q=everyday&include_total=true")).json()
        assert (len(listed["data"]), listed["page"]["total"]) == (count, count)
    found = (await company.owner.http.get("/search?q=everyday&limit=3")).json()
    assert [hit["match"] for hit in found["data"]] == ["exact", "title", "title"]
    assert found["has_more"] is True


async def test_a_list_of_an_everyday_word_can_be_walked_to_its_end(crowded: Floor) -> None:
    for sort in ("-created_at", "name"):
        ids: list[str] = []
        params = {"q": "everyday", "limit": "200", "sort": sort, "include_total": "true"}
        while params.get("cursor", "") is not None:
            answer = (await crowded.company.owner.http.get("/customers", params=params)).json()
            assert answer["page"]["total"] == MOST_HITS + 23
            ids += [row["id"] for row in answer["data"]]
            params["cursor"] = answer["page"]["next_cursor"]
        assert len(ids) == len(set(ids)) == MOST_HITS + 23

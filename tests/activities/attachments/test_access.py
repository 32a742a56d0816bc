"""An attachment follows its record, and each download asks anew."""

import pytest

from tests.activities.attachments import samples
from tests.factories.companies import Actor, Company
from tests.factories.floors import Floor

TABLES = ("attachments", "events", "search_documents")


async def _attached(actor: Actor) -> tuple[dict[str, str], str]:
    customer = await actor.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    sent = await actor.http.post("/attachments", data=about, files={"file": ("a.pdf", samples.PDF)})
    assert sent.status_code == 201, sent.text
    return about, sent.json()["id"]


async def _statuses(actor: Actor, about: dict[str, str], attachment_id: str) -> list[int]:
    one, http = f"/attachments/{attachment_id}", actor.http
    answers = [
        await http.get(one),
        await http.get(f"{one}/content"),
        await http.post("/attachments", data=about, files={"file": ("b.pdf", samples.PDF)}),
        await http.delete(one),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("supervisor", [200, 200, 201, 204]),
        ("agent", [200, 200, 201, 204]),
        ("mate", [404, 404, 422, 404]),
        ("stranger", [404, 404, 422, 404]),
    ],
)
async def test_reach_is_that_of_the_subject(floor: Floor, who: str, statuses: list[int]) -> None:
    about, attachment_id = await _attached(floor.agent)
    before = await floor.company.digest(*TABLES)
    assert await _statuses(getattr(floor, who), about, attachment_id) == statuses
    assert (await floor.company.digest(*TABLES) == before) == (statuses[0] == 404)


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("administrator", [403, 403, 403, 403]),
        ("executive", [200, 200, 403, 403]),
        ("marketer", [200, 200, 403, 403]),
        ("support_agent", [200, 200, 403, 403]),
        ("integration", [200, 200, 201, 204]),
    ],
)
async def test_role_by_action(floor: Floor, role: str, statuses: list[int]) -> None:
    about, attachment_id = await _attached(floor.agent)
    actor = await floor.company.user(role)
    before = await floor.company.digest(*TABLES)
    assert await _statuses(actor, about, attachment_id) == statuses
    assert (await floor.company.digest(*TABLES) == before) == (role != "integration")


async def test_another_company_and_nobody_download_nothing(company: Company, other_company: Company) -> None:
    about, attachment_id = await _attached(company.owner)
    assert await _statuses(other_company.owner, about, attachment_id) == [404, 404, 422, 404]
    assert (await company.client().get(f"/attachments/{attachment_id}/content")).status_code == 401
    assert (await company.owner.http.get("/attachments/no-id/content")).status_code == 404


async def test_who_loses_the_record_loses_the_file(floor: Floor) -> None:
    about, attachment_id = await _attached(floor.agent)
    await floor.supervisor.http.post(
        f"/customers/{about['subject_id']}/assign", json={"owner_id": floor.mate.id}
    )
    assert (await floor.agent.http.get(f"/attachments/{attachment_id}/content")).status_code == 404
    assert (await floor.mate.http.get(f"/attachments/{attachment_id}/content")).status_code == 200

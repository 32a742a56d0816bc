"""To whom a contact belongs, and to whom it reports."""

import httpx
import pytest

from tests.factories.companies import Company
from tests.factories.floors import Floor


def refused_at(answer: httpx.Response, pointer: str, code: str) -> None:
    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


async def test_a_contact_reports_to_nobody_below_it(company: Company) -> None:
    http = company.owner.http
    chief = await company.owner.create("/contacts", name="Chief")
    head = await company.owner.create("/contacts", name="Head", reports_to_id=chief["id"])
    clerk = await company.owner.create("/contacts", name="Clerk", reports_to_id=head["id"])
    before = await company.digest("contacts", "events")

    for below in (chief, head, clerk):
        answer = await http.patch(f"/contacts/{chief['id']}", json={"reports_to_id": below["id"]})
        refused_at(answer, "/reports_to_id", "reporting_cycle")
    assert await company.digest("contacts", "events") == before

    moved = await http.patch(f"/contacts/{clerk['id']}", json={"reports_to_id": chief["id"]})
    assert moved.status_code == 200
    below = await http.get(f"/contacts?reports_to_id={chief['id']}&sort=name")
    assert [record["name"] for record in below.json()["data"]] == ["Clerk", "Head"]


@pytest.mark.parametrize(("name", "path"), [("customer_id", "/customers"), ("reports_to_id", "/contacts")])
async def test_a_reference_must_name_a_record_in_sight(
    floor: Floor, other_company: Company, name: str, path: str
) -> None:
    other_path = "/contacts" if path == "/customers" else "/customers"
    mine = await floor.agent.create("/contacts", name="Mine")
    deleted = await floor.agent.create(path, name="Deleted")
    await floor.agent.http.delete(f"{path}/{deleted['id']}")
    wrong = [
        (await floor.stranger.create(path, name="Hidden"))["id"],
        deleted["id"],
        (await floor.agent.create(other_path, name="Another kind"))["id"],
        (await other_company.owner.create(path, name="Foreign"))["id"],
        floor.agent.id,
        "01930b2e-6f00-7000-8000-000000000001",
    ]
    before = await floor.company.digest("contacts", "events")

    problems = []
    for record_id in wrong:
        for answer in (
            await floor.agent.http.post("/contacts", json={"name": "x", name: record_id}),
            await floor.agent.http.patch(f"/contacts/{mine['id']}", json={name: record_id}),
        ):
            refused_at(answer, f"/{name}", "reference_not_found")
            problems.append(answer.json()["errors"])
    assert all(problem == problems[0] for problem in problems)
    assert await floor.company.digest("contacts", "events") == before


async def test_two_contacts_may_be_alike_in_everything_but_their_external_ids(company: Company) -> None:
    for _ in range(2):
        await company.owner.create("/contacts", name="李娜", emails=["a@b.example"], phones=["13800138000"])
    key = {"external_ids": [{"source": "erp", "key": "1"}]}
    first = await company.owner.create("/contacts", name="a", **key)

    refused = await company.owner.http.post("/contacts", json={"name": "b", **key})

    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert refused.json()["duplicates"] == [{"id": first["id"], "field": "external_ids"}]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"birthday": "2026-02-30"}, "/birthday", "invalid_date"),
        ({"birthday": "1988-5-20"}, "/birthday", "invalid_date"),
        ({"birthday": 19880520}, "/birthday", "invalid_date"),
        ({"phones": ["12"]}, "/phones/0", "invalid_phone"),
        ({"emails": ["a@b.example", "nobody"]}, "/emails/1", "invalid_email"),
        ({"im_ids": [{"kind": "wechat"}]}, "/im_ids/0/value", "required"),
        ({"im_ids": [{"kind": "wechat", "value": "x", "more": 1}]}, "/im_ids/0/more", "unknown_field"),
        ({"im_ids": [{"kind": "x", "value": "y"}] * 21}, "/im_ids", "too_long"),
        ({"email_opt_out": "true"}, "/email_opt_out", "wrong_type"),
        ({"email_opt_out": 1}, "/email_opt_out", "wrong_type"),
        ({"name": "  "}, "/name", "too_short"),
        ({"description": "x" * 10_001}, "/description", "too_long"),
    ],
)
async def test_a_wrong_value_is_refused_where_it_stands(
    company: Company, body: dict[str, object], pointer: str, code: str
) -> None:
    answer = await company.owner.http.post("/contacts", json={"name": "李娜", **body})

    refused_at(answer, pointer, code)
    assert await company.rows("contacts") == []

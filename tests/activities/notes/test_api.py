"""Notes about any record."""

import pytest

from tests.factories.companies import Company


async def test_a_note_is_written_read_changed_and_deleted(company: Company) -> None:
    http = company.owner.http
    customer = await company.owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    note = await company.owner.create("/notes", **about, body="Wants an **offer**\n\n<script>")
    assert (note["body"], note["pinned"], note["created_by"]) == (
        "Wants an **offer**\n\n<script>",
        False,
        company.owner.id,
    )
    assert (await http.get(f"/notes/{note['id']}")).json() == note
    changed = (await http.patch(f"/notes/{note['id']}", json={"pinned": True})).json()
    assert (changed["pinned"], changed["body"], changed["version"]) == (True, note["body"], 2)
    listed = (await http.get("/notes", params={**about, "pinned": "true"})).json()["data"]
    assert [row["id"] for row in listed] == [note["id"]]
    assert (await http.delete(f"/notes/{note['id']}")).status_code == 204
    assert (await http.get(f"/notes/{note['id']}")).status_code == 404
    assert (await http.get("/notes", params=about)).json()["data"] == []
    types = {event["type"] for event in await company.rows("events", record_id=note["id"])}
    assert types == {"note.created", "note.updated", "note.deleted"}


@pytest.mark.parametrize("resource", ["customers", "contacts", "products", "opportunities"])
async def test_notes_belong_to_one_record_of_any_kind(company: Company, resource: str) -> None:
    bodies = {"products": {"code": "P-1"}}
    made = await company.owner.create(f"/{resource}", name="Some", **bodies.get(resource, {}))
    about = {"subject_type": resource, "subject_id": made["id"]}
    note = await company.owner.create("/notes", **about, body="about it")
    assert [row["id"] for row in (await company.owner.http.get("/notes", params=about)).json()["data"]] == [
        note["id"]
    ]
    # one that is deleted takes its notes out of sight, one that is restored brings them back
    await company.owner.http.delete(f"/{resource}/{made['id']}")
    assert (await company.owner.http.get(f"/notes/{note['id']}")).status_code == 404
    await company.owner.http.post(f"/{resource}/{made['id']}/restore")
    assert (await company.owner.http.get(f"/notes/{note['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"subject_type": "users"}, "/subject_type", "not_a_choice"),
        ({"subject_type": "notes"}, "/subject_type", "not_a_choice"),
        ({"subject_id": "01930b2e-6f00-7000-8000-000000000001"}, "/subject_id", "reference_not_found"),
        ({"subject_type": "contacts"}, "/subject_id", "reference_not_found"),
        ({"body": ""}, "/body", "too_short"),
        ({"body": "x" * 20_001}, "/body", "too_long"),
        ({"author": "me"}, "/author", "unknown_field"),
    ],
)
async def test_refuses(company: Company, body: dict[str, str], pointer: str, code: str) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    whole = {"subject_type": "customers", "subject_id": customer["id"], "body": "x", **body}
    answer = await company.owner.http.post("/notes", json=whole)
    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


async def test_a_note_stays_with_its_record(company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    note = await company.owner.create(
        "/notes", subject_type="customers", subject_id=customer["id"], body="x" * 20_000
    )
    answer = await company.owner.http.patch(f"/notes/{note['id']}", json={"subject_id": customer["id"]})
    assert answer.status_code == 422


async def test_what_a_note_says_is_found(company: Company) -> None:
    customer = await company.owner.create("/customers", name="Acme")
    note = await company.owner.create(
        "/notes", subject_type="customers", subject_id=customer["id"], body="希望周五前收到报价 zephyr"
    )
    for q in ("报价", "zephyr", "zephir"):
        found = (await company.owner.http.get("/search", params={"q": q, "types": "notes"})).json()["data"]
        assert [hit["id"] for hit in found] == [note["id"]], q

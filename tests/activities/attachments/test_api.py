"""Files about a record: in, out, and away."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crm_api.activities.attachments.jobs import sweep_attachments
from crm_api.kit import clock
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from crm_api.roles import system_rights
from crm_api.storage.errors import FileMissing
from crm_api.storage.files import Limits, bind_files, files
from tests.activities.attachments import samples
from tests.factories.companies import Actor, Company


async def _about(company: Company) -> dict[str, str]:
    customer = await company.owner.create("/customers", name="Acme")
    return {"subject_type": "customers", "subject_id": customer["id"]}


async def _send(
    actor: Actor, about: dict[str, str], content: bytes, name: str = "offer.pdf"
) -> httpx.Response:
    return await actor.http.post("/attachments", data=about, files={"file": (name, content, "text/html")})


async def sweep(company: Company, *, later: timedelta) -> None:
    principal = Principal(company.tenant_id, company.owner.id, reaches=system_rights("attachments.sweep"))
    unit = UnitOfWork(company.served.pool, principal)
    try:
        with clock.frozen(clock.now() + later):
            await sweep_attachments.run(unit, {})
        await unit.commit()
    finally:
        await unit.close()


async def _is_kept(key: str) -> bool:
    try:
        await files().open(key)
    except FileMissing:
        return False
    return True


async def test_a_file_comes_back_as_it_was_sent(company: Company) -> None:
    about, http = await _about(company), company.owner.http
    content = samples.PDF[:-6] + bytes(3_000_000) + b"%%EOF\n"
    sent = await _send(company.owner, about, content, "报价 单.pdf")
    assert sent.status_code == 201, sent.text
    record = sent.json()
    assert {name: record[name] for name in ("name", "media_type", "size", *about)} == {
        "name": "报价 单.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        **about,
    }
    assert "storage_key" not in record
    one = f"/attachments/{record['id']}"
    assert (await http.get(one)).json() == record
    answer = await http.get(f"{one}/content")
    assert answer.content == content
    assert {name: answer.headers[name] for name in ("content-type", "x-content-type-options")} == {
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
    }
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-disposition"].endswith(
        "filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%E5%8D%95.pdf"
    )
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-cache"
    listed = (await http.get("/attachments", params=about)).json()["data"]
    assert [row["id"] for row in listed] == [record["id"]]
    assert (await http.get("/search?q=报价&types=attachments")).json()["data"][0]["id"] == record["id"]


async def test_every_download_is_on_record_and_no_refusal(company: Company) -> None:
    record = (await _send(company.owner, await _about(company), samples.PDF)).json()
    stranger = await company.user("administrator")
    assert (await stranger.http.get(f"/attachments/{record['id']}/content")).status_code == 403
    assert await company.rows("access_log", kind="download") == []
    assert (await company.owner.http.get(f"/attachments/{record['id']}/content")).status_code == 200
    (entry,) = await company.rows("access_log", kind="download")
    assert (entry["operation"], entry["resource"], str(entry["record_id"]), str(entry["actor_id"])) == (
        "attachments_download",
        "attachments",
        record["id"],
        company.owner.id,
    )
    assert entry["details"] == {"media_type": "application/pdf", "size": len(samples.PDF)}


async def test_there_are_no_partial_downloads(company: Company) -> None:
    record = (await _send(company.owner, await _about(company), samples.PDF)).json()
    ranges = "bytes=" + ",".join(f"{i}-{i}" for i in range(2000))
    answer = await company.owner.http.get(f"/attachments/{record['id']}/content", headers={"Range": ranges})
    assert (answer.status_code, answer.content) == (200, samples.PDF)
    assert answer.headers["accept-ranges"] == "none"


@pytest.mark.parametrize("what", ["html", "svg", "windows program", "gif and archive", "java archive"])
async def test_what_is_refused_leaves_nothing(company: Company, what: str) -> None:
    about = await _about(company)
    before = await company.digest("attachments", "events")
    answer = await _send(company.owner, about, samples.REFUSED[what])
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/file", "media_type_not_allowed")
    ]
    assert await company.digest("attachments", "events") == before
    assert await files().doubtful(company.tenant_id, clock.now() + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        'a".pdf\r\nSet-Cookie: x=1',
        "a\\..\\b.pdf",
        "\u202efdp.exe",
        "x" * 1000 + ".pdf",
        ".htaccess",
        "a.php.pdf",
        "CON",
    ],
)
async def test_a_name_harms_nobody(company: Company, name: str) -> None:
    answer = await _send(company.owner, await _about(company), samples.PDF, name)
    assert answer.status_code == 201, answer.text
    kept = answer.json()["name"]
    assert kept.endswith(".pdf")
    assert not set('/\\"\r\n\u202e') & set(kept)
    assert len(kept.encode()) <= 250
    sent = await company.owner.http.get(f"/attachments/{answer.json()['id']}/content")
    assert "set-cookie" not in sent.headers
    assert sent.headers["content-disposition"].count("filename") == 2
    assert len(await company.rows("attachments")) == 1


async def test_a_declared_giant_is_refused_unread(company: Company) -> None:
    about = await _about(company)

    async def never() -> Any:
        raise AssertionError("the body was read")
        yield b""

    answer = await company.owner.http.post(
        "/attachments",
        content=never(),
        headers={"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(1 << 30)},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert about


async def test_limits_of_a_file_and_of_a_company(company: Company) -> None:
    about = await _about(company)
    bind_files(files(), Limits(file=1000, quota=3 * len(samples.PDF)))
    assert (await _send(company.owner, about, samples.PDF + bytes(1000))).status_code == 413
    answers = await asyncio.gather(*(_send(company.owner, about, samples.PDF) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 3
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"quota_exceeded"}
    made = await company.rows("attachments")
    assert len(made) == 3
    assert (await company.owner.http.delete(f"/attachments/{made[0]['id']}")).status_code == 204
    assert (await _send(company.owner, about, samples.PDF)).status_code == 201


async def test_a_deleted_attachment_is_gone_at_once_and_its_file_after_an_hour(company: Company) -> None:
    record = (await _send(company.owner, await _about(company), samples.PDF)).json()
    (row,) = await company.rows("attachments")
    one = f"/attachments/{record['id']}"
    assert (await company.owner.http.delete(one)).status_code == 204
    for path in (one, f"{one}/content"):
        assert (await company.owner.http.get(path)).status_code == 404
    await sweep(company, later=timedelta(minutes=30))
    assert await _is_kept(row["storage_key"])
    await sweep(company, later=timedelta(hours=2))
    assert not await _is_kept(row["storage_key"])
    types = {event["type"] for event in await company.rows("events", record_id=record["id"])}
    assert types == {"attachment.created", "attachment.deleted"}


async def test_a_file_whose_row_never_came_is_swept_and_one_that_has_a_row_stays(company: Company) -> None:
    """What is left of a process that was killed between the file and the commit."""

    async def content() -> Any:
        yield samples.PDF

    orphan = await files().stage(company.tenant_id, content())
    half = await files().stage(company.tenant_id, content())
    await files().delete(half.key)  # killed before the file, after its mark
    record = (await _send(company.owner, await _about(company), samples.PDF)).json()
    (row,) = await company.rows("attachments")
    await files().condemn(row["storage_key"])  # killed between the mark and the deletion of the row
    await sweep(company, later=timedelta(hours=2))
    assert not await _is_kept(orphan.key)
    assert await files().doubtful(company.tenant_id, clock.now() + timedelta(days=1)) == []
    assert (await company.owner.http.get(f"/attachments/{record['id']}/content")).content == samples.PDF


async def test_a_dry_run_keeps_nothing(company: Company) -> None:
    about = await _about(company)
    answer = await company.owner.http.post(
        "/attachments", data=about, files={"file": ("a.pdf", samples.PDF)}, headers={"Prefer": "dry-run"}
    )
    assert answer.status_code in (200, 400)
    assert await company.rows("attachments") == []


async def test_a_file_that_the_store_lost_is_a_problem_and_no_empty_file(company: Company) -> None:
    record = (await _send(company.owner, await _about(company), samples.PDF)).json()
    (row,) = await company.rows("attachments")
    await files().delete(row["storage_key"])
    answer = await company.owner.http.get(f"/attachments/{record['id']}/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "file_unavailable")

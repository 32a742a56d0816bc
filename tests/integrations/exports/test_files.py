"""Exports as operations: made by the worker as whoever asked, kept for a while, for them alone."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_api.integrations.exports.jobs import JOBS
from crm_api.jobs.runner import Runner
from crm_api.jobs.schedule import tick
from crm_api.jobs.work import Work
from crm_api.kit import clock
from crm_api.kit.ids import new_id
from crm_api.storage.local import LocalFiles
from crm_api.worker import actors_of
from tests.factories.companies import Actor, Company
from tests.factories.everybody import everybody, key
from tests.factories.floors import Floor
from tests.integrations.exports.test_stream import recorded, table

pytestmark = pytest.mark.usefixtures("store")
A = {"field": "level", "op": "eq", "value": "A"}
Kept = Callable[[], list[Path]]


@pytest.fixture
def kept(folder: Path, store: LocalFiles) -> Kept:
    """Every file of the store, finished or not."""
    return lambda: [path for path in folder.rglob("*") if path.is_file()]


async def ask(actor: Actor, **body: Any) -> dict[str, Any]:
    answer = await actor.http.post("/exports", json={"resource": "customers", **body})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/operations/{answer.json()['id']}"
    return dict(answer.json())


async def told(actor: Actor, asked: dict[str, Any], path: str = "exports") -> dict[str, Any]:
    answer = await actor.http.get(f"/{path}/{asked['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def content(actor: Actor, asked: dict[str, Any]) -> Any:
    return await actor.http.get(f"/exports/{asked['id']}/content")


async def expire(company: Company, runner: Runner) -> None:
    actors = actors_of(company.served.pool, company.served.app.state.authentication)
    await tick(company.served.pool, actors, JOBS[1], clock.now())
    await runner.empty()


async def test_from_the_question_to_the_file(company: Company, runner: Runner) -> None:
    owner = company.owner
    for name, level in (("one", "A"), ("two", "B"), ("three", "A"), ("four", "A")):
        await owner.create("/customers", name=name, level=level)

    body = {"filter": {"and": [A, {"not": {"field": "name", "op": "eq", "value": "four"}}]}}
    asked = await ask(owner, **body, sort=["name"], fields=["name", "owner.name"], bom=True)
    assert (asked["type"], asked["status"], asked["owner_id"]) == ("exports.run", "queued", owner.id)
    waiting = await told(owner, asked)
    assert [waiting[name] for name in ("rows", "size", "sha256", "url", "fields")] == [None] * 5
    early = await content(owner, asked)
    assert (early.status_code, early.json()["code"]) == (409, "export_not_ready")

    await runner.empty()

    answer = await content(owner, asked)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"].startswith('attachment; filename="customers-20')
    rows = [list(row.values()) for row in table(answer)]
    me = (await owner.http.get("/auth/me")).json()["name"]
    assert rows == [["one", me], ["three", me]]
    made = await told(owner, asked)
    assert (made["rows"], made["size"]) == (2, len(answer.content))
    assert made["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert made["url"] == f"/api/v1/exports/{asked['id']}/content"
    assert made["asked"] == {**body, "sort": ["name"], "fields": ["name", "owner.name"]}
    operation = await told(owner, asked, "operations")
    assert (operation["status"], operation["progress"]["done"], operation["progress"]["total"]) == (
        "succeeded",
        2,
        2,
    )
    names = ("rows", "size", "sha256", "url", "expires_at")
    assert operation["result"] == {"export_id": asked["id"], **{name: made[name] for name in names}}
    assert [row["id"] for row in (await owner.http.get("/exports")).json()["data"]] == [asked["id"]]


async def test_one_entry_of_the_access_log_and_one_for_each_download(
    company: Company, runner: Runner
) -> None:
    await company.owner.create("/customers", name="one", level="A")
    asked = await ask(company.owner, filter=A, fields=["name"], format="ndjson")
    assert await recorded(company) == []
    await runner.empty()

    (entry,) = await recorded(company)
    assert (entry["operation"], entry["resource"], str(entry["actor_id"])) == (
        "exports_create",
        "customers",
        company.owner.id,
    )
    assert entry["details"] == {
        "export_id": asked["id"],
        "rows": 1,
        "asked": {"filter": A, "fields": ["name"]},
        "format": "ndjson",
        "fields": ["name"],
    }
    assert (await content(company.owner, asked)).text == '{"name":"one"}\n'
    (taken,) = await company.rows("access_log", kind="download")
    assert (taken["operation"], str(taken["record_id"])) == ("exports_download", asked["id"])
    assert (taken["ip"], taken["details"]) == ("127.0.0.1", {"resource": "customers", "rows": 1})


async def test_the_rights_are_those_of_the_moment_it_runs(
    floor: Floor, runner: Runner, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_api.identity.auth.principals.REMEMBERED_SECONDS", 0)
    owner, supervisor = floor.company.owner, floor.supervisor
    mine = await owner.create("/customers", name="mine", owner_id=supervisor.id)
    await owner.create("/customers", name="theirs", owner_id=floor.stranger.id)
    narrow = await ask(supervisor, fields=["name"])
    await runner.empty()
    assert [row["name"] for row in table(await content(supervisor, narrow))] == ["mine"]

    moved = await ask(supervisor, fields=["name"])
    passed_on = {"owner_id": floor.stranger.id}
    assert (await owner.http.post(f"/customers/{mine['id']}/assign", json=passed_on)).status_code == 200
    await runner.empty()
    assert table(await content(supervisor, moved)) == []

    lost = await ask(supervisor)
    changed = await owner.http.patch(f"/users/{supervisor.id}", json={"roles": ["account_manager"]})
    assert changed.status_code == 200, changed.text
    await runner.empty()
    operation = await told(supervisor, lost, "operations")
    assert (operation["status"], operation["error"]["code"]) == ("failed", "forbidden")
    assert (await content(supervisor, moved)).status_code == 403
    assert len(kept()) == 2


async def test_a_file_is_for_its_maker_alone(company: Company, runner: Runner) -> None:
    executive, other = await company.user("executive"), await company.user("executive")
    asked = await ask(executive)
    await runner.empty()

    assert (await other.http.get(f"/exports/{asked['id']}")).status_code == 404
    assert (await other.http.get("/exports")).json()["data"] == []
    assert (await content(other, asked)).status_code == 404
    assert (await told(company.owner, asked))["rows"] == 0
    assert (await content(company.owner, asked)).status_code == 404
    assert (await content(executive, asked)).status_code == 200
    assert (await content(executive, {"id": new_id()})).status_code == 404


async def test_an_integration_exports_with_its_key(company: Company, runner: Runner) -> None:
    shop = await key(company, "exports:create", "exports:read", "customers:read", "customers:export")
    asked = await ask(shop, format="xlsx")
    await runner.empty()
    assert (await content(shop, asked)).content.startswith(b"PK")
    bare = await key(company, "exports:create", "customers:read")
    assert (await bare.http.post("/exports", json={"resource": "customers"})).status_code == 403


async def test_it_expires(company: Company, runner: Runner, kept: Kept) -> None:
    asked = await ask(company.owner)
    await runner.empty()
    unmade = await ask(company.owner)
    async with company.served.pool.acquire() as connection:
        await connection.execute("DELETE FROM pgqueuer")
    [file] = kept()

    with clock.frozen(clock.now() + timedelta(hours=47)):
        token = await company.sign_in(company.owner.id)
        await expire(company, runner)
        assert (await content(token, asked)).status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=49)):
        token = await company.sign_in(company.owner.id)
        gone = await content(token, asked)
        assert (gone.status_code, gone.json()["code"]) == (410, "export_expired")
        assert file.exists()
        await expire(company, runner)
        assert kept() == []
        assert (await content(token, asked)).status_code == 404
        assert [str(row["id"]) for row in await company.rows("exports")] == [unmade["id"]]
    with clock.frozen(clock.now() + timedelta(days=8)):
        await expire(company, runner)
        assert await company.rows("exports") == []


async def test_cancelling(
    company: Company, runner: Runner, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it begins, and while rows are written: nothing is left, nothing can be downloaded."""
    monkeypatch.setattr("crm_api.integrations.exports.listings.PAGE", 1)
    monkeypatch.setattr("crm_api.jobs.work.TOLD_EVERY", 0)
    for name in ("one", "two", "three"):
        await company.owner.create("/customers", name=name)
    waiting = await ask(company.owner)
    assert (await company.owner.http.post(f"/operations/{waiting['id']}/cancel")).status_code == 200
    asked, progress = await ask(company.owner), Work.progress

    async def cancelled_meanwhile(work: Work, done: int, *more: Any) -> None:
        if done == 1:
            assert (await company.owner.http.post(f"/operations/{asked['id']}/cancel")).status_code == 200
        assert done == 1
        await progress(work, done, *more)

    monkeypatch.setattr(Work, "progress", cancelled_meanwhile)
    await runner.empty()

    assert (await told(company.owner, asked, "operations"))["status"] == "cancelled"
    for one in (waiting, asked):
        assert (await content(company.owner, one)).status_code == 409
    assert kept() == []
    assert await recorded(company) == []


@pytest.mark.parametrize(
    ("body", "status", "pointer", "code"),
    [
        ({"resource": "customer"}, 422, "/resource", "not_a_choice"),
        ({"resource": "users"}, 422, "/resource", "not_a_choice"),
        ({"format": "pdf"}, 422, "/format", None),
        ({"fields": ["nope"]}, 422, "/fields", "unknown_field"),
        ({"fields": ["name", "name"]}, 422, "/fields", "repeated_parameter"),
        ({"sort": ["address"]}, 422, "/sort", "not_sortable"),
        ({"filter": {"field": "nope", "op": "eq", "value": 1}}, 422, None, "unknown_field"),
        ({"view": new_id()}, 422, "/view", "reference_not_found"),
        ({"limit": 5}, 422, "/limit", None),
        ({"expand": ["owner"]}, 422, "/expand", None),
        ({"tz": "Mars"}, 422, "/tz", None),
    ],
)
async def test_what_is_not_understood_is_refused_at_its_place(
    company: Company, body: dict[str, Any], status: int, pointer: str | None, code: str | None
) -> None:
    answer = await company.owner.http.post("/exports", json={"resource": "customers", **body})

    assert answer.status_code == status, answer.text
    [fault] = answer.json()["errors"]
    assert pointer is None or fault["pointer"] == pointer
    assert code is None or fault["code"] == code
    assert await company.rows("exports") == await company.rows("operations") == []


async def test_a_spreadsheet_is_refused_not_cut_off(
    company: Company, runner: Runner, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_api.integrations.exports.content.XLSX_ROWS", 1)
    for name in ("one", "two"):
        await company.owner.create("/customers", name=name)
    sheet, plain = await ask(company.owner, format="xlsx"), await ask(company.owner, format="csv")
    await runner.empty()
    error = (await told(company.owner, sheet, "operations"))["error"]
    assert (error["status"], error["code"]) == (409, "too_many_for_format")
    assert (await told(company.owner, plain))["rows"] == 2
    assert len(kept()) == 1


async def test_every_role(company: Company, runner: Runner) -> None:
    """The reach and the fields of each; who may not export a resource asks in vain."""
    may = {
        "administrator": {"products"},
        "sales_supervisor": {"customers", "products"},
        "account_manager": set(),
        "executive": {"customers", "products"},
        "support_agent": set(),
        "marketer": {"customers"},
        "integration": {"customers", "products"},
    }
    for role, actor in (await everybody(company)).items():
        for resource in ("customers", "products"):
            before = await company.rows("exports")
            answer = await actor.http.post("/exports", json={"resource": resource})
            assert answer.status_code == (202 if resource in may[role] else 403), (role, resource)
            assert len(await company.rows("exports")) == len(before) + (resource in may[role])
    await runner.empty()
    made = await company.rows("exports")
    assert {row["rows"] for row in made} == {0}
    [for_marketer] = [row for row in made if "tax_id" not in row["fields"] and row["resource"] == "customers"]
    assert not {"phones", "emails", "tax_id"} & set(for_marketer["fields"])

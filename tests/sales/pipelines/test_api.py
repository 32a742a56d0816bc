"""Pipelines over HTTP: stages as a list, one default, what is used stays."""

import asyncio
from typing import Any

import pytest

from crm_api.identity.provisioning.service import create_tenant
from crm_api.kit.uow import PublicUnit
from tests.factories.companies import PASSWORD, Company
from tests.factories.deals import faults, prepare, refusal

STAGES = [
    {"key": "new", "name": "New", "kind": "open", "probability": 20},
    {"key": "won", "name": "Won", "kind": "won"},
    {"key": "lost", "name": "Lost", "kind": "lost"},
]


async def _make(company: Company, **body: Any) -> dict[str, Any]:
    return await company.owner.create("/pipelines", **{"name": "Partners", "stages": STAGES, **body})


async def _defaults(company: Company) -> list[str]:
    listed = (await company.owner.http.get("/pipelines?is_default=true")).json()["data"]
    return [pipeline["id"] for pipeline in listed]


async def test_a_new_company_has_one_default_pipeline(company: Company) -> None:
    listed = (await company.owner.http.get("/pipelines")).json()["data"]

    assert [(pipeline["name"], pipeline["is_default"]) for pipeline in listed] == [("标准销售流程", True)]
    assert [(stage["key"], stage["kind"], stage["probability"]) for stage in listed[0]["stages"]] == [
        ("prospecting", "open", 10),
        ("qualification", "open", 25),
        ("proposal", "open", 50),
        ("negotiation", "open", 75),
        ("won", "won", 100),
        ("lost", "lost", 0),
    ]


async def test_an_english_company_reads_english_stages(company: Company) -> None:
    unit = PublicUnit(company.served.pool)
    slug = f"{company.slug}-en"
    try:
        made = await create_tenant(
            unit, name="Acme", slug=slug, email=f"{slug}@example.com", password=PASSWORD, locale="en"
        )
        await unit.commit()
    finally:
        await unit.close()
    english = Company(company.served, made.tenant_id, slug, "", owner=None)  # type: ignore[arg-type]
    owner = await english.sign_in(made.user_id)

    pipeline = (await owner.http.get("/pipelines")).json()["data"][0]

    assert (pipeline["name"], pipeline["stages"][0]["name"]) == ("Sales pipeline", "Prospecting")
    await english.close()


async def test_a_created_pipeline_is_read_back_as_it_was_answered(company: Company) -> None:
    made = await _make(company)

    assert (await company.owner.http.get(f"/pipelines/{made['id']}")).json() == made
    assert made["is_default"] is False
    assert made["allow_backward"] is True
    free = {"required_fields": [], "required_plan_status": None, "approval_required": False}
    assert [{k: v for k, v in stage.items() if k != "id"} for stage in made["stages"]] == [
        {"key": "new", "name": "New", "kind": "open", "probability": 20, **free},
        {"key": "won", "name": "Won", "kind": "won", "probability": 100, **free},
        {"key": "lost", "name": "Lost", "kind": "lost", "probability": 0, **free},
    ]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (STAGES[:2], [("/stages", "too_short")]),
        ([STAGES[0], {**STAGES[0], "key": "x"}, STAGES[1]], [("/stages", "stages_incomplete")]),
        ([*STAGES, STAGES[0]], [("/stages/3/key", "duplicate")]),
        ([*STAGES, {"name": "X", "kind": "open"}], [("/stages/3/key", "required")]),
        (
            [*STAGES, {**STAGES[0], "key": "x", "probability": 101}],
            [("/stages/3/probability", "out_of_range")],
        ),
        ([*STAGES, {**STAGES[0], "key": "x", "probability": "9"}], [("/stages/3/probability", "wrong_type")]),
        ([*STAGES, {**STAGES[0], "key": "x", "kind": "maybe"}], [("/stages/3/kind", "not_a_choice")]),
        ([*STAGES, {**STAGES[0], "key": "X Y"}], [("/stages/3/key", "pattern")]),
        ([*STAGES, {**STAGES[0], "key": "x", "colour": "red"}], [("/stages/3/colour", "unknown_field")]),
        (None, [("/stages", "wrong_type")]),
    ],
)
async def test_what_is_wrong_with_stages_is_named(
    company: Company, stages: Any, expected: list[tuple[str, str]]
) -> None:
    answer = await company.owner.http.post("/pipelines", json={"name": "P", "stages": stages})

    assert faults(answer) == expected
    assert len(await company.rows("pipelines")) == 1


async def test_stages_are_the_complete_list(company: Company) -> None:
    made = await _make(company)
    new, won, lost = made["stages"]

    changed = await company.owner.http.patch(
        f"/pipelines/{made['id']}",
        json={
            "stages": [
                {"id": won["id"], "key": "new"},  # the keys of two stages are exchanged
                {"id": new["id"], "key": "won"},
                {"key": "lost2", "name": "Lost too", "kind": "lost"},
            ]
        },
    )

    assert changed.status_code == 200, changed.text
    first, second, third = changed.json()["stages"]
    assert first == {**won, "key": "new"}
    assert second == {**new, "key": "won"}
    assert third == {**lost, "id": third["id"], "key": "lost2", "name": "Lost too"}
    assert changed.json()["version"] == 2
    assert await company.rows("pipeline_stages", id=lost["id"]) == []
    diff = (await company.rows("events", type="pipeline.updated"))[-1]["changes"]
    assert diff.keys() == {"stages"}


async def test_a_stage_cannot_be_named_twice_nor_taken_from_another_pipeline(company: Company) -> None:
    made, other = await _make(company), await _make(company, name="Other")
    path, stage = f"/pipelines/{made['id']}", made["stages"][0]["id"]

    twice = await company.owner.http.patch(path, json={"stages": [{"id": stage}, {"id": stage}, *STAGES]})
    assert faults(twice) == [("/stages/1/id", "id_taken")]
    foreign = [{**STAGES[0], "id": other["stages"][0]["id"]}, *STAGES[1:]]
    assert refusal(await company.owner.http.patch(path, json={"stages": foreign})) == (409, "id_taken")
    assert (await company.owner.http.get(path)).json() == made


async def test_the_default_moves_and_never_goes(company: Company) -> None:
    http = company.owner.http
    (former,) = await _defaults(company)
    made = await _make(company, is_default=True)
    assert await _defaults(company) == [made["id"]]

    back = await http.patch(f"/pipelines/{former}", json={"is_default": True})
    assert (back.status_code, back.json()["is_default"]) == (200, True)
    assert await _defaults(company) == [former]
    assert (await http.get(f"/pipelines/{made['id']}")).json()["version"] == 2

    assert refusal(await http.patch(f"/pipelines/{former}", json={"is_default": False})) == (
        409,
        "default_pipeline",
    )
    assert refusal(await http.delete(f"/pipelines/{former}")) == (409, "default_pipeline")
    assert await _defaults(company) == [former]


async def test_of_many_who_move_the_default_at_once_one_is_last(company: Company) -> None:
    made = [(await _make(company, name=f"P{number}"))["id"] for number in range(6)]

    answers = await asyncio.gather(
        *(company.owner.http.patch(f"/pipelines/{one}", json={"is_default": True}) for one in made)
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len(await _defaults(company)) == 1


async def test_a_pipeline_is_deleted_and_restored(company: Company) -> None:
    http, made = company.owner.http, await _make(company)
    path = f"/pipelines/{made['id']}"

    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404
    assert (await http.get("/pipelines")).json()["data"][0]["id"] != made["id"]
    named = await http.post("/opportunities", json={"name": "D", "pipeline_id": made["id"]})
    assert faults(named) == [("/pipeline_id", "reference_not_found")]
    restored = await http.post(f"{path}/restore")
    assert (restored.status_code, restored.json()["deleted_at"]) == (200, None)
    assert restored.json()["stages"] == made["stages"]


async def test_what_opportunities_use_stays(company: Company) -> None:
    desk, made = await prepare(company), await _make(company)
    http, path = company.owner.http, f"/pipelines/{made['id']}"
    new, won, lost = made["stages"]
    spare = {"key": "spare", "name": "Spare", "kind": "open"}
    deal = await desk.deal(stage_id=new["id"])
    assert deal["pipeline_id"] == made["id"]

    gone = await http.patch(path, json={"stages": [spare, won, lost]})
    assert refusal(gone) == (409, "stage_in_use")
    turned = await http.patch(path, json={"stages": [{"id": new["id"], "kind": "lost"}, spare, won, lost]})
    assert refusal(turned) == (409, "stage_in_use")
    assert refusal(await http.delete(path)) == (409, "pipeline_in_use")
    assert (await http.get(path)).json() == made

    renamed = await http.patch(path, json={"stages": [{"id": new["id"], "name": "Fresh"}, spare, won, lost]})
    assert renamed.status_code == 200, renamed.text
    unused = await http.patch(path, json={"stages": [renamed.json()["stages"][0], won, lost]})
    assert [stage["key"] for stage in unused.json()["stages"]] == ["new", "won", "lost"]

    assert (await http.delete(f"/opportunities/{deal['id']}")).status_code == 204
    assert refusal(await http.delete(path)) == (409, "pipeline_in_use")  # the deal can be restored


async def test_the_list_is_sorted_and_filtered(company: Company) -> None:
    http = company.owner.http
    await _make(company, name="beta")
    await _make(company, name="Alpha")

    by_name = (await http.get("/pipelines?sort=name&is_default=false")).json()["data"]
    assert [pipeline["name"] for pipeline in by_name] == ["Alpha", "beta"]
    found = (await http.get("/pipelines?name[contains]=ALPH")).json()["data"]
    assert [pipeline["name"] for pipeline in found] == ["Alpha"]

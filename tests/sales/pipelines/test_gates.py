"""What a stage asks of the deals that enter it, and whether they may go back."""

from typing import Any

import httpx

from tests.factories.approvals import users
from tests.factories.companies import Company
from tests.factories.deals import Desk, dollars, faults, prepare, refusal

TABLES = ("opportunities", "opportunity_lines", "opportunity_stage_moves", "events")
STAGES = [
    {"key": "new", "name": "New", "kind": "open"},
    {
        "key": "offer",
        "name": "Offer",
        "kind": "open",
        "required_fields": ["expected_close_on", "custom_fields.budget", "amount"],
    },
    {"key": "won", "name": "Won", "kind": "won", "required_fields": ["source"]},
    {"key": "lost", "name": "Lost", "kind": "lost", "required_fields": ["next_step"]},
]


async def gated(company: Company, **more: Any) -> tuple[Desk, dict[str, str], str]:
    """A desk, and the stages of a pipeline with gates by key."""
    desk = await prepare(company)
    await company.owner.create(
        "/custom-fields",
        resource="opportunities",
        key="budget",
        type="text",
        label_en="Budget",
        label_zh="预算",
    )
    made = await company.owner.create("/pipelines", name="Gated", stages=STAGES, **more)
    return desk, {stage["key"]: stage["id"] for stage in made["stages"]}, made["id"]


def missing(answer: httpx.Response) -> list[str]:
    """What the gate of a stage misses."""
    assert refusal(answer) == (409, "stage_gate"), answer.text
    assert {fault["code"] for fault in answer.json()["errors"]} == {"required"}
    return [fault["pointer"] for fault in answer.json()["errors"]]


async def test_every_way_into_a_stage_leads_through_its_gate(company: Company) -> None:
    desk, stages, _ = await gated(company)
    http = desk.http
    asked = ["/expected_close_on", "/custom_fields/budget", "/amount"]
    deal = await desk.deal(stage_id=stages["new"], lines=[])
    path, before = f"/opportunities/{deal['id']}", await company.digest(*TABLES)

    refused = await http.post(f"{path}/move", json={"stage_id": stages["offer"]})
    assert missing(refused) == asked
    assert refused.json()["detail"] == "Something is missing to enter the stage Offer."
    assert missing(await http.patch(path, json={"stage_id": stages["offer"], "name": "N"})) == asked
    assert (
        missing(await http.post("/opportunities", json={"name": "D", "stage_id": stages["offer"]})) == asked
    )
    assert missing(await http.post(f"{path}/win", json={"amount": dollars("1")})) == ["/source"]
    assert missing(await http.post(f"{path}/lose", json={"loss_reason": "other"})) == ["/next_step"]
    rows = {
        "mode": "partial",
        "operations": [{"op": "update", "id": deal["id"], "data": {"stage_id": stages["offer"]}}],
    }
    assert (await http.post("/opportunities/batch", json=rows)).json()["counts"]["failed"] == 1
    assert await company.digest(*TABLES) == before

    # what the same request brings along counts, and so does what the record holds already
    filled = {"expected_close_on": "2027-01-31", "amount": dollars("7"), "custom_fields": {"budget": "10k"}}
    part = await http.patch(path, json={**filled, "custom_fields": {}, "stage_id": stages["offer"]})
    assert missing(part) == ["/custom_fields/budget"]
    moved = await http.patch(path, json={**filled, "stage_id": stages["offer"]})
    assert (moved.status_code, moved.json()["stage_id"]) == (200, stages["offer"])
    kept = await http.patch(
        path, json={"expected_close_on": None, "custom_fields": {"budget": None}, "source": "fair"}
    )
    assert kept.status_code == 200, kept.text  # asked at the gate, not ever after
    assert (await http.post(f"{path}/win")).status_code == 200
    again = await company.digest(*TABLES)
    assert missing(await http.post(f"{path}/reopen", json={"stage_id": stages["offer"]})) == asked[:2]
    assert await company.digest(*TABLES) == again
    assert (await http.post(f"{path}/reopen", json={"stage_id": stages["new"]})).status_code == 200


async def test_history_comes_in_without_a_gate(company: Company) -> None:
    desk, stages, _ = await gated(company)
    over = await desk.deal(stage_id=stages["won"])
    assert over["status"] == "won"
    lost = await desk.deal(stage_id=stages["lost"], loss_reason="other")
    assert lost["status"] == "lost"


async def test_gates_ask_for_fields_there_are(company: Company) -> None:
    _, stages, pipeline = await gated(company)
    http, path = company.owner.http, f"/pipelines/{pipeline}"
    before = await company.digest("pipelines", "pipeline_stages", "events")
    listed = (await http.get(path)).json()["stages"]
    for wrong in ("ammount", "closed_on", "lines", "custom_fields.nothing", "custom_fields", "tenant_id"):
        body = {"stages": [{**listed[0], "required_fields": ["amount", wrong]}, *listed[1:]]}
        answer = await http.patch(path, json=body)
        assert faults(answer) == [("/stages/0/required_fields/1", "not_requirable")]
    body = {"name": "P", "stages": [{**STAGES[0], "required_fields": ["ammount"]}, *STAGES[2:]]}
    answer = await http.post("/pipelines", json=body)
    assert answer.json()["errors"][0]["message"].endswith("→ amount")
    assert await company.digest("pipelines", "pipeline_stages", "events") == before

    # a field that the company gives up is not asked for any more
    field = (await http.get("/custom-fields?key=budget")).json()["data"][0]
    assert (await http.patch(f"/custom-fields/{field['id']}", json={"active": False})).status_code == 200
    fine = await http.post(
        "/opportunities",
        json={
            "name": "D",
            "stage_id": stages["offer"],
            "expected_close_on": "2027-01-31",
            "amount": dollars("1"),
        },
    )
    assert fine.status_code == 201, fine.text


async def test_a_pipeline_may_forbid_the_way_back(company: Company) -> None:
    desk, stages, pipeline = await gated(company, allow_backward=False)
    http = desk.http
    filled = {"expected_close_on": "2027-01-31", "custom_fields": {"budget": "1"}, "source": "fair"}
    deal = await desk.deal(stage_id=stages["new"], **filled)
    path = f"/opportunities/{deal['id']}"
    assert (await http.post(f"{path}/move", json={"stage_id": stages["offer"]})).status_code == 200
    before = await company.digest(*TABLES)

    assert refusal(await http.post(f"{path}/move", json={"stage_id": stages["new"]})) == (409, "no_way_back")
    assert refusal(await http.patch(path, json={"stage_id": stages["new"]})) == (409, "no_way_back")
    assert await company.digest(*TABLES) == before
    # another pipeline has another order, and reopening is a right of its own
    assert (await http.patch(path, json={"pipeline_id": desk.pipeline})).status_code == 200
    assert (
        await http.patch(path, json={"stage_id": stages["offer"], "pipeline_id": pipeline})
    ).status_code == 200
    assert (await http.post(f"{path}/win")).status_code == 200
    assert (await http.post(f"{path}/reopen", json={"stage_id": stages["new"]})).status_code == 200


async def test_a_stage_may_ask_for_an_approval(company: Company) -> None:
    desk = await prepare(company)
    boss = await company.user("sales_supervisor")
    asking = [{**STAGES[0]}, {"key": "offer", "name": "Offer", "kind": "open", "approval_required": True}]
    closing = [{"key": "won", "name": "Won", "kind": "won"}, {"key": "lost", "name": "Lost", "kind": "lost"}]
    made = await company.owner.create("/pipelines", name="Asking", stages=[*asking, *closing])
    stages = {stage["key"]: stage["id"] for stage in made["stages"]}
    http, ask = desk.http, {"stage_id": stages["offer"]}
    deal = await desk.deal(stage_id=stages["new"], lines=[], amount=dollars("100"))
    path = f"/opportunities/{deal['id']}"
    before = await company.digest(*TABLES, "approvals")

    async def refused(answer: httpx.Response) -> None:
        assert refusal(answer) == (409, "stage_gate"), answer.text
        found = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
        assert found == [("/stage_id", "approval_required")]

    await refused(await http.post(f"{path}/move", json=ask))
    await refused(await http.patch(path, json=ask))
    await refused(await http.post("/opportunities", json={"name": "D", **ask}))
    # nobody is asked: nothing is approved
    assert refusal(await http.post(f"{path}/submit", json=ask)) == (409, "no_approver")
    needless = await http.post(f"{path}/submit", json={"stage_id": stages["new"]})
    assert faults(needless) == [("/stage_id", "approval_not_required")]
    elsewhere = await http.post(f"{path}/submit", json={"stage_id": desk.pipeline})
    assert faults(elsewhere) == [("/stage_id", "reference_not_found")]
    assert await company.digest(*TABLES, "approvals") == before

    nodes = [users("any", boss)]
    flow = {"name": "Offers", "resource": "opportunities", "type": stages["offer"], "nodes": nodes}
    await company.owner.create("/approval-flows", **flow)
    asked = await http.post(f"{path}/submit", json=ask)
    assert (asked.status_code, asked.json()["subject_id"]) == (201, deal["id"])
    assert (await http.post(f"{path}/submit", json=ask)).status_code == 409  # one at a time
    await refused(await http.post(f"{path}/move", json=ask))
    told = {"json": {"comment": "zu billig"}}
    assert (await boss.http.post(f"/approvals/{asked.json()['id']}/reject", **told)).status_code == 200
    await refused(await http.post(f"{path}/move", json=ask))
    again = (await http.post(f"{path}/submit", json=ask)).json()
    assert (await boss.http.post(f"/approvals/{again['id']}/approve")).status_code == 200
    # at another amount it was not approved, nor was another deal
    await refused(await http.patch(path, json={**ask, "amount": dollars("99.99")}))
    other = await desk.deal(stage_id=stages["new"], lines=[], amount=dollars("100"))
    await refused(await http.post(f"/opportunities/{other['id']}/move", json=ask))
    assert (await http.post(f"{path}/move", json=ask)).json()["stage_id"] == stages["offer"]
    assert (await http.post(f"{path}/win")).status_code == 200
    assert refusal(await http.post(f"{path}/submit", json=ask)) == (409, "opportunity_closed")

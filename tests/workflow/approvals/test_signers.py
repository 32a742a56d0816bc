"""Signers who are added before somebody decides."""

from typing import Any

import httpx

from tests.factories.approvals import Office, reports_to, users
from tests.factories.companies import Actor
from tests.factories.deals import faults, refusal


async def add(actor: Actor, path: str, signer: Actor) -> httpx.Response:
    return await actor.http.post(f"{path}/add-signer", json={"user_id": signer.id})


async def done(actor: Actor, path: str) -> dict[str, Any]:
    answer = await actor.http.post(f"{path}/approve")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_signer_agrees_before_whoever_added_them(office: Office) -> None:
    for mode in ("any", "all", "sequential"):
        path = await office.submitted(users(mode, office.boss, office.chief))
        asked = (await add(office.boss, path, office.clerk)).json()
        others = [] if mode == "sequential" else [office.chief.id]
        assert asked["approver_ids"] == [office.clerk.id, *others], mode
        signer, waiting = asked["steps"][:2]
        assert (signer["before_id"], signer["approver_id"]) == (waiting["id"], office.clerk.id)
        assert (signer["status"], waiting["status"], waiting["asked_at"]) == ("pending", "waiting", None)
        assert refusal(await office.boss.http.post(f"{path}/approve")) == (409, "not_your_turn")
        # their yes ends nothing, also where any will do: it is the other's turn again
        assert (await done(office.clerk, path))["approver_ids"] == [office.boss.id, *others], mode
        mine = await done(office.boss, path)
        if mode != "any":
            assert (mine["status"], mine["approver_ids"]) == ("pending", [office.chief.id])
            mine = await done(office.chief, path)
        assert mine["status"] == "approved"
        told = [event["type"] for event in await office.company.rows("events", record_id=mine["id"])]
        assert told.count("approval.signer_added") == 1
    assert [status for _, status in office.heard] == ["approved"] * 3


async def test_a_signers_no_ends_it_and_they_may_add_and_hand_on_too(office: Office) -> None:
    path = await office.submitted(users("any", office.boss))
    await add(office.boss, path, office.clerk)
    assert (await add(office.clerk, path, office.outsider)).status_code == 200
    handed = await office.outsider.http.post(f"{path}/delegate", json={"user_id": office.chief.id})
    assert handed.json()["approver_ids"] == [office.chief.id]
    assert (await done(office.chief, path))["approver_ids"] == [office.clerk.id]
    no = await office.clerk.http.post(f"{path}/reject", json={"comment": "太贵"})
    assert (no.json()["status"], no.json()["approver_ids"]) == ("rejected", [])
    statuses = [step["status"] for step in no.json()["steps"]]
    assert statuses == ["delegated", "approved", "rejected", "skipped"]


async def test_a_leaver_who_waits_for_a_signer(office: Office) -> None:
    """Their superior is asked after the signer, whose yes is no decision, also when the superior was asked already."""
    for others in ((), (office.boss,)):
        leaver = await office.company.user("account_manager", name="Leaver")
        await reports_to(office.company, leaver, office.boss)
        path = await office.submitted(users("any", leaver, *others))
        assert (await add(leaver, path, office.outsider)).status_code == 200
        assert (await office.company.owner.http.post(f"/users/{leaver.id}/disable")).status_code == 200
        alone = await done(office.outsider, path)
        assert (alone["status"], alone["approver_ids"]) == ("pending", [office.boss.id])
        assert (await done(office.boss, path))["status"] == "approved"


async def test_who_may_be_added_and_by_whom(office: Office) -> None:
    path = await office.submitted(users("all", office.boss, office.chief))
    before = await office.company.digest("approvals", "approval_steps", "events")
    for signer, code in ((office.agent, "own_submission"), (office.chief, "already_asked")):
        assert faults(await add(office.boss, path, signer)) == [("/user_id", code)]
    nobody = {"user_id": "01930b2e-6f00-7000-8000-000000000001"}
    answer = await office.boss.http.post(f"{path}/add-signer", json=nobody)
    assert faults(answer) == [("/user_id", "reference_not_found")]
    assert refusal(await add(office.agent, path, office.clerk)) == (403, "not_an_approver")
    assert await office.company.digest("approvals", "approval_steps", "events") == before

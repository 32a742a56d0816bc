"""How an approval goes from node to node: modes, refusals, turns, and exactly one effect of those who decide at once."""

import asyncio
from typing import Any

import pytest

from crm_api.workflow.approvals.errors import NoApprover
from tests.factories.approvals import Office, reports_to, users
from tests.factories.companies import Actor
from tests.factories.deals import faults, refusal

NO = {"comment": "太贵"}


async def approve(actor: Actor, path: str) -> Any:
    return await actor.http.post(f"{path}/approve")


async def asked(office: Office, path: str) -> list[str]:
    """Who is asked now, by name."""
    names = {person.id: name for name, person in vars(office).items() if isinstance(person, Actor)}
    found = (await office.company.owner.http.get(path)).json()
    return [names[approver] for approver in found["approver_ids"]]


async def test_superiors_agree_one_after_the_other(office: Office) -> None:
    path = await office.submitted({"kind": "superior_chain", "mode": "sequential", "levels": 2})
    assert await asked(office, path) == ["boss"]
    assert refusal(await approve(office.chief, path)) == (409, "not_your_turn")
    assert refusal(await approve(office.agent, path)) == (403, "not_an_approver")
    half = await approve(office.boss, path)
    assert (half.json()["status"], office.heard) == ("pending", [])
    assert refusal(await approve(office.boss, path)) == (409, "not_your_turn")
    done = (await office.chief.http.post(f"{path}/approve", json={"comment": "好"})).json()
    assert (done["status"], done["comment"], done["approver_ids"]) == ("approved", "好", [])
    assert [step["status"] for step in done["steps"]] == ["approved", "approved"]
    assert office.heard == [(done["subject_id"], "approved")]
    assert refusal(await approve(office.boss, path)) == (409, "wrong_state")


async def test_the_first_decides_or_all_must(office: Office) -> None:
    three = (office.boss, office.chief, office.clerk)
    first = await office.submitted(users("any", *three))
    done = (await approve(office.clerk, first)).json()
    assert [step["status"] for step in done["steps"]] == ["skipped", "skipped", "approved"]
    together = await office.submitted(users("all", *three))
    for person in (office.clerk, office.boss):
        assert (await approve(person, together)).json()["status"] == "pending"
    assert await asked(office, together) == ["chief"]
    ended = (await office.chief.http.post(f"{together}/reject", json=NO)).json()
    assert (ended["status"], ended["comment"]) == ("rejected", "太贵")
    assert [status for _, status in office.heard] == ["approved", "rejected"]


async def test_nodes_follow_one_another_and_a_no_ends_them(office: Office) -> None:
    nodes = (users("any", office.boss), {"kind": "role", "mode": "any", "role": "executive"})
    path = await office.submitted(*nodes)
    moved = (await approve(office.boss, path)).json()
    assert (moved["node"], await asked(office, path)) == (1, ["chief"])
    back = (await office.chief.http.post(f"{path}/send-back", json=NO)).json()
    assert back["status"] == "sent_back"
    other = await office.submitted(*nodes)
    ended = (await office.boss.http.post(f"{other}/reject", json=NO)).json()
    assert [step["status"] for step in ended["steps"]] == ["rejected", "skipped"]
    for record, kinds in ((back, ["advanced", "created", "sent_back"]), (ended, ["created", "rejected"])):
        events = await office.company.rows("events", record_id=record["id"])
        assert sorted(event["type"] for event in events) == [f"approval.{kind}" for kind in kinds]


async def test_a_refusal_needs_a_reason(office: Office) -> None:
    path = await office.submitted()
    before = await office.company.digest("approvals", "approval_steps", "events")
    for verb in ("reject", "send-back"):
        answer = await office.boss.http.post(f"{path}/{verb}", json={})
        assert faults(answer) == [("/comment", "required")]
    assert await office.company.digest("approvals", "approval_steps", "events") == before


async def test_only_who_has_submitted_withdraws(office: Office) -> None:
    path = await office.submitted()
    assert refusal(await office.boss.http.post(f"{path}/withdraw")) == (403, "not_the_submitter")
    done = (await office.agent.http.post(f"{path}/withdraw")).json()
    assert (done["status"], office.heard) == ("withdrawn", [(done["subject_id"], "withdrawn")])
    assert refusal(await approve(office.boss, path)) == (409, "wrong_state")


async def test_a_running_approval_keeps_its_version(office: Office) -> None:
    flow = await office.flow(users("all", office.boss, office.clerk), type="pinned")
    made = await office.submit(type="pinned")
    assert made
    path, change = f"/approval-flows/{flow['id']}", {"nodes": [users("any", office.chief)]}
    changed = (await office.company.owner.http.patch(path, json=change)).json()
    await office.company.owner.http.delete(path)
    assert changed["version"] == 2
    for person in (office.boss, office.clerk):
        done = (await approve(person, f"/approvals/{made['id']}")).json()
    assert (done["status"], done["flow_version"]) == ("approved", 1)
    assert done["nodes"] == flow["nodes"] != changed["nodes"]
    assert await office.submit(type="pinned") is None


async def test_nobody_decides_on_their_own(office: Office) -> None:
    company = office.company
    role = {"kind": "role", "mode": "any", "role": "account_manager"}
    assert await asked(office, await office.submitted(role)) == ["clerk", "outsider"]
    assert await asked(office, await office.submitted(users("all", office.agent))) == ["boss"]
    await company.owner.http.patch(f"/teams/{office.team}", json={"leader_id": office.agent.id})
    leader = {"kind": "team_leader", "mode": "any"}
    assert await asked(office, await office.submitted(leader)) == ["boss"]
    await company.owner.http.patch(f"/teams/{office.team}", json={"leader_id": office.clerk.id})
    assert await asked(office, await office.submitted(leader)) == ["clerk"]
    # never by absence: a chain that ends with the submitter refuses the submission and leaves nothing
    await office.flow(type="top")
    before = await company.digest("approvals", "approval_steps", "events")
    for person in (office.chief, office.outsider):
        with pytest.raises(NoApprover):
            await office.submit(person, type="top")
    assert await company.digest("approvals", "approval_steps", "events") == before


async def test_neither_decides_who_submitted_nor_for_whom(office: Office) -> None:
    await office.flow(users("any", office.agent, office.clerk, office.outsider), type="for another")
    made = await office.submit(office.clerk, type="for another", owner_id=office.agent.id)
    assert made
    assert (made["submitter_id"], made["approver_ids"]) == (office.agent.id, [office.outsider.id])
    for person in (office.agent, office.clerk):
        answer = await office.outsider.http.post(
            f"/approvals/{made['id']}/delegate", json={"user_id": person.id}
        )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "own_submission")


async def test_a_machine_submits_for_the_owner(office: Office) -> None:
    await office.flow(type="machine")
    made = await office.submit(office.outsider, "api_key", type="machine", owner_id=office.agent.id)
    assert made
    assert (made["submitter_id"], made["approver_ids"]) == (office.agent.id, [office.boss.id])


async def test_another_decides_in_ones_place(office: Office) -> None:
    path = await office.submitted(users("all", office.boss, office.clerk))

    def to(user_id: str) -> dict[str, str]:
        return {"user_id": user_id, "comment": "出差"}

    for user_id, code in (
        (office.agent.id, "own_submission"),
        (office.clerk.id, "already_asked"),
        (office.team, "reference_not_found"),
    ):
        assert faults(await office.boss.http.post(f"{path}/delegate", json=to(user_id))) == [
            ("/user_id", code)
        ]
    assert (await office.outsider.http.get(path)).status_code == 404
    handed = (await office.boss.http.post(f"{path}/delegate", json=to(office.outsider.id))).json()
    assert [(s["approver_id"], s["for_id"], s["status"]) for s in handed["steps"]] == [
        (office.boss.id, None, "delegated"),
        (office.outsider.id, office.boss.id, "pending"),
        (office.clerk.id, None, "pending"),
    ]
    assert refusal(await approve(office.boss, path)) == (409, "not_your_turn")
    assert (await approve(office.outsider, path)).json()["status"] == "pending"
    assert (await approve(office.clerk, path)).json()["status"] == "approved"
    (event,) = await office.company.rows("events", type="approval.delegated")
    assert str(event["actor_id"]) == office.boss.id


async def test_what_a_leaver_was_asked_is_asked_of_their_superior(office: Office) -> None:
    company = office.company
    leaver, orphan = await company.user("account_manager"), await company.user("account_manager")
    await reports_to(company, leaver, office.boss)
    path = await office.submitted(users("sequential", leaver, office.boss))
    disabled = await company.owner.http.post(f"/users/{leaver.id}/disable")
    assert disabled.status_code == 200, disabled.text
    moved = (await company.owner.http.get(path)).json()
    # the boss stands later in the same node already, and is asked once
    assert [(s["approver_id"], s["status"]) for s in moved["steps"]] == [
        (leaver.id, "reassigned"),
        (office.boss.id, "pending"),
    ]
    assert (await approve(office.boss, path)).json()["status"] == "approved"
    # nor does it wait for somebody who may decide on nothing any more
    idle = await company.user("account_manager")
    await reports_to(company, idle, office.chief)
    left = await office.submitted(users("all", idle))
    for roles in (["account_manager", "marketer"], []):
        assert (await company.owner.http.get(left)).json()["approver_ids"] == [idle.id]
        await company.owner.http.patch(f"/users/{idle.id}", json={"roles": roles})
    assert await asked(office, left) == ["chief"]
    # a disabled one who is named is replaced when it is submitted
    assert await asked(office, await office.submitted(users("all", leaver))) == ["boss"]
    # without a superior who could take it over nobody leaves
    late = await office.submitted(users("all", orphan))
    before = await company.digest("approvals", "approval_steps", "users", "events")
    assert refusal(await company.owner.http.post(f"/users/{orphan.id}/disable")) == (409, "no_approver")
    assert await company.digest("approvals", "approval_steps", "users", "events") == before
    await reports_to(company, orphan, office.chief)
    assert (await company.owner.http.delete(f"/users/{orphan.id}")).status_code == 204
    assert await asked(office, late) == ["chief"]


async def test_of_those_who_decide_at_once_one_has_an_effect(office: Office) -> None:
    for _ in range(3):
        path = await office.submitted(users("any", office.boss, office.clerk))
        heard = len(office.heard)
        answers = await asyncio.gather(
            approve(office.boss, path),
            approve(office.boss, path),
            office.clerk.http.post(f"{path}/reject", json=NO),
            office.clerk.http.post(f"{path}/send-back", json=NO),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert len(office.heard) == heard + 1
    twice = await office.submitted(users("all", office.boss, office.clerk))
    answers = await asyncio.gather(*(approve(office.boss, twice) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {refusal(answer)[1] for answer in answers if answer.status_code == 409} == {"not_your_turn"}
    done = await approve(office.clerk, twice)
    assert done.json()["status"] == "approved"


async def test_an_approver_who_leaves_while_it_is_submitted_is_not_left_in_it(office: Office) -> None:
    company = office.company
    leaver = await company.user("account_manager")
    await reports_to(company, leaver, office.boss)
    await office.flow(users("any", leaver), type="race")
    *made, disabled = await asyncio.gather(
        *(office.submit(type="race") for _ in range(4)),
        company.owner.http.post(f"/users/{leaver.id}/disable"),
    )
    assert disabled.status_code == 200
    assert {approval["status"] for approval in made if approval} == {"pending"}
    for approval in made:
        assert await asked(office, f"/approvals/{approval['id']}") == ["boss"]


async def test_a_record_is_submitted_once_at_a_time(office: Office) -> None:
    await office.flow(type="once")
    made = await office.submit(type="once")
    assert made
    again = await asyncio.gather(
        *(office.submit(type="once", record_id=made["subject_id"]) for _ in range(3)), return_exceptions=True
    )
    assert {type(error).__name__ for error in again} == {"UniqueViolationError"}
    assert len(await office.company.rows("approvals", type="once")) == 1

"""Who sees an approval, who may decide on it, and what they see of a record they cannot read."""

from crm_api.kit.principal import Permission
from crm_api.roles import DEFAULT_ROLES, ROLES
from tests.factories.approvals import Office, money, users
from tests.factories.companies import Actor
from tests.factories.deals import refusal

NO = {"comment": "不同意"}
VERBS = {
    "approve": {},
    "reject": NO,
    "send_back": NO,
    "withdraw": None,
    "delegate": {"user_id": "01930b2e-6f00-7000-8000-000000000001"},
}
TABLES = ("approvals", "approval_steps", "events")


async def listed(actor: Actor, query: str = "") -> set[str]:
    answer = await actor.http.get(f"/approvals{query}")
    assert answer.status_code == 200, answer.text
    return {record["id"] for record in answer.json()["data"]}


async def test_role_by_place_and_verb(office: Office) -> None:
    """Every role: what is its own, asked of it, of its team, or none of these; and every verb on each."""
    company = office.company
    for role in DEFAULT_ROLES:
        actor = await company.user(role, team_id=office.team)
        held = ROLES[role].permissions()
        decides = Permission("approvals", "approve") in held
        nodes = users("any", actor, office.chief) if decides else users("any", office.chief)
        places = {
            "asked": await office.submitted(nodes),
            "team": await office.submitted(users("any", office.chief)),
            "foreign": await office.submitted(users("any", office.chief), team_id=None),
        }
        seen = {
            "asked": decides or role == "integration",
            "team": role in ("sales_supervisor", "executive", "integration"),
            "foreign": role in ("executive", "integration"),
        }
        in_list = await listed(actor, "?limit=200")
        for place, path in places.items():
            cell = (role, place)
            assert (await actor.http.get(path)).status_code == (200 if seen[place] else 404), cell
            assert (path.rpartition("/")[2] in in_list) == seen[place], cell
            before = await company.digest(*TABLES)
            for verb, body in VERBS.items():
                if decides and place == "asked" and verb in ("approve", "reject", "send_back"):
                    continue  # the table of states walks these
                answer = await actor.http.post(f"{path}/{verb.replace('_', '-')}", json=body)
                if Permission("approvals", verb) not in held:
                    status = 403
                elif not seen[place]:
                    status = 404
                else:
                    status = 422 if (place, verb) == ("asked", "delegate") else 403
                assert answer.status_code == status, (*cell, verb, answer.text)
            assert await company.digest(*TABLES) == before, cell
        if decides:
            assert (await actor.http.post(f"{places['asked']}/approve")).status_code == 200, role


async def test_an_approver_sees_what_it_is_about_without_the_record(office: Office) -> None:
    path = await office.submitted(users("any", office.outsider), name="网关合同", **money("120000"))
    seen = (await office.outsider.http.get(path)).json()
    assert (seen["subject_name"], seen["amount"]) == ("网关合同", {"amount": "120000.00", "currency": "CNY"})
    assert seen["submitter_id"] == office.agent.id
    assert (await office.outsider.http.get(f"/customers/{seen['subject_id']}")).status_code == 404


async def test_the_inbox_is_what_one_is_asked_now(office: Office) -> None:
    first, second = users("any", office.outsider), users("any", office.clerk)
    path = await office.submitted(first, second)
    approval_id = path.rpartition("/")[2]
    inbox = {
        who.id: f"?approver_ids[has_any]={who.id}&status=pending" for who in (office.outsider, office.clerk)
    }
    assert approval_id in await listed(office.outsider, inbox[office.outsider.id])
    assert approval_id not in await listed(office.clerk, inbox[office.clerk.id])
    assert approval_id in await listed(office.clerk)
    await office.outsider.http.post(f"{path}/approve")
    assert approval_id not in await listed(office.outsider, inbox[office.outsider.id])
    assert approval_id in await listed(office.clerk, inbox[office.clerk.id])
    mine = await listed(office.agent, f"?submitter_id={office.agent.id}&limit=200")
    assert approval_id in mine


async def test_a_submitter_without_the_right_to_decide_cannot_be_asked(office: Office) -> None:
    machine = await office.company.user("integration")
    path = await office.submitted(users("all", machine, office.boss))
    assert (await office.boss.http.get(path)).json()["approver_ids"] == [office.boss.id]
    assert refusal(await machine.http.post(f"{path}/approve")) == (403, "forbidden")

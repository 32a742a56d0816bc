"""Who decides on a claim: nobody on their own, whoever has submitted it."""

from tests.factories.approvals import furnish_office, users
from tests.factories.companies import Company
from tests.factories.contracts import ANY
from tests.factories.ledger import money, refusal


async def test_nobody_decides_on_their_own_claim_when_somebody_else_submits_it(company: Company) -> None:
    office, owner = await furnish_office(company), company.owner
    people = users("all", office.boss, owner, office.clerk)
    await owner.create("/approval-flows", name="报销", resource="expense_claims", nodes=[people])
    lines = [{"type": "travel", "spent_on": "2026-01-20", "amount": money("100")}]
    claim = await office.boss.create("/expense-claims", name="拜访智达", lines=lines)
    assert (await owner.http.post(f"/expense-claims/{claim['id']}/submit", headers=ANY)).status_code == 200
    [approval] = (await owner.http.get("/approvals")).json()["data"]
    assert (approval["submitter_id"], approval["approver_ids"]) == (office.boss.id, [office.clerk.id])
    path, before = (
        f"/approvals/{approval['id']}",
        await company.digest("approvals", "expense_claims", "events"),
    )
    for party in (office.boss, owner):
        answer = await party.http.post(f"{path}/approve", headers=ANY)
        assert refusal(answer)[:2] == (403, "not_an_approver"), answer.text
        answer = await office.clerk.http.post(f"{path}/delegate", json={"user_id": party.id}, headers=ANY)
        assert refusal(answer)[2] == "/user_id own_submission", answer.text
    assert await company.digest("approvals", "expense_claims", "events") == before
    # whom it is for takes it back; without anybody else their own superior decides
    assert (await office.boss.http.post(f"{path}/withdraw", headers=ANY)).status_code == 200
    flow = (await owner.http.get("/approval-flows")).json()["data"][0]
    only = {"nodes": [users("any", office.boss, owner)]}
    assert (await owner.http.patch(f"/approval-flows/{flow['id']}", json=only)).status_code == 200
    assert (await owner.http.post(f"/expense-claims/{claim['id']}/submit", headers=ANY)).status_code == 200
    approval = (await owner.http.get("/approvals?status=pending")).json()["data"][0]
    assert approval["approver_ids"] == [office.chief.id]


async def test_the_flow_of_the_nearest_team_decides(company: Company) -> None:
    office, owner = await furnish_office(company), company.owner
    below = await company.team("North", parent_id=office.team)
    lowest = await company.team("Harbin", parent_id=below)
    beside = await company.team("Service")
    deciders = {office.team: office.boss, below: office.clerk, None: office.chief}
    for team, decider in deciders.items():
        nodes = [users("any", decider)]
        await owner.create(
            "/approval-flows", name="报销", resource="expense_claims", nodes=nodes, team_id=team
        )
    lines = [{"type": "travel", "spent_on": "2026-01-20", "amount": money("100")}]
    for team, expected in (
        (office.team, office.boss),
        (below, office.clerk),
        (lowest, office.clerk),
        (beside, office.chief),
    ):
        member = await company.user("account_manager", team_id=team)
        claim = await member.create("/expense-claims", name="拜访智达", lines=lines)
        submitted = await member.http.post(f"/expense-claims/{claim['id']}/submit", headers=ANY)
        assert submitted.status_code == 200, submitted.text
        (approval,) = await company.rows("approvals", subject_id=claim["id"])
        assert [str(each) for each in approval["approver_ids"]] == [expected.id]
        decided = await expected.http.post(f"/approvals/{approval['id']}/approve", headers=ANY)
        assert decided.status_code == 200, decided.text
        assert (await member.http.get(f"/expense-claims/{claim['id']}")).json()["status"] == "approved"

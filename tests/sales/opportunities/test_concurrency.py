"""Two at once: an opportunity ends once, and nothing that happens meanwhile is lost."""

import asyncio

from tests.factories.companies import Company
from tests.factories.deals import prepare, refusal


async def test_of_two_who_win_it_at_once_one_is_too_late(company: Company) -> None:
    desk = await prepare(company)
    for _ in range(5):
        made = await desk.deal()
        path = f"/opportunities/{made['id']}/win"

        answers = await asyncio.gather(desk.http.post(path), desk.http.post(path))

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        late = next(answer for answer in answers if answer.status_code == 409)
        assert refusal(late) == (409, "opportunity_closed")
        assert len(await company.rows("opportunity_stage_moves", opportunity_id=made["id"])) == 1
        assert len(await company.rows("events", type="opportunity.won", record_id=made["id"])) == 1


async def test_it_is_won_or_lost_never_both(company: Company) -> None:
    desk = await prepare(company)
    for _ in range(5):
        made = await desk.deal()
        path = f"/opportunities/{made['id']}"

        won, lost = await asyncio.gather(
            desk.http.post(f"{path}/win"), desk.http.post(f"{path}/lose", json={"loss_reason": "other"})
        )

        assert sorted([won.status_code, lost.status_code]) == [200, 409]
        (row,) = await company.rows("opportunities", id=made["id"])
        assert row["status"] == ("won" if won.status_code == 200 else "lost")
        assert (row["loss_reason"] is None) == (row["status"] == "won")


async def test_lines_written_at_once_never_mix(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    path = f"/opportunities/{made['id']}"
    lists = [[desk.line(str(number))] * number for number in range(1, 9)]

    answers = await asyncio.gather(*(desk.http.patch(path, json={"lines": lines}) for lines in lists))

    assert {answer.status_code for answer in answers} == {200}
    final = (await desk.http.get(path)).json()
    assert final in [answer.json() for answer in answers]
    assert final["version"] == 9
    assert len(await company.rows("opportunity_lines")) == len(final["lines"])


async def test_a_stage_that_is_dropped_meanwhile_takes_no_opportunity_with_it(company: Company) -> None:
    desk = await prepare(company)
    stages = [{"key": kind, "name": kind, "kind": kind} for kind in ("open", "won", "lost")]
    spare = {"key": "spare", "name": "Spare", "kind": "open"}
    for _ in range(5):
        pipeline = await company.owner.create("/pipelines", name="P", stages=[*stages, spare])
        made = await desk.deal(pipeline_id=pipeline["id"])

        moved, dropped = await asyncio.gather(
            desk.http.post(
                f"/opportunities/{made['id']}/move", json={"stage_id": pipeline["stages"][3]["id"]}
            ),
            desk.http.patch(f"/pipelines/{pipeline['id']}", json={"stages": pipeline["stages"][:3]}),
        )

        assert {moved.status_code, dropped.status_code} <= {200, 409, 422}
        assert (moved.status_code == 200) != (dropped.status_code == 200)
        (row,) = await company.rows("opportunities", id=made["id"])
        assert len(await company.rows("pipeline_stages", id=row["stage_id"])) == 1

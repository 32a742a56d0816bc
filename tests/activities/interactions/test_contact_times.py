"""`last_contact_at` and `next_contact_at` follow interactions and tasks, in the same transaction, by one event each."""

import asyncio
from typing import Any

from crm_api.jobs.runner import Runner
from crm_api.worker import actors_of
from tests.factories.companies import Company

EARLY, MIDDLE, LATE = "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z", "2026-05-01T09:00:00Z"
SOON, LATER = "2027-01-10T01:00:00Z", "2027-02-10T01:00:00Z"


class Deal:
    """A customer, an opportunity and a contact of theirs."""

    def __init__(self, company: Company) -> None:
        self.company, self.owner = company, company.owner
        self.ids: dict[str, str] = {}

    async def furnish(self) -> "Deal":
        self.ids["customers"] = (await self.owner.create("/customers", name="Acme"))["id"]
        for resource in ("opportunities", "contacts"):
            made = await self.owner.create(f"/{resource}", name="x", customer_id=self.ids["customers"])
            self.ids[resource] = made["id"]
        return self

    def about(self, resource: str) -> dict[str, str]:
        return {"subject_type": resource, "subject_id": self.ids[resource]}

    async def met(self, resource: str, happened_at: str, next_contact_at: str | None = None) -> str:
        body = {"kind": "call", "summary": "x", "happened_at": happened_at, **self.about(resource)}
        made = await self.owner.create("/interactions", **body, next_contact_at=next_contact_at)
        return str(made["id"])

    async def task(self, resource: str, due_at: str | None) -> str:
        made = await self.owner.create("/tasks", title="x", due_at=due_at, **self.about(resource))
        return str(made["id"])

    async def times(self, resource: str = "customers") -> tuple[Any, Any]:
        shown = (await self.owner.http.get(f"/{resource}/{self.ids[resource]}")).json()
        return shown["last_contact_at"], shown["next_contact_at"]

    async def version(self, resource: str = "customers") -> int:
        """Its version; each was told in exactly one event."""
        (row,) = await self.company.rows(resource, id=self.ids[resource])
        told = await self.company.rows("events", record_id=self.ids[resource])
        assert [event["version"] for event in sorted(told, key=lambda event: event["version"])] == list(
            range(1, row["version"] + 1)
        )
        return int(row["version"])


async def test_what_is_about_a_deal_moves_the_deal_and_its_customer(company: Company) -> None:
    deal = await Deal(company).furnish()
    middle = await deal.met("opportunities", MIDDLE, LATER)
    assert await deal.times("opportunities") == await deal.times() == (MIDDLE, LATER)
    assert await deal.version("opportunities") == await deal.version() == 2

    early = await deal.met("opportunities", EARLY, SOON)  # entered late: moves nothing
    assert await deal.times("opportunities") == await deal.times() == (MIDDLE, LATER)
    assert await deal.version("opportunities") == await deal.version() == 2

    late = await deal.met("contacts", LATE)  # about a person: their customer, not the deal
    assert await deal.times() == (LATE, None)
    assert await deal.times("opportunities") == (MIDDLE, LATER)

    http = company.owner.http
    assert (await http.patch(f"/interactions/{middle}", json={"happened_at": EARLY})).status_code == 200
    await http.patch(f"/interactions/{early}", json={"happened_at": "2026-02-01T00:00:00Z"})
    assert await deal.times("opportunities") == (EARLY, LATER)
    await http.delete(f"/interactions/{late}")
    assert await deal.times() == (EARLY, LATER)
    for gone in (middle, early):
        await http.delete(f"/interactions/{gone}")
    assert await deal.times("opportunities") == await deal.times() == (None, None)
    await deal.version("opportunities")
    await deal.version()


async def test_a_time_set_by_hand_stands_until_the_plan_changes(company: Company) -> None:
    deal = await Deal(company).furnish()
    http = company.owner.http
    by_hand = "2027-03-01T00:00:00Z"
    first = await deal.met("customers", MIDDLE, SOON)
    await http.patch(f"/customers/{deal.ids['customers']}", json={"next_contact_at": by_hand})
    await http.patch(f"/interactions/{first}", json={"summary": "other"})
    await deal.met("customers", EARLY)
    assert await deal.times() == (MIDDLE, by_hand)
    await deal.met("customers", LATE)
    assert await deal.times() == (LATE, None)


async def test_the_next_contact_is_the_earliest_of_open_tasks_and_the_latest_interaction(
    company: Company,
) -> None:
    deal = await Deal(company).furnish()
    http = company.owner.http
    await deal.met("opportunities", MIDDLE, LATER)
    task = await deal.task("opportunities", SOON)
    await deal.task("contacts", None)
    assert await deal.times("opportunities") == await deal.times() == (MIDDLE, SOON)
    for verb, planned in (("complete", LATER), ("reopen", SOON), ("cancel", LATER), ("reopen", SOON)):
        assert (await http.post(f"/tasks/{task}/{verb}")).status_code == 200
        assert await deal.times("opportunities") == await deal.times() == (MIDDLE, planned), verb
    await http.patch(f"/tasks/{task}", json={"due_at": "2027-02-11T00:00:00Z"})
    assert await deal.times() == (MIDDLE, LATER)
    await http.patch(f"/tasks/{task}", json={"due_at": SOON})
    await http.delete(f"/tasks/{task}")
    assert await deal.times() == (MIDDLE, LATER)
    await http.post(f"/tasks/{task}/restore")
    assert await deal.times() == (MIDDLE, SOON)
    await deal.version("opportunities")
    await deal.version()


async def test_what_was_noted_of_the_wrong_record_is_turned_to_another(company: Company) -> None:
    wrong, right = await Deal(company).furnish(), await Deal(company).furnish()
    said, task = await wrong.met("opportunities", MIDDLE), await wrong.task("opportunities", SOON)
    for path in (f"/interactions/{said}", f"/tasks/{task}"):
        answer = await company.owner.http.patch(path, json=right.about("contacts"))
        assert (answer.status_code, answer.json()["customer_id"]) == (200, right.ids["customers"])
    assert await wrong.times() == await wrong.times("opportunities") == (None, None)
    assert await right.times() == (MIDDLE, SOON)
    answer = await company.owner.http.patch(f"/tasks/{task}", json={"subject_type": None, "subject_id": None})
    assert (answer.status_code, answer.json()["customer_id"]) == (200, None)
    assert await right.times() == (MIDDLE, None)
    for deal in (wrong, right):
        await deal.version()


async def test_of_many_at_once_each_counts(company: Company) -> None:
    deal = await Deal(company).furnish()
    days = [f"2026-06-{day:02}T09:00:00Z" for day in range(1, 9)]
    subjects = ("customers", "opportunities")
    await asyncio.gather(*(deal.met(subjects[n % 2], day, SOON) for n, day in enumerate(reversed(days))))
    assert await deal.times() == (days[-1], SOON)
    assert (await deal.times("opportunities"))[0] == max(days[0::2])
    assert len(await company.rows("interactions", customer_id=deal.ids["customers"])) == len(days)
    await deal.version("opportunities")
    await deal.version()

    made = (await company.owner.http.get("/interactions?limit=200&fields=id")).json()["data"]
    gone = [company.owner.http.delete(f"/interactions/{one['id']}") for one in made]
    assert {answer.status_code for answer in await asyncio.gather(*gone)} == {204}
    assert await deal.times() == (None, None)
    await deal.version()


async def test_what_was_said_to_a_lead_counts_for_what_it_becomes(company: Company) -> None:
    owner = company.owner
    lead = await owner.create("/leads", name="李娜", company_name="上海智达")
    about = {"subject_type": "leads", "subject_id": lead["id"]}
    said = await owner.create("/interactions", kind="call", summary="x", happened_at=MIDDLE, **about)
    task = await owner.create("/tasks", title="回访", due_at=SOON, **about)
    assert (said["customer_id"], task["customer_id"]) == (None, None)
    became = (await owner.http.post(f"/leads/{lead['id']}/convert")).json()
    for resource, field in (("customers", "customer_id"), ("opportunities", "opportunity_id")):
        shown = (await owner.http.get(f"/{resource}/{became[field]}")).json()
        assert (shown["last_contact_at"], shown["next_contact_at"]) == (MIDDLE, SOON), resource
    for path in (f"/interactions/{said['id']}", f"/tasks/{task['id']}"):
        carried = (await owner.http.get(path)).json()
        assert (carried["subject_type"], carried["subject_id"]) == ("opportunities", became["opportunity_id"])
        assert carried["customer_id"] == became["customer_id"]


async def test_an_import_and_its_undoing_move_them_too(company: Company) -> None:
    deal, http = await Deal(company).furnish(), company.owner.http
    await deal.met("customers", EARLY, LATER)
    head = "kind,summary,happened_at,next_contact_at,subject_type,subject_id"
    lines = [
        f"visit,第{n}次,{at},{SOON},customers,{deal.ids['customers']}" for n, at in enumerate((LATE, MIDDLE))
    ]
    file = ("past.csv", "\n".join([head, *lines]).encode())
    made = await http.post("/imports", data={"resource": "interactions"}, files={"file": file})
    assert made.status_code == 201, made.text
    pool, path = company.served.pool, f"/imports/{made.json()['id']}"
    runner = Runner(pool, actors_of(pool, company.served.app.state.authentication))
    for verb, times in (("commit", (LATE, SOON)), ("undo", (EARLY, LATER))):
        answer = await http.post(f"{path}/{verb}")
        assert answer.status_code == 202, answer.text
        await runner.empty()
        assert await deal.times() == times, ((await http.get(path)).json(), verb)
    await deal.version()

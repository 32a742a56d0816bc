"""Who reads and works on a plan: as far as they read and change its opportunity."""

from tests.factories.companies import Company
from tests.factories.deals import prepare
from tests.factories.everybody import everybody, expect
from tests.factories.floors import furnish
from tests.sales.development_plans.test_api import ITEMS

TABLES = ("development_plans", "development_plan_items")


async def test_a_plan_follows_its_opportunity(company: Company) -> None:
    desk, floor = await prepare(company), await furnish(company)
    deal = await desk.deal(owner_id=floor.agent.id)
    body = {"name": "P", "opportunity_id": deal["id"], "items": ITEMS}
    for outsider in (floor.mate, floor.stranger):
        await expect(company, outsider, lambda http: http.post("/development-plans", json=body), 422, *TABLES)
    made = await floor.agent.create("/development-plans", **body)
    path = f"/development-plans/{made['id']}"
    item = f"{path}/items/{made['items'][0]['id']}/complete"
    executive = await company.user("executive")

    for outsider in (floor.mate, floor.stranger):
        assert (await outsider.http.get("/development-plans")).json()["data"] == []
        for call in (
            lambda http: http.get(path),
            lambda http: http.patch(path, json={"goal": "x"}),
            lambda http: http.post(f"{path}/start"),
            lambda http: http.post(item, json={"result": "x"}),
            lambda http: http.delete(path),
        ):
            await expect(company, outsider, call, 404, *TABLES)
    for insider in (floor.agent, floor.supervisor, executive, company.owner):
        assert [p["id"] for p in (await insider.http.get("/development-plans")).json()["data"]] == [
            made["id"]
        ]
    await expect(company, executive, lambda http: http.patch(path, json={"goal": "x"}), 403, *TABLES)
    await expect(company, floor.supervisor, lambda http: http.post(f"{path}/start"), 200)

    # whoever is given the opportunity has the plan, whoever gives it away loses it
    given = {"owner_id": floor.stranger.id}
    assert (await desk.http.post(f"/opportunities/{deal['id']}/assign", json=given)).status_code == 200
    await expect(company, floor.agent, lambda http: http.get(path), 404)
    await expect(company, floor.supervisor, lambda http: http.get(path), 404)
    await expect(company, floor.stranger, lambda http: http.post(item, json={"result": "x"}), 200)
    assert (await desk.http.delete(f"/opportunities/{deal['id']}")).status_code == 204
    await expect(company, floor.stranger, lambda http: http.get(path), 404)


async def test_who_reads_more_than_they_change_is_forbidden(company: Company) -> None:
    desk, floor = await prepare(company), await furnish(company)
    deal = await desk.deal(owner_id=floor.agent.id)
    body = {"name": "P", "opportunity_id": deal["id"], "items": ITEMS}
    # reads everything as an executive, changes what is their own as an account manager
    both = await company.user("executive", "account_manager")
    await expect(company, both, lambda http: http.post("/development-plans", json=body), 403, *TABLES)
    path = f"/development-plans/{(await floor.agent.create('/development-plans', **body))['id']}"
    for call in (
        lambda http: http.patch(path, json={"goal": "x"}),
        lambda http: http.post(f"{path}/start"),
        lambda http: http.delete(path),
    ):
        await expect(company, both, call, 403, *TABLES)
    await expect(company, both, lambda http: http.get(path), 200)


async def test_roles(company: Company) -> None:
    desk = await prepare(company)
    for role, actor in (await everybody(company)).items():
        deal = await desk.deal(owner_id=actor.id if role != "integration" else None)
        body = {"name": "P", "opportunity_id": deal["id"]}
        may = role in ("sales_supervisor", "account_manager", "integration")
        reads = may or role == "executive"
        await expect(company, actor, lambda http: http.get("/development-plans"), 200 if reads else 403)
        call = 201 if may else 403
        await expect(
            company, actor, lambda http, b=body: http.post("/development-plans", json=b), call, *TABLES
        )


async def test_another_company_has_its_own(company: Company, other_company: Company) -> None:
    desk, theirs = await prepare(company), await prepare(other_company)
    deal = await theirs.deal()
    made = await other_company.owner.create("/development-plans", name="P", opportunity_id=deal["id"])
    path = f"/development-plans/{made['id']}"
    await expect(other_company, company.owner, lambda http: http.get(path), 404)
    await expect(
        other_company, company.owner, lambda http: http.patch(path, json={"goal": "x"}), 404, *TABLES
    )
    body = {"name": "P", "opportunity_id": deal["id"]}
    await expect(
        other_company,
        desk.company.owner,
        lambda http: http.post("/development-plans", json=body),
        422,
        *TABLES,
    )

"""Who may read and shape pipelines: everybody reads them, administrators and owners shape them."""

from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect
from tests.sales.pipelines.test_api import STAGES

WRITERS = {"administrator"}
TABLES = ("pipelines", "pipeline_stages")


async def test_everybody_reads_few_write(company: Company) -> None:
    actors = await everybody(company)
    for role, actor in actors.items():
        made = await company.owner.create("/pipelines", name="P", stages=STAGES)
        path, body = f"/pipelines/{made['id']}", {"name": role, "stages": STAGES}
        may = role in WRITERS
        await expect(company, actor, lambda http: http.get("/pipelines"), 200)
        await expect(company, actor, lambda http, p=path: http.get(p), 200)
        await expect(
            company, actor, lambda http, b=body: http.post("/pipelines", json=b), 201 if may else 403, *TABLES
        )
        await expect(
            company,
            actor,
            lambda http, p=path: http.patch(p, json={"name": "New"}),
            200 if may else 403,
            *TABLES,
        )
        await expect(company, actor, lambda http, p=path: http.delete(p), 204 if may else 403, *TABLES)
        if not may:
            await company.owner.http.delete(path)
        await expect(
            company, actor, lambda http, p=path: http.post(f"{p}/restore"), 200 if may else 403, *TABLES
        )


async def test_another_company_has_its_own(company: Company, other_company: Company) -> None:
    theirs = (await other_company.owner.http.get("/pipelines")).json()["data"][0]
    path = f"/pipelines/{theirs['id']}"

    assert (await company.owner.http.get(path)).status_code == 404
    change = {"is_default": True, "name": "Mine"}
    await expect(other_company, company.owner, lambda http: http.patch(path, json=change), 404, *TABLES)
    assert len((await company.owner.http.get("/pipelines?is_default=true")).json()["data"]) == 1

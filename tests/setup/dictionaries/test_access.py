"""Who may read and write the data dictionary: everybody reads it, administrators and owners write it."""

from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect

WRITERS = {"administrator"}
NEW = {"type": "loss_reason", "label_en": "Merger", "label_zh": "并购"}


async def test_everybody_reads_few_write(company: Company) -> None:
    actors = await everybody(company)
    item = (await company.owner.http.get("/dictionary-items?code=price")).json()["data"][0]
    path = f"/dictionary-items/{item['id']}"
    for role, actor in actors.items():
        listed = await expect(company, actor, lambda http: http.get("/dictionary-items"), 200)
        assert len(listed.json()["data"]) >= 7
        await expect(company, actor, lambda http: http.get(path), 200)
        body = {**NEW, "code": role}
        status = 201 if role in WRITERS else 403
        await expect(
            company,
            actor,
            lambda http, b=body: http.post("/dictionary-items", json=b),
            status,
            "dictionary_items",
        )
        status = 200 if role in WRITERS else 403
        change = {"label_en": f"Price for {role}"}
        await expect(
            company, actor, lambda http, c=change: http.patch(path, json=c), status, "dictionary_items"
        )


async def test_another_company_has_its_own(company: Company, other_company: Company) -> None:
    theirs = (await other_company.owner.http.get("/dictionary-items?code=price")).json()["data"][0]
    path = f"/dictionary-items/{theirs['id']}"

    assert (await company.owner.http.get(path)).status_code == 404
    await expect(
        other_company,
        company.owner,
        lambda http: http.patch(path, json={"active": False}),
        404,
        "dictionary_items",
    )

"""Who may read and write the lists of the data dictionary: everybody reads them, administrators and owners write them."""

from tests.factories.companies import Company
from tests.factories.everybody import everybody, expect
from tests.setup.dictionary_types.test_api import NEW, item


async def test_everybody_reads_few_write(company: Company) -> None:
    made = await company.owner.create("/dictionary-types", **NEW)
    path = f"/dictionary-types/{made['id']}"
    for role, actor in (await everybody(company)).items():
        await expect(company, actor, lambda http: http.get(path), 200)
        allowed = role == "administrator"
        body, label = {**NEW, "code": role}, {"label_en": role}
        spare = await item(company, "payment_method", role)
        own = await company.owner.create("/dictionary-types", **{**NEW, "code": f"{role}_own"})
        for call, status in (
            (lambda http, b=body: http.post("/dictionary-types", json=b), 201),
            (lambda http, c=label: http.patch(path, json=c), 200),
            (lambda http, o=own: http.delete(f"/dictionary-types/{o['id']}"), 204),
            (lambda http, s=spare: http.post(f"/dictionary-items/{s['id']}/remove"), 204),
        ):
            await expect(
                company, actor, call, status if allowed else 403, "dictionary_types", "dictionary_items"
            )


async def test_another_company_has_its_own(company: Company, other_company: Company) -> None:
    theirs = await other_company.owner.create("/dictionary-types", **NEW)
    path = f"/dictionary-types/{theirs['id']}"

    assert (await company.owner.http.get(path)).status_code == 404
    await expect(other_company, company.owner, lambda http: http.delete(path), 404, "dictionary_types")
    refused = await company.owner.http.post(
        "/dictionary-items", json={"type": NEW["code"], "code": "x", "label_en": "X", "label_zh": "X"}
    )
    assert refused.json()["errors"][0]["code"] == "not_a_choice"

"""Whoever asked for it sees an operation, and administrators see all."""

from crm_api.roles import ROLES
from tests.factories.companies import Company
from tests.factories.work import operation

EVERYBODY_S = {"administrator", "company_owner"}


async def test_role_by_action_by_owner(company: Company) -> None:
    someone = await company.user("account_manager")
    for role in ROLES:
        actor = company.owner if role in EVERYBODY_S else await company.user(role)
        own, other = await operation(company, actor), await operation(company, someone)
        for record, seen in ((own, True), (other, role in EVERYBODY_S)):
            path = f"/operations/{record['id']}"
            listed = (await actor.http.get(f"/operations?id={record['id']}")).json()["data"]
            assert [found["id"] for found in listed] == ([record["id"]] if seen else []), role
            assert (await actor.http.get(path)).status_code == (200 if seen else 404), role
            before = await company.digest("operations", "events")
            cancelled = await actor.http.post(f"{path}/cancel")
            assert cancelled.status_code == (200 if seen else 404), (role, cancelled.text)
            assert (await company.digest("operations", "events") == before) is not seen
            assert (await actor.http.get(f"{path}/stream")).status_code == (200 if seen else 404), role


async def test_nobody_sees_those_of_another_company(company: Company, other_company: Company) -> None:
    record = await operation(company)
    for path in ("", "/stream"):
        assert (await other_company.owner.http.get(f"/operations/{record['id']}{path}")).status_code == 404
    assert (await other_company.owner.http.post(f"/operations/{record['id']}/cancel")).status_code == 404


async def test_a_key_sees_what_it_has_asked_for(company: Company) -> None:
    made = await company.owner.create("/api-keys", name="ERP", permissions=["operations:read"])
    client = company.client(made["secret"])
    own = await operation(company, type(company.owner)(made["id"], client, made["secret"]))
    await operation(company)
    assert [found["id"] for found in (await client.get("/operations")).json()["data"]] == [own["id"]]
    assert (await client.post(f"/operations/{own['id']}/cancel")).status_code == 403

"""Only those who administer a company see its dead letters and decide about them."""

from crm_api.roles import ROLES
from tests.factories.companies import Company
from tests.factories.work import dead_letter

DECIDE = {"administrator", "company_owner"}


async def test_role_by_action(company: Company) -> None:
    for role in ROLES:
        actor = company.owner if role == "company_owner" else await company.user(role)
        may = role in DECIDE
        for verb, status in (("retry", "retried"), ("discard", "discarded")):
            record = await dead_letter(company)
            path = f"/dead-letters/{record['id']}"
            assert (await actor.http.get(path)).status_code == (200 if may else 403), role
            assert (await actor.http.get("/dead-letters")).status_code == (200 if may else 403), role
            before = await company.digest("dead_letters", "events")
            answer = await actor.http.post(f"{path}/{verb}")
            assert answer.status_code == (200 if may else 403), (role, answer.text)
            if may:
                assert answer.json()["status"] == status
                again = await actor.http.post(f"{path}/{verb}")
                assert (again.status_code, again.json()["code"]) == (409, "dead_letter_settled")
            else:
                assert await company.digest("dead_letters", "events") == before


async def test_those_of_another_company_do_not_exist(company: Company, other_company: Company) -> None:
    record = await dead_letter(company)
    assert (await other_company.owner.http.get(f"/dead-letters/{record['id']}")).status_code == 404
    for verb in ("retry", "discard"):
        answer = await other_company.owner.http.post(f"/dead-letters/{record['id']}/{verb}")
        assert answer.status_code == 404


async def test_a_job_that_no_version_knows_can_only_be_dropped(company: Company) -> None:
    record = await dead_letter(company, name="tests.gone")
    answer = await company.owner.http.post(f"/dead-letters/{record['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_unknown")
    answer = await company.owner.http.post(f"/dead-letters/{record['id']}/discard")
    assert answer.status_code == 200

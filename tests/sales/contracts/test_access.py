"""Who may do what with whose contract."""

from crm_api.roles import DEFAULT_ROLES
from tests.activities.attachments.samples import PDF
from tests.factories.companies import Company
from tests.factories.contracts import ANY, REASONS, open_registry
from tests.factories.floors import Floor
from tests.factories.grants import share
from tests.factories.matrix import DONE, PLACES, Matrix, expected

REACH = {
    "administrator": {},
    "sales_supervisor": dict.fromkeys(DONE, "subtree"),
    "account_manager": dict.fromkeys(("get", "create", "patch", "delete"), "own"),
    "executive": {"get": "all"},
    "support_agent": {},
    "marketer": {},
    "integration": dict.fromkeys(DONE, "all"),
}


async def test_role_by_action_by_place(company: Company) -> None:
    assert set(REACH) == set(DEFAULT_ROLES)
    registry = await open_registry(company)
    body = {"name": "Contract", "customer_id": registry.customer}
    matrix = Matrix(company, "/contracts", body, {"terms": "货到付款"}, ANY)
    await matrix.furnish()
    for actor in matrix.actors.values():
        await share(company, "customers", registry.customer, actor.id)
    for role, reaches in REACH.items():
        for action in DONE:
            for place in PLACES:
                should = expected(reaches.get(action, "none"), action, place)
                assert await matrix.status(role, action, place) == should, (role, action, place)


async def test_the_contract_of_somebody_else_is_not_worked_on(floor: Floor) -> None:
    registry = await open_registry(floor.company)
    made = await registry.draft(owner_id=floor.stranger.id)
    await registry.did(made, "submit", "sign", "activate")
    before = await floor.company.digest("contracts", "contract_lines", "approvals", "events")
    for actor in (floor.agent, floor.supervisor):
        for verb in ("submit", "sign", "activate", "terminate", "void", "amend"):
            answer = await registry.ask(made, verb, actor, **REASONS.get(verb, {}))
            held = actor is floor.supervisor or verb not in ("terminate", "void")
            assert answer.status_code == (404 if held else 403), verb
        assert (await actor.http.get(f"/contracts/{made['id']}/changes")).status_code == 404
    assert await floor.company.digest("contracts", "contract_lines", "approvals", "events") == before


async def test_the_signed_paper_is_kept_with_the_contract_for_those_who_see_it(floor: Floor) -> None:
    registry = await open_registry(floor.company)
    made = await registry.draft(owner_id=floor.agent.id)
    about = {"subject_type": "contracts", "subject_id": made["id"]}
    sent = await floor.agent.http.post("/attachments", data=about, files={"file": ("合同.pdf", PDF)})
    assert sent.status_code == 201, sent.text
    await registry.did(made, "submit", "sign", "activate")
    paper = f"/attachments/{sent.json()['id']}/content"
    for actor in (floor.agent, floor.supervisor):
        answer = await actor.http.get(paper)
        assert (answer.status_code, answer.content) == (200, PDF)
    assert (await floor.stranger.http.get(paper)).status_code == 404
    before = await floor.company.digest("attachments", "contracts", "events")
    refused = await floor.stranger.http.post("/attachments", data=about, files={"file": ("x.pdf", PDF)})
    assert refused.status_code == 422, refused.text
    assert await floor.company.digest("attachments", "contracts", "events") == before

"""Teams: role × action. Everybody may know them; administrators alone change them."""

from collections.abc import Callable

import pytest

from tests.factories.companies import Company
from tests.factories.everybody import Call, everybody, expect

Make = Callable[[str, str], Call]
ACTIONS: dict[str, tuple[Make, int]] = {
    "list": (lambda team, above: lambda http: http.get("/teams"), 200),
    "get": (lambda team, above: lambda http: http.get(f"/teams/{team}"), 200),
    "query": (lambda team, above: lambda http: http.post("/teams/query", json={}), 200),
    "create": (lambda team, above: lambda http: http.post("/teams", json={"name": "A"}), 201),
    "update": (lambda team, above: lambda http: http.patch(f"/teams/{team}", json={"name": "B"}), 200),
    "parent": (lambda team, above: lambda http: http.patch(f"/teams/{team}", json={"parent_id": above}), 200),
    "move": (
        lambda team, above: lambda http: http.post(f"/teams/{team}/move", json={"parent_id": None}),
        200,
    ),
    "delete": (lambda team, above: lambda http: http.delete(f"/teams/{team}"), 204),
    "restore": (lambda team, above: lambda http: http.post(f"/teams/{team}/restore"), 200),
}
READS = {"list", "get", "query"}


async def test_role_by_action(company: Company) -> None:
    actors = await everybody(company)
    team, above = await company.team("Team"), await company.team("Above")
    for role, actor in sorted(actors.items(), key=lambda item: item[0] == "administrator"):
        for action, (make, done) in ACTIONS.items():
            allowed = action in READS or role == "administrator"
            await expect(company, actor, make(team, above), done if allowed else 403, "teams")


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"list", "query", "create"}))
async def test_teams_of_another_company_are_not_there(
    company: Company, other_company: Company, action: str
) -> None:
    make, _ = ACTIONS[action]
    foreign = await other_company.team()
    await expect(company, company.owner, make(foreign, await company.team()), 404, "teams")

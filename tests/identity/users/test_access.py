"""Users: role × action. Everybody may know their colleagues; administrators alone change them."""

from collections.abc import Callable

import pytest

from tests.factories.companies import Actor, Company
from tests.factories.everybody import Call, everybody, expect

Make = Callable[[str, str], Call]
ACTIONS: dict[str, tuple[Make, int]] = {
    "list": (lambda user, team: lambda http: http.get("/users"), 200),
    "get": (lambda user, team: lambda http: http.get(f"/users/{user}"), 200),
    "query": (lambda user, team: lambda http: http.post("/users/query", json={}), 200),
    "create": (
        lambda user, team: lambda http: http.post("/users", json={"email": "a@b.example", "name": "A"}),
        201,
    ),
    "update": (lambda user, team: lambda http: http.patch(f"/users/{user}", json={"title": "T"}), 200),
    "password": (
        lambda user, team: (
            lambda http: http.patch(f"/users/{user}", json={"password": "a long new passphrase"})
        ),
        200,
    ),
    "roles": (
        lambda user, team: lambda http: http.patch(f"/users/{user}", json={"roles": ["executive"]}),
        200,
    ),
    "team": (lambda user, team: lambda http: http.patch(f"/users/{user}", json={"team_id": team}), 200),
    "move": (lambda user, team: lambda http: http.post(f"/users/{user}/move", json={"team_id": team}), 200),
    "disable": (lambda user, team: lambda http: http.post(f"/users/{user}/disable"), 200),
    "enable": (lambda user, team: lambda http: http.post(f"/users/{user}/enable"), 200),
    "delete": (lambda user, team: lambda http: http.delete(f"/users/{user}"), 204),
    "restore": (lambda user, team: lambda http: http.post(f"/users/{user}/restore"), 200),
}
READS = {"list", "get", "query"}


async def test_role_by_action(company: Company) -> None:
    actors = await everybody(company)
    team = await company.team()
    user = await company.user()
    for role, actor in sorted(actors.items(), key=lambda item: item[0] == "administrator"):
        for action, (make, done) in ACTIONS.items():
            allowed = action in READS or role == "administrator"
            await expect(company, actor, make(user.id, team), done if allowed else 403, "users", "sessions")


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"list", "query", "create"}))
async def test_users_of_another_company_are_not_there(
    company: Company, other_company: Company, action: str
) -> None:
    make, _ = ACTIONS[action]
    stranger: Actor = await other_company.user()
    await expect(company, company.owner, make(stranger.id, await company.team()), 404, "users")

"""Role × action × place of the row: the exact status of each, and nothing changed where it is a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from crm_api.roles import DEFAULT_ROLES
from tests.factories.companies import Actor, Company

# the places that lie within a reach, seen from somebody in the upper team
PLACES = ("own", "team", "subtree", "foreign")
WITHIN = {"own": PLACES[:1], "subtree": PLACES[:3], "all": PLACES, "none": ()}
DONE = {"get": 200, "create": 201, "patch": 200, "delete": 204, "restore": 200, "assign": 200}
TOUCHED = ("events", "ownership_periods", "external_ids", "search_documents")


@dataclass
class Matrix:
    """One owned resource. Rows are made by the company's owner for somebody in each place."""

    company: Company
    path: str
    body: Mapping[str, Any]
    change: Mapping[str, Any] = field(default_factory=lambda: {"address": "elsewhere"})
    headers: Mapping[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    fresh: dict[tuple[str, bool], str] = field(default_factory=dict)

    async def furnish(self) -> None:
        """Everybody of a default role in the upper of two teams, and the owners of rows around them."""
        upper = await self.company.team("Upper")
        lower = await self.company.team("Lower", parent_id=upper)
        beside = await self.company.team("Beside")
        for role in DEFAULT_ROLES:
            self.actors[role] = await self.company.user(role, team_id=upper)
        for place, team in (("team", upper), ("subtree", lower), ("foreign", beside)):
            self.owners[place] = (await self.company.user("account_manager", team_id=team)).id

    async def status(self, role: str, action: str, place: str) -> int:
        """What an action of a role on a row in a place answers; a refusal must leave no trace."""
        actor, deleted = self.actors[role], action == "restore"
        owner_id = actor.id if place == "own" else self.owners[place]
        row_id = "" if action == "create" else await self._row(owner_id, deleted=deleted)
        before = await self._state()
        answer = await self._perform(actor, action, row_id, owner_id)
        if answer.status_code >= 400 or action == "get":
            assert await self._state() == before, (role, action, place)
        else:
            assert await self._state() != before, (role, action, place)
            self.fresh.pop((owner_id, deleted), None)
        return answer.status_code

    async def _row(self, owner_id: str, *, deleted: bool) -> str:
        """A row that nobody has touched yet."""
        if (owner_id, deleted) not in self.fresh:
            made = await self.company.owner.create(self.path, **self.body, owner_id=owner_id)
            if deleted:
                await self.company.owner.http.delete(f"{self.path}/{made['id']}", headers=self.headers)
            self.fresh[owner_id, deleted] = made["id"]
        return self.fresh[owner_id, deleted]

    async def _perform(self, actor: Actor, action: str, row_id: str, owner_id: str) -> httpx.Response:
        one = f"{self.path}/{row_id}"
        match action:
            case "get":
                return await actor.http.get(one)
            case "create":
                return await actor.http.post(self.path, json={**self.body, "owner_id": owner_id})
            case "patch":
                return await actor.http.patch(one, json=self.change, headers=self.headers)
            case "delete":
                return await actor.http.delete(one, headers=self.headers)
            case "restore":
                return await actor.http.post(f"{one}/restore", headers=self.headers)
            case _:
                # not the present owner: that would change nothing
                new = self.owners["team"] if owner_id != self.owners["team"] else self.owners["subtree"]
                return await actor.http.post(f"{one}/assign", json={"owner_id": new}, headers=self.headers)

    async def _state(self) -> str:
        """A digest of every row that an action could have written."""
        return await self.company.digest(self.path.strip("/").replace("-", "_"), *TOUCHED)


def expected(reach: str, action: str, place: str) -> int:
    """Without the permission 403, on a row out of sight 404, for an owner out of reach 403."""
    if reach == "none":
        return 403
    if place in WITHIN[reach]:
        return DONE[action]
    return 403 if action == "create" else 404

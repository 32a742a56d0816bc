"""Imports as a person makes them: upload, map, commit; a worker in this process does what they ask for."""

from typing import Any

import pytest

from crm_api.jobs.runner import Runner
from crm_api.storage.local import LocalFiles
from tests.factories.companies import Actor, Company

Record = dict[str, Any]


class Bench:
    """One person's imports."""

    def __init__(self, company: Company, runner: Runner) -> None:
        self.company, self.runner, self.actor = company, runner, company.owner

    def by(self, actor: Actor) -> "Bench":
        other = Bench(self.company, self.runner)
        other.actor = actor
        return other

    async def upload(
        self, content: str | bytes, resource: str = "customers", name: str = "file.csv"
    ) -> Record:
        data = content.encode() if isinstance(content, str) else content
        answer = await self.actor.http.post(
            "/imports", files={"file": (name, data)}, data={"resource": resource}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def change(self, made: Record, **given: Any) -> Record:
        answer = await self.actor.http.patch(f"/imports/{made['id']}", json=given)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def run(self, made: Record, verb: str = "commit") -> Record:
        answer = await self.actor.http.post(f"/imports/{made['id']}/{verb}")
        assert answer.status_code == 202, answer.text
        await self.runner.empty()
        return dict((await self.actor.http.get(f"/imports/{made['id']}")).json())

    async def rows(self, made: Record, **parameters: Any) -> list[Record]:
        answer = await self.actor.http.get(f"/imports/{made['id']}/rows", params=parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    async def errors(self, made: Record) -> list[tuple[int, str | None, str]]:
        """(row, column, code) of every failed row."""
        rows = await self.rows(made, status="failed", limit=200)
        return [(row["row_no"], error["column"], error["code"]) for row in rows for error in row["errors"]]


def mapped(**fields: Any) -> list[Record]:
    """`mapped(name="Company", owner_id=("Agent", "name"))`: field → column, or column and `by`."""
    found = []
    for field, given in fields.items():
        column, by = given if isinstance(given, tuple) else (given, None)
        found.append({"columns": [column], "field": field.replace("__", "."), **({"by": by} if by else {})})
    return found


@pytest.fixture
def bench(company: Company, runner: Runner, store: LocalFiles) -> Bench:
    return Bench(company, runner)

"""A company with records of every kind, all of whose texts carry a word of its own, and a valid request for every
operation. An operation without a sample fails: nothing is passed over in silence.
"""

import re
from collections.abc import Awaitable
from typing import Any

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.jobs.runner import Runner
from crm_api.kit.registries import RESOURCES
from crm_api.worker import actors_of
from tests.factories.companies import Actor, Company
from tests.isolation.operations import Operation
from tests.isolation.samples import BODIES, INNER, MADE, ORDER, SAMPLES, STEPS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def as_sent(body: Any) -> dict[str, Any]:
    """How a body travels: one with a file, which has a name of its own, as a form, any other as JSON."""
    files = {name: part for name, part in (body or {}).items() if isinstance(part, tuple)}
    texts = {name: part for name, part in (body or {}).items() if name not in files}
    return {"data": texts, "files": files} if files else {} if body is None else {"json": body}


class World:
    """One of the two companies. `ids` are its lasting records by kind; `seen` every id it was ever told."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.owner: Actor = company.owner
        self.mark = f"mark{company.tenant_id[-12:]}"
        self.ids: dict[str, str] = {"tenant": company.tenant_id, "owner": company.owner.id}
        self.records: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = set(self.ids.values())
        self._count = 0

    async def furnish(self) -> None:
        """Two lasting records of everything, the second referring to the first."""
        for resource in ORDER * 2:
            record = await self.make(resource)
            singular = RESOURCES[resource].singular
            self.records[resource], self.ids[singular] = record, record["id"]
            if resource == "pipelines":
                self.ids |= {f"stage_{stage['key']}": stage["id"] for stage in record["stages"]}
            if resource == "opportunities":
                self.ids["line"] = record["lines"][0]["id"]
        self.seen |= set(self.ids.values())
        await relay_tenant(self.company.served.pool, self.company.tenant_id)

    async def make(self, resource: str) -> dict[str, Any]:
        """A new record."""
        if resource in MADE:
            made = await MADE[resource](self)
            self.seen |= set(UUID.findall(str(made)))
            return made
        sent = as_sent(await self.body_of(resource))
        answer = await self.owner.http.post(f"/{resource.replace('_', '-')}", **sent)
        assert answer.status_code == 201, (resource, answer.text)
        self.seen |= set(UUID.findall(answer.text))
        return dict(answer.json())

    async def ready(self, operation: Operation) -> dict[str, Any]:
        """A new record in the state from which the operation is possible."""
        assert operation.resource is not None
        name = operation.resource.name
        record = await self.make(operation.name if operation.name in MADE else name)
        for step, body in STEPS.get(operation.name, STEPS.get(operation.name.rpartition("_")[2], ())):
            path = f"{operation.path.split('{')[0]}{record['id']}{step}"
            said = body(self, record) if callable(body) else body
            done = await self.owner.http.request(
                "POST" if step else "DELETE", path, json=said, headers=operation.on_record
            )
            assert done.is_success, (operation.name, done.text)
        if operation.name in ("imports_undo", "exports_download"):
            await self.work()
        return record

    async def work(self) -> None:
        """Let a worker do what was asked for."""
        state, pool = self.company.served.app.state, self.company.served.pool
        await Runner(pool, actors_of(pool, state.authentication)).empty()

    async def inner(self, operation: Operation, record: dict[str, Any]) -> dict[str, str]:
        """Ids that the path names after that of the record."""
        names = re.findall(r"\{(\w+)\}", operation.path)[1:]
        return {name: await INNER[name](self, record) for name in names if name in INNER}

    async def body_of(self, resource: str) -> dict[str, Any]:
        """The body that makes a record."""
        self._count += 1
        body = BODIES[resource](self, f"{self.mark} {self._count}", f"{self.mark}-{self._count}")
        return await body if isinstance(body, Awaitable) else body

    def fresh(self, word: str) -> str:
        """A name that nothing has."""
        self._count += 1
        return f"{self.mark}-{word}{self._count}"

    async def sample(self, operation: Operation, record: dict[str, Any] | None) -> Any:
        """A valid body, None for none."""
        if operation.route.body_field is None:
            return None
        if operation.creates and operation.resource:
            return await self.body_of(operation.resource.name)
        if operation.name.endswith("_batch") and operation.resource:
            made = await self.make(operation.resource.name)
            body = await self.body_of(operation.resource.name)
            change = {name: body[name] for name in ("name", "label_en") if name in body}
            update = {"op": "update", "id": made["id"], "data": change, "if_version": made["version"]}
            return {"mode": "atomic", "operations": [update]}
        if operation.name.endswith("_query"):
            return {"limit": 200, "include_total": True}
        self._count += 1
        sample = SAMPLES[operation.name](self, record or {})
        return await sample if isinstance(sample, Awaitable) else sample

"""The verbs of each resource for one record, as batches, upserts and imports call them.

Each has the right, the rules and the event of the request it stands for, and can fail alone in a savepoint.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import asyncpg

from crm_api.kit.allowed import admit
from crm_api.kit.conditional import Target, fields_of
from crm_api.kit.conflicts import EXTERNAL_IDS
from crm_api.kit.errors import Invalid
from crm_api.kit.references import id_by_external
from crm_api.kit.resolving import validated
from crm_api.kit.resource import Resource
from crm_api.kit.schemas import Schema
from crm_api.kit.uow import UnitOfWork

Versions = frozenset[int] | None


class Verbs(Protocol):
    """What a service offers for single records."""

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]: ...
    async def update(self, record_id: str, given: Mapping[str, Any], /) -> dict[str, Any]: ...


class Done(NamedTuple):
    """What became of one record."""

    status: int
    record: Any
    record_id: str | None


@dataclass(frozen=True)
class Writer:
    """The verbs of one resource with the schemas of their bodies."""

    resource: Resource
    create_schema: type[Schema]
    update_schema: type[Schema]
    service: Callable[[UnitOfWork], Verbs]

    async def create(self, uow: UnitOfWork, data: Any) -> Done:
        """A new record."""
        admit(uow, self.resource.create)
        body = validated(self.create_schema, data)
        record = await self.service(uow).create(body.given())  # type: ignore[attr-defined]
        return Done(201, record, record["id"])

    async def update(self, uow: UnitOfWork, record_id: str, data: Any, versions: Versions) -> Done:
        """Changes of a record; with `versions` only if it is still one of them."""
        admit(uow, self.resource.update)
        body = validated(self.update_schema, data)
        uow.target = Target(record_id, versions, versions is not None, fields_of(data))
        record = await self.service(uow).update(record_id, body.given())  # type: ignore[attr-defined]
        return Done(200, record, record["id"])

    async def delete(self, uow: UnitOfWork, record_id: str, versions: Versions) -> Done:
        """The record goes; a resource whose records stay does not offer it."""
        verb = getattr(self.service(uow), "delete", None)
        if verb is None:
            raise Invalid.at("/op", "not_offered")
        admit(uow, self.resource.delete)
        uow.target = Target(record_id, versions, versions is not None)
        await verb(record_id)
        return Done(204, None, record_id)

    async def upsert(
        self, uow: UnitOfWork, external: Mapping[str, str], data: Any, versions: Versions = None
    ) -> Done:
        """Change the record that another system knows by this key, or create it; of two at once one creates."""
        known = await id_by_external(uow, self.resource, external)
        if known is None:
            try:
                async with uow.savepoint():
                    return await self.create(uow, _with_key(data, external))
            except asyncpg.UniqueViolationError as error:
                known = await id_by_external(uow, self.resource, external)
                if error.constraint_name != EXTERNAL_IDS or known is None:
                    raise
        return await self.update(uow, known, data, versions)


WRITERS: dict[str, Writer] = {}


def _with_key(data: Any, external: Mapping[str, str]) -> Any:
    """A create body that holds the key it is known by."""
    if not isinstance(data, Mapping):
        return data
    held, wanted = data.get("external_ids"), dict(external)
    if held is None:
        held = []
    if not isinstance(held, list) or wanted in held:
        return data
    return {**data, "external_ids": [*held, wanted]}

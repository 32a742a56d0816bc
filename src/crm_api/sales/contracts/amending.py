"""Amendments: the next revision of a contract that is in force, and how it differs."""

from typing import Any

import orjson

from crm_api.kit import clock, reading
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.contracts.errors import AmendmentOpen
from crm_api.sales.contracts.models import STATES
from crm_api.sales.contracts.repository import ContractRepository
from crm_api.sales.contracts.resource import contracts

# what says nothing about what was agreed
_ASIDE = frozenset(
    {
        *(
            "id",
            "revision",
            "amends_id",
            "quote_id",
            "status",
            "status_entered_at",
            "signed_on",
            "ended_on",
            "end_reason",
        ),
        *("created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at", "redacted"),
        *("external_ids", "owner_id", "team_id"),
    }
)


class AmendingService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def amend(self, contract_id: str) -> dict[str, Any]:
        """A draft of the next revision with the same lines and signatories; of two at once one is made."""
        repository, at = ContractRepository(self.uow), clock.now()
        contract = await repository.load(contract_id)
        STATES.demand(contract, "amend")
        if await repository.being_amended(contract.id):
            raise AmendmentOpen
        amendment = contract.amendment(await repository.last_revision(contract.number) + 1, at)
        children = {
            child.name: [
                _copied(row, amendment.id) for row in await repository.children(contract, child.name)
            ]
            for child in contracts.children
        }
        return await ContractRepository(self.uow).add(amendment, children=children)

    async def changes(self, contract_id: str) -> list[dict[str, Any]]:
        """Field by field, how a revision differs from the one it amends; the first differs from none."""
        record = await self._shown(contract_id)
        if record["amends_id"] is None:
            return []
        former = await self._shown(record["amends_id"])
        return [
            {"field": name, "from": former[name], "to": record[name]}
            for name in record
            if name not in _ASIDE and former[name] != record[name]
        ]

    async def _shown(self, contract_id: str) -> dict[str, Any]:
        """A contract as the caller may see it, as plain JSON; its items without ids, which differ always."""
        record = orjson.loads(orjson.dumps(await reading.get(self.uow, contracts, contract_id)))
        for child in contracts.children:
            record[child.name] = [{k: v for k, v in item.items() if k != "id"} for item in record[child.name]]
        return dict(record)


def _copied(row: Any, contract_id: str) -> Any:
    carried = {
        name: value for name, value in row.__dict__.items() if name not in ("_loaded", "id", "tenant_id")
    }
    return type(row).new(**{**carried, "contract_id": contract_id})

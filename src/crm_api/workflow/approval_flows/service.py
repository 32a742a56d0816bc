"""The verbs of approval flows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crm_api.kit import clock
from crm_api.kit.children import merged
from crm_api.kit.errors import Invalid
from crm_api.kit.references import check_references
from crm_api.kit.repository import Repository
from crm_api.kit.schemas import clear_money
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.workflow.approval_flows import errors
from crm_api.workflow.approval_flows.choosing import Matter, choose, currency_of
from crm_api.workflow.approval_flows.models import ApprovalFlow, ApprovalFlowNode
from crm_api.workflow.approval_flows.nodes import check_nodes
from crm_api.workflow.approval_flows.outcomes import OUTCOMES
from crm_api.workflow.approval_flows.repository import ApprovalFlowRepository
from crm_api.workflow.approval_flows.resource import NODES, approval_flows

assert errors  # its codes are known


class ApprovalFlowService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[ApprovalFlow] = Repository(uow, approval_flows)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new flow; it holds for what is submitted from now on."""
        values = {name: value for name, value in given.items() if name != "id" or value}
        given_nodes = values.pop("nodes")
        flow = ApprovalFlow.new(name="", name_sort="", resource=values.pop("resource"), **_id(values))
        nodes = merged(NODES, flow.id, [], given_nodes)
        await self._change(flow, values, nodes)
        return await self._repository.add(flow, children={"nodes": nodes})

    async def update(self, flow_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new version, for what is submitted from now on. Absent keeps, null clears, `nodes` is the complete list."""
        values = dict(given)
        flow = await self._repository.load(flow_id)
        before = await self._repository.children(flow, "nodes")
        nodes = merged(NODES, flow.id, before, values.pop("nodes")) if "nodes" in values else before
        await self._change(flow, values, nodes)
        return await self._repository.save(flow, children={"nodes": nodes})

    async def delete(self, flow_id: str) -> None:
        """Softly; what is under way goes on."""
        flow = await self._repository.load(flow_id)
        flow.deleted_at = clock.now()
        await self._repository.save(flow, event="deleted")

    async def restore(self, flow_id: str) -> dict[str, Any]:
        """Undo a deletion."""
        flow = await self._repository.load(flow_id, deleted=True)
        flow.deleted_at = None
        return await self._repository.save(flow, event="restored")

    async def flow_for(self, matter: Matter) -> tuple[ApprovalFlow, list[ApprovalFlowNode]] | None:
        """The flow of a record with its nodes, as it stands until the commit; None when it needs no approval."""
        found = ApprovalFlowRepository(self.uow)
        flows = await found.in_force(matter.resource)
        flow = choose(flows, replace(matter, worth=await self._worth(matter, flows)))
        return (flow, await found.children(flow, "nodes")) if flow else None

    async def _worth(self, matter: Matter, flows: Sequence[ApprovalFlow]) -> dict[str, Decimal]:
        """Its amount by the currencies in which flows have ranges, at the rates of today."""
        if matter.amount is None or matter.currency is None:
            return {}
        rates, today = ExchangeRateService(self.uow), clock.today(self.uow.principal.time_zone)
        found: dict[str, Decimal] = {}
        for currency in sorted({currency for flow in flows if (currency := currency_of(flow))}):
            amount = await rates.converted(matter.amount, matter.currency, currency, today)
            found |= {currency: amount} if amount is not None else {}
        return found

    async def _change(
        self, flow: ApprovalFlow, values: dict[str, Any], nodes: Sequence[ApprovalFlowNode]
    ) -> None:
        if "name" in values:
            flow.rename(values.pop("name"))
        flow.apply(clear_money(values, "amount_from", "amount_below"))
        if flow.resource not in OUTCOMES:
            raise Invalid.at("/resource", "not_a_choice", choices=", ".join(sorted(OUTCOMES)))
        _check_range(flow)
        check_nodes(nodes)
        named = {
            f"/nodes/{position}/user_ids/{place}": ("users", user_id)
            for position, node in enumerate(nodes)
            for place, user_id in enumerate(node.user_ids)
        }
        if named:
            await check_references(self.uow, named)


def _id(values: dict[str, Any]) -> dict[str, Any]:
    return {"id": values.pop("id")} if "id" in values else {}


def _check_range(flow: ApprovalFlow) -> None:
    if flow.amount_from is None or flow.amount_below is None:
        return
    if flow.amount_from_currency != flow.amount_below_currency:
        raise Invalid.at("/amount_below", "range_currencies")
    if flow.amount_from >= flow.amount_below:
        raise Invalid.at("/amount_below", "empty_range")

"""Placing and changing orders; what becomes of their goods is in `fulfilment`, of their promises in `promising`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from crm_api.catalog.products.service import ProductService
from crm_api.catalog.stock_movements.allocation import AllocationService, Demand
from crm_api.catalog.warehouses.service import WarehouseService
from crm_api.kit import clock
from crm_api.kit.errors import Invalid, NotFound
from crm_api.kit.ids import as_id
from crm_api.kit.owning import assign_owner, first_owner
from crm_api.kit.references import check_references, visible_ids
from crm_api.kit.registries import ask_gates
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.belonging.service import demand_same_customer
from crm_api.sales.contracts.models import IN_FORCE
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.document_lines.service import Agreed, DocumentLines
from crm_api.sales.orders.errors import ContractNotInForce, CreditNotGranted
from crm_api.sales.orders.models import STATES, Order, OrderLine, PaymentTerms
from crm_api.sales.orders.repository import OrderRepository
from crm_api.sales.orders.resource import ASSIGN, GRANT_CREDIT, LINES, orders
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.setup.number_series.service import NumberSeriesService


class OrderService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = OrderRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Placed: what is stocked is reserved, all of it or nothing is. It may carry out a contract of the customer."""
        values = dict(given)
        contract_id = values.pop("contract_id", None)
        if contract_id is not None:
            await self._demand_contract(contract_id, values["customer_id"])
        return await self.place(values, contract_id=contract_id)

    async def place(
        self,
        given: Mapping[str, Any],
        *,
        quote_id: str | None = None,
        contract_id: str | None = None,
        agreed: Agreed | None = None,
    ) -> dict[str, Any]:
        """The same for what comes of a quote or carries out a contract; of a quote there comes one order, ever.

        What was `agreed` on already is bought as it is, else the body has the lines.
        """
        values = dict(given)
        refuse_unwritable(self.uow, orders, values)
        owner = await first_owner(self.uow, values)
        order = Order.new(
            name_sort="", status_entered_at=clock.now(), quote_id=quote_id, contract_id=contract_id, **owner
        )
        lines = DocumentLines(self._repository, LINES)
        children = lines.carry(order, agreed) if agreed else await lines.price(order, values)
        for line in children[LINES.name]:
            line.first_promised_on = line.promised_on
        order.put(values)
        order.begin()
        await self._demand_fit(order, values)
        await self._reserve(order, children[LINES.name])
        await self._freeze_costs(children[LINES.name])
        await ask_gates("orders.place", self.uow, order)
        number = partial(NumberSeriesService(self.uow).next, orders.name, "S")
        return await self._repository.add(order, children=children, number=number)

    async def update(self, order_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears; what was bought stays. Another owner needs the right to assign."""
        values = dict(given)
        refuse_unwritable(self.uow, orders, values)
        order = await self._repository.load(order_id)
        STATES.take(order, "update", clock.now())
        event = await assign_owner(self.uow, order, values, ASSIGN)
        before = order.payment_terms
        order.put(values)
        changed = {k: v for k, v in values.items() if k != "payment_terms" or v != before}
        await self._demand_fit(order, changed)
        return await self._repository.save(order, event=event)

    async def settle(self, order_id: str, paid: Decimal) -> dict[str, Any]:
        """So much of the order is paid in all, in its currency: said by whoever keeps the payments, in their unit.

        Of two at once the second sees what the first has said. 409 for more than the order comes to.
        """
        order = await self._repository.load(order_id)
        return await self._repository.save(order, event=order.pay(paid))

    async def shipments(self, order_id: str) -> list[dict[str, Any]]:
        """What left and came back, if the caller can see the order."""
        await self._demand_visible(order_id)
        return await self._repository.shipments(order_id)

    async def delay_notices(self, order_id: str) -> list[dict[str, Any]]:
        """Which promises were put off, if the caller can see the order."""
        await self._demand_visible(order_id)
        return await self._repository.delay_notices(order_id)

    async def _demand_contract(self, contract_id: str, customer_id: str) -> None:
        """A contract that the caller sees, of the same customer and in force; it stays so until the commit."""
        await check_references(self.uow, {"/contract_id": (contracts.name, contract_id)})
        theirs, status = await self._repository.hold_contract(contract_id)
        if theirs != customer_id:
            raise Invalid.at("/contract_id", "contract_of_another_customer")
        if status not in IN_FORCE:
            raise ContractNotInForce(status=status)

    async def _demand_visible(self, order_id: str) -> None:
        if as_id(order_id) is None or not await visible_ids(self.uow, orders, {order_id}):
            raise NotFound

    async def _demand_fit(self, order: Order, values: Mapping[str, Any]) -> None:
        """Contact and deal are the customer's, and credit is granted by those who may."""
        if values.get("payment_terms") == PaymentTerms.CREDIT:
            reach = self.uow.principal.reach(GRANT_CREDIT)
            if not orders.access.admits(self.uow.principal, reach, order.owner_id, order.team_id):
                raise CreditNotGranted
        named = {f"/{name}": values.get(name) for name in ("contact_id", "opportunity_id")}
        await demand_same_customer(self.uow, order.customer_id, named)

    async def _freeze_costs(self, lines: Sequence[OrderLine]) -> None:
        """What the goods cost us today stays with the order, whatever becomes of their products."""
        costs = await ProductService(self.uow).costs({line.product_id for line in lines})
        rates, today = ExchangeRateService(self.uow), clock.today(self.uow.principal.time_zone)
        worth = {code: await rates.rate(code, today) for code in {cost.currency for cost in costs.values()}}
        for line in lines:
            if (cost := costs.get(line.product_id)) is not None:
                known = worth[cost.currency]
                line.apply(
                    {
                        "unit_cost": cost.amount,
                        "unit_cost_currency": cost.currency,
                        "cost_rate": known and known[0],
                    }
                )

    async def _reserve(self, order: Order, lines: Sequence[OrderLine]) -> None:
        stock = AllocationService(self.uow, orders.name, order.id)
        demands = [
            Demand(line.product_id, line.quantity, f"/lines/{place}/quantity")
            for place, line in enumerate(lines)
        ]
        wanted = []
        for line, demand, stocked in zip(lines, demands, await stock.stocked(demands), strict=True):
            if stocked:
                line.apply({"stocked": True, "reserved": line.quantity})
                wanted.append(demand)
        if not wanted:
            return
        order.warehouse_id = order.warehouse_id or await WarehouseService(self.uow).usual()
        if order.warehouse_id is None:
            raise Invalid.at("/warehouse_id", "warehouse_required")
        await stock.reserve(order.warehouse_id, wanted)

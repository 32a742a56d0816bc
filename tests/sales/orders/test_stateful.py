"""Any sequence of steps, against a model in plain Python: it foretells which succeed and what is left in stock."""

from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.companies import Company
from tests.factories.shop import Shop

PRICE = 100
WAY = ("pick", "pack", "ship", "part", "return", "drop")
STEPS = (
    "place",
    "prepay",
    "pay",
    *WAY,
    *WAY,
    "deliver",
    "close",
    "cancel",
    "rest",
    "receipt",
    "issue",
    "count",
)
PROGRAM = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(1, 4)), min_size=30, max_size=50
)


@dataclass
class Bought:
    """An order of one line."""

    id: str
    line: str
    quantity: int
    prepaid: bool
    status: str = "placed"
    shipped: int = 0
    returned: int = 0
    dropped: int = 0
    paid: int = 0

    @property
    def reserved(self) -> int:
        return 0 if self.status == "cancelled" else self.remaining

    @property
    def remaining(self) -> int:
        return self.quantity - self.shipped - self.dropped

    @property
    def owed(self) -> int:
        return (self.quantity - self.returned - self.dropped) * PRICE

    def allows(self, step: str, quantity: int) -> bool:
        """Whether the step succeeds."""
        there = {
            "pick": ("placed",),
            "pack": ("picking",),
            "ship": ("packed", "part_shipped"),
            "part": ("packed", "part_shipped"),
            "deliver": ("shipped",),
            "close": ("delivered",),
            "cancel": ("placed", "picking", "packed"),
            "rest": ("part_shipped",),
            "drop": ("part_shipped",),
            "return": ("part_shipped", "shipped", "delivered"),
        }[step]
        if self.status not in there:
            return False
        if step in ("ship", "part"):
            fits = step == "ship" or quantity <= self.remaining
            return fits and (not self.prepaid or self.paid >= self.owed)
        if step == "drop":
            return quantity <= self.remaining
        if step == "return":
            return quantity <= self.shipped - self.returned
        return step != "cancel" or not self.paid

    def take(self, step: str, quantity: int) -> None:
        """What the step does."""
        done = {"pick": "picking", "pack": "packed", "deliver": "delivered", "close": "closed"}
        self.status = {**done, "cancel": "cancelled"}.get(step, self.status)
        if step in ("ship", "part"):
            self.shipped += quantity if step == "part" else self.remaining
        if step in ("drop", "rest"):
            self.dropped += quantity if step == "drop" else self.remaining
        if step in ("ship", "part", "drop", "rest"):
            self.status = "part_shipped" if self.remaining else "shipped"
        if step == "return":
            self.returned += quantity
        if step in ("return", "drop", "rest") and self.returned + self.dropped == self.quantity:
            self.status = "returned"


@dataclass
class World:
    """The shop and its model."""

    shop: Shop
    on_hand: int = 0
    orders: list[Bought] = field(default_factory=list)

    @property
    def available(self) -> int:
        return self.on_hand - sum(order.reserved for order in self.orders)

    async def run(self, step: str, which: int, quantity: int) -> None:
        """One step; its answer must be the one that the model foretells."""
        if step in ("receipt", "issue", "count"):
            await self.book(step, quantity)
        elif step in ("place", "prepay"):
            await self.place(quantity, "prepaid" if step == "prepay" else "credit")
        elif self.orders:
            await self.move(self.orders[-1 - which % len(self.orders)], step, quantity)
        expected = (self.on_hand, self.on_hand - self.available, self.available)
        assert await self.shop.counts("P") == tuple(str(number) for number in expected), step

    async def book(self, kind: str, quantity: int) -> None:
        change = {"receipt": quantity, "issue": -quantity, "count": quantity - self.on_hand}[kind]
        fits = self.available + change >= 0
        answer = await self.shop.book(kind, "P", quantity)
        assert answer.status_code == (201 if fits else 409), (kind, quantity, answer.text)
        self.on_hand += change if fits else 0

    async def place(self, quantity: int, terms: str) -> None:
        fits = self.available >= quantity
        answer = await self.shop.ask(("P", quantity), payment_terms=terms, warehouse_id=self.shop.warehouse)
        assert answer.status_code == (201 if fits else 409), answer.text
        if fits:
            made = answer.json()
            self.orders.append(Bought(made["id"], made["lines"][0]["id"], quantity, terms == "prepaid"))

    async def move(self, order: Bought, step: str, quantity: int) -> None:
        if step == "pay":
            if order.status != "cancelled":
                order.paid = min(order.quantity, quantity) * PRICE
                await self.shop.pay(order.id, str(order.paid))
            return
        answer = await self.ask(order, step, quantity)
        allowed = order.allows(step, quantity)
        assert answer.status_code == (200 if allowed else 409), (step, quantity, order, answer.text)
        if not allowed:
            return
        before = order.shipped - order.returned
        order.take(step, quantity)
        self.on_hand -= order.shipped - order.returned - before
        told = answer.json()
        assert (told["status"], told["lines"][0]["shipped"]) == (order.status, str(order.shipped))
        assert float(told["refund_due"]["amount"]) == max(order.paid - order.owed, 0)

    async def ask(self, order: Bought, step: str, quantity: int) -> httpx.Response:
        some: Any = {"lines": [{"line_id": order.line, "quantity": str(quantity)}]}
        why = {"cancel_reason": "x"}
        bodies = {"part": some, "return": some, "cancel": why, "rest": why, "drop": {**some, **why}}
        verbs = {"part": "ship", "rest": "cancel-remainder", "drop": "cancel-remainder"}
        return await self.shop.do(order.id, verbs.get(step, step), bodies.get(step))


@given(PROGRAM)
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_any_sequence_of_steps(company: Company, program: list[tuple[str, int, int]]) -> None:
    shop = Shop(company)
    code = len(await company.rows("warehouses"))
    shop.warehouse = (await company.owner.create("/warehouses", code=f"W{code}", name="W"))["id"]
    await shop.open()
    made = await company.owner.create(
        "/products", code=f"P{code}", name="P", stocked=True, list_price={"amount": "100", "currency": "CNY"}
    )
    shop.products["P"] = made["id"]
    world = World(shop)
    await world.run("receipt", 0, 5)
    for step in program:
        await world.run(*step)
    await shop.check_orders()

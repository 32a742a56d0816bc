"""Eight clients at once on orders, stock and payments, and what must hold whatever they have done."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

import httpx
from hypothesis import strategies as st

from tests.factories.approvals import yuan
from tests.factories.ledger import Ledger
from tests.factories.shop import Shop
from tests.races.pairs import ANY, Pair, together

CLIENTS: Final = 8
PRICE: Final = 100
KINDS: Final = (
    *("place", "ship", "allocate") * 3, *("adjust", "receive", "return") * 2, "cancel", "drop", "release", "reverse"
)  # fmt: skip
# why an operation may be refused; each of these says that it came too late or wanted too much
REFUSALS: Final = frozenset(
    "wrong_state not_available at_most order_unpaid order_paid document_has_money exceeds_payment"
    " exceeds_receivable not_owed already_released".split()
)


class Wish(NamedTuple):
    """One operation; `which` counts records from the latest."""

    kind: str
    which: int
    amount: int


WISHES: Final = st.builds(Wish, st.sampled_from(KINDS), st.integers(0, 2), st.integers(1, 4))
BATCHES: Final = st.lists(st.lists(WISHES, min_size=CLIENTS, max_size=CLIENTS), min_size=10, max_size=14)


@dataclass
class Market:
    """A company whose clients know what is there since the batch before."""

    pair: Pair
    shop: Shop
    ledger: Ledger
    orders: list[dict[str, Any]] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    owed: list[tuple[str, Decimal]] = field(default_factory=list)
    allocations: list[tuple[str, str]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    received: int = 0

    async def play(self, batches: Iterable[list[Wish]]) -> None:
        """One batch after the other; after each everything is looked at."""
        for batch in batches:
            await self.run(batch)
            await self.check()

    async def run(self, batch: list[Wish]) -> None:
        """Eight operations at once, every second one in the other process."""
        start = asyncio.Barrier(CLIENTS)

        async def client(place: int, wish: Wish) -> None:
            await start.wait()
            await getattr(self, f"_{wish.kind}")(self.pair.owner[place % 2], wish)

        await together(client(place, wish) for place, wish in enumerate(batch))

    async def _ask(self, http: httpx.AsyncClient, path: str, body: Any, event: str) -> httpx.Response:
        answer = await http.post(path, json=body, headers={} if path.count("/") == 1 else ANY)
        assert answer.is_success or _reasons(answer) <= REFUSALS, (path, body, answer.text)
        self.done[event] += answer.is_success
        return answer

    async def _place(self, http: httpx.AsyncClient, wish: Wish) -> None:
        terms = "prepaid" if wish.which else "credit"
        body = self.shop.body(("P", wish.amount), payment_terms=terms, warehouse_id=self.shop.warehouse)
        await self._ask(http, "/orders", body, "order.created")

    async def _ship(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if order := self._order(wish):
            for verb, event in (("pick", "order.picked"), ("pack", "order.packed")):
                await self._ask(http, f"/orders/{order['id']}/{verb}", {}, event)
            await self._ask(http, f"/orders/{order['id']}/ship", _some(order, wish), "order.shipped")

    async def _cancel(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if order := self._order(wish):
            await self._ask(http, f"/orders/{order['id']}/cancel", {"cancel_reason": "x"}, "order.cancelled")

    async def _drop(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if order := self._order(wish):
            body = {"cancel_reason": "x", **(_some(order, wish) if wish.which else {})}
            path = f"/orders/{order['id']}/cancel-remainder"
            await self._ask(http, path, body, "order.remainder_cancelled")

    async def _return(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if order := self._order(wish):
            await self._ask(http, f"/orders/{order['id']}/return", _some(order, wish), "order.returned")

    async def _receive(self, http: httpx.AsyncClient, wish: Wish) -> None:
        answer = await self._ask(
            http, "/payments", self.ledger.payment(str(PRICE * wish.amount)), "payment.created"
        )
        self.received += PRICE * wish.amount * answer.is_success

    async def _allocate(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if self.payments and self.owed:
            payment, (owed, rest) = self.payments[wish.amount % len(self.payments)], _latest(self.owed, wish)
            part = {"receivable_id": owed, "amount": yuan(str(rest if wish.amount % 2 else PRICE // 2))}
            await self._ask(
                http, f"/payments/{payment}/allocate", {"allocations": [part]}, "payment.allocated"
            )

    async def _release(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if self.allocations:
            allocation, payment = _latest(self.allocations, wish)
            await self._ask(
                http, f"/payments/{payment}/release", {"allocation_id": allocation}, "payment.released"
            )

    async def _reverse(self, http: httpx.AsyncClient, wish: Wish) -> None:
        if self.payments:
            path = f"/payments/{_latest(self.payments, wish)}/reverse"
            await self._ask(http, path, {"reverse_reason": "x"}, "payment.reversed")

    async def _adjust(self, http: httpx.AsyncClient, wish: Wish) -> None:
        kind, quantity = (("receipt", 2 * wish.amount), ("adjustment", -wish.amount), ("count", wish.amount))[
            wish.which
        ]
        body = {"kind": kind, "warehouse_id": self.shop.warehouse, "product_id": self.shop.products["P"]}
        reason = {"reason": "damaged"} if kind == "adjustment" else {}
        await self._ask(http, "/stock-movements", {**body, "quantity": str(quantity), **reason}, "by hand")

    def _order(self, wish: Wish) -> dict[str, Any] | None:
        return _latest(self.orders, wish) if self.orders else None

    async def check(self) -> None:
        """Goods and money are where the answers say, and nothing is promised, shipped or settled twice."""
        rows = self.pair.company.rows
        await self.shop.check_orders()
        await self.ledger.check()
        lines, orders = await rows("order_lines"), await rows("orders")
        await self._check_goods(lines)
        self._check_money(orders, payments := await rows("payments"), owed := await rows("receivables"))
        told = Counter(row["type"] for row in await rows("events"))
        for event, times in self.done.items():
            assert event == "by hand" or told[event] == times, (event, times, told[event])
        line_of = {str(line["order_id"]): str(line["id"]) for line in lines}
        self.orders = [{"id": str(row["id"]), "line": line_of[str(row["id"])]} for row in orders]
        self.payments = [str(row["id"]) for row in payments if row["status"] == "received"]
        self.owed = [(str(row["id"]), row["amount"]) for row in owed if row["status"] in ("open", "part")]
        parts = await rows("payment_allocations", released_on=None)
        self.allocations = [(str(row["id"]), str(row["payment_id"])) for row in parts]

    async def _check_goods(self, lines: list[dict[str, Any]]) -> None:
        """What is on hand is what came, less what left with orders, and what came back."""
        movements = await self.pair.company.rows("stock_movements")
        by_hand = [row["on_hand_change"] for row in movements if row["source_id"] is None]
        assert len(by_hand) == self.done["by hand"]
        gone = sum(line["shipped"] - line["returned"] for line in lines)
        (level,) = await self.pair.company.rows("stock_levels")
        assert level["on_hand"] == sum(by_hand) - gone, level
        assert level["available"] == level["on_hand"] - level["reserved"] >= 0, level

    def _check_money(self, orders: Any, payments: Any, owed: Any) -> None:
        """Nothing came from nowhere; what is cancelled or reversed holds nothing."""
        assert sum(row["amount"] for row in payments) == self.received
        assert all(row["allocated_amount"] == 0 for row in payments if row["status"] == "reversed")
        due: Counter[str] = Counter()
        for row in owed:
            due[str(row["order_id"])] += row["amount"] * (row["status"] != "cancelled")
        for row in orders:
            gone = row["status"] == "cancelled"
            stays = row["gross_amount"] - row["returned_amount"] - (row["cancelled_amount"] or 0)
            assert due[str(row["id"])] == (0 if gone else max(stays, row["paid_amount"])), row
            assert row["paid_amount"] <= (0 if gone else row["gross_amount"]), row
            assert row["refund_due"] == max(row["paid_amount"] - stays, 0), row


async def open_market(pair: Pair) -> Market:
    """A company that sells one thing."""
    shop = Shop(pair.company)
    await shop.open(P=0)
    market = Market(pair, shop, Ledger(pair.company, shop.customer, service=""))
    await market._adjust(pair.owner[0], Wish("adjust", 0, 4))
    await market.check()
    return market


def _some(order: dict[str, Any], wish: Wish) -> dict[str, Any]:
    return {"lines": [{"line_id": order["line"], "quantity": str(wish.amount)}]}


def _reasons(answer: httpx.Response) -> set[str]:
    problem = answer.json()
    return {fault["code"] for fault in problem["errors"]} or {problem["code"]}


def _latest(records: list[Any], wish: Wish) -> Any:
    return records[-1 - wish.which % len(records)]

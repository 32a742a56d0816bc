"""Six races: in each round requests to both processes meet, and what is broken afterwards is told."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from crm_api.kit.ids import new_id
from tests.factories.approvals import users, yuan
from tests.factories.ledger import Ledger
from tests.factories.quoting import HOLDER
from tests.factories.shop import Shop
from tests.races.pairs import ANY, LANES, Pair, broken, meet, rounds, statuses

Race = Callable[[Pair, int], Awaitable[list[str]]]
CREATORS: Final = 50


async def number_series(pair: Pair, count: int) -> list[str]:
    """Fifty at once make contracts, or orders; every tenth fails once it has been given its number."""
    (customer,) = await pair.batch("customers", [{"name": new_id()}])
    (service,) = await pair.batch("products", [{"code": new_id(), "name": "安装"}])
    bodies: dict[str, dict[str, Any]] = {
        "contracts": {"name": "C", "customer_id": customer},
        "orders": {
            "name": "O",
            "customer_id": customer,
            "lines": [{"product_id": service, "unit_price": yuan("0")}],
        },
    }
    used = {path: (await pair.batch(path, [body]))[0] for path, body in bodies.items()}

    async def play(number: int) -> str | None:
        path = ("contracts", "orders")[number % 2]
        fails = number % 10 < 2
        named = {"id": used[path]} if fails else {}
        asked = (bodies[path], {**bodies[path], **named})
        answers = await meet(
            *(side.post(f"/{path}", json=body) for side, body in zip(pair.owner, asked, strict=True))
        )
        return statuses(answers, 201, 409 if fails else 201)

    found = await rounds(count, play, CREATORS // 2)
    for table in bodies:
        numbers = [row["number"].split("-") for row in await pair.company.rows(table)]
        for year, many in Counter(year for year, _ in numbers).items():
            taken = sorted(int(number) for each, number in numbers if each == year)
            if taken != list(range(1, many + 1)):
                found.append(f"{table} {year}: {len(set(taken))} numbers of {many}, up to {taken[-1]}")
    return found


async def stock(pair: Pair, count: int) -> list[str]:
    """Two want the last piece."""
    shop = Shop(pair.company)
    (shop.customer,) = await pair.batch("customers", [{"name": new_id()}])
    (warehouse,) = await pair.batch("warehouses", [{"code": new_id(), "name": "W"}])
    goods = [{"code": new_id(), "name": "P", "stocked": True, "list_price": yuan("0")} for _ in range(LANES)]
    shop.products = {str(lane): made for lane, made in enumerate(await pair.batch("products", goods))}

    async def play(number: int) -> str | None:
        code, left = str(number % LANES), pair.owner[0]
        body = {
            "kind": "receipt",
            "warehouse_id": warehouse,
            "product_id": shop.products[code],
            "quantity": "1",
        }
        assert (await left.post("/stock-movements", json=body)).status_code == 201
        order = shop.body((code, 1), warehouse_id=warehouse)
        return statuses(await meet(*(side.post("/orders", json=order) for side in pair.owner)), 201, 409)

    found = await rounds(count, play)
    found += await broken(shop.check_orders())
    levels = await pair.company.rows("stock_levels", warehouse_id=warehouse)
    if (promised := sum(level["reserved"] for level in levels)) != count:
        found.append(f"{promised} pieces of {count} are promised")
    return found


async def convert(pair: Pair, count: int) -> list[str]:
    """Two convert one lead."""
    made = ("customers", "contacts", "opportunities")
    before = [len(await pair.company.rows(table)) for table in made]
    people = [{"name": "李娜", "company_name": new_id()} for _ in range(count)]
    leads = await pair.batch("leads", people)

    async def play(number: int) -> str | None:
        path = f"/leads/{leads[number]}/convert"
        answers = await meet(*(side.post(path, json={}, headers=ANY) for side in pair.owner))
        became = {
            tuple(answer.json().get(f"{one}_id") for one in ("customer", "contact", "opportunity"))
            for answer in answers
        }
        return statuses(answers, 200, 200) or (f"became {became}" if len(became) > 1 else None)

    found = await rounds(count, play)
    after = [len(await pair.company.rows(table)) for table in made]
    if after != [number + count for number in before]:
        found.append(f"{before} became {after} with {count} leads")
    return found + await once(pair, leads, "lead.converted")


async def accept_link(pair: Pair, count: int) -> list[str]:
    """Two who hold the link of a quote decide on it."""
    (customer,) = await pair.batch("customers", [{"name": new_id()}])
    (product,) = await pair.batch("products", [{"code": new_id(), "name": "P", "list_price": yuan("1")}])
    body = {"name": "Q", "customer_id": customer, "lines": [{"product_id": product}]}
    quotes, secrets = await pair.batch("quotes", [body] * count), [""] * count
    visitors = pair.sides()

    async def send(number: int) -> None:
        answer = await pair.owner[number % 2].post(f"/quotes/{quotes[number]}/send", headers=ANY)
        assert answer.status_code == 200, answer.text
        secrets[number] = answer.json()["secret"]

    async def play(number: int) -> str | None:
        verbs = ("accept", "reject" if number % 2 else "accept")
        path = f"/public/quotes/{secrets[number]}"
        asked = (side.post(f"{path}/{verb}", json=HOLDER) for side, verb in zip(visitors, verbs, strict=True))
        return statuses(await meet(*asked), 200, 404)

    await rounds(count, send)
    # else they would wait for each other to be made known
    await visitors[0].get(f"/public/quotes/{secrets[0]}")
    found = await rounds(count, play)
    return found + await once(pair, quotes, "quote.accepted", "quote.rejected")


async def approve_twice(pair: Pair, count: int) -> list[str]:
    """Two of whom any may decide do so; or the first of two who follow one another decides in two places."""
    first, second = [await pair.company.user("executive") for _ in range(2)]
    again = await pair.company.sign_in(first.id)
    left, right = pair.sides(first.token)[0], pair.sides(second.token)[1]
    elsewhere = pair.sides(again.token)[1]
    for mode, amounts in (
        ("any", {"amount_below": yuan("100")}),
        ("sequential", {"amount_from": yuan("100")}),
    ):
        flow = {"name": mode, "resource": "expense_claims", "nodes": [users(mode, first, second)], **amounts}
        await pair.company.owner.create("/approval-flows", **flow)
    claims = await pair.batch(
        "expense-claims", [claim("50" if number % 2 else "200") for number in range(count)]
    )

    async def submit(number: int) -> None:
        answer = await pair.owner[number % 2].post(f"/expense-claims/{claims[number]}/submit", headers=ANY)
        assert answer.status_code == 200, answer.text

    await rounds(count, submit)
    asked = {str(row["subject_id"]): str(row["id"]) for row in await pair.company.rows("approvals")}
    approvals = [asked[one] for one in claims]

    async def play(number: int) -> str | None:
        path, other = f"/approvals/{approvals[number]}", right if number % 2 else elsewhere
        verb = "reject" if number % 4 == 1 else "approve"
        requests = (left.post(f"{path}/approve"), other.post(f"{path}/{verb}", json={"comment": "看过"}))
        return statuses(await meet(*requests), 200, 409)

    found = await rounds(count, play)
    ends = ("approved", "rejected", "advanced")
    found += await once(pair, approvals, *(f"approval.{end}" for end in ends))
    return found + await once(pair, claims[1::2], "expense_claim.approved", "expense_claim.rejected")


def claim(amount: str) -> dict[str, Any]:
    """A claim of one line."""
    return {"name": "E", "lines": [{"type": "travel", "spent_on": "2026-01-31", "amount": yuan(amount)}]}


async def allocate_twice(pair: Pair, count: int) -> list[str]:
    """Of 100 two want 60: of a payment for two receivables, or of two payments for one receivable."""
    ledger = Ledger(pair.company, *await pair.batch("customers", [{"name": new_id()}]), service="")
    due = {"name": "尾款", "due_on": "2026-01-31", "amount": yuan("100"), "customer_id": ledger.customer}
    owed = await pair.batch("receivables", [due] * 2 * count)
    paid = await pair.batch("payments", [ledger.payment("100")] * 2 * count)

    async def play(number: int) -> str | None:
        two = (2 * number, 2 * number + 1)
        ways = (
            [(paid[one], owed[two[0]]) for one in two]
            if number % 2
            else [(paid[two[0]], owed[one]) for one in two]
        )
        return statuses(
            await meet(*(_ask(side, *way) for side, way in zip(pair.owner, ways, strict=True))), 200, 422
        )

    return await rounds(count, play) + await broken(ledger.check())


async def _ask(side: httpx.AsyncClient, payment: str, receivable: str) -> httpx.Response:
    part = {"receivable_id": receivable, "amount": yuan("60")}
    return await side.post(f"/payments/{payment}/allocate", json={"allocations": [part]}, headers=ANY)


async def once(pair: Pair, records: list[str], *types: str) -> list[str]:
    """Which records have not exactly one event of some types."""
    events = [row for kind in types for row in await pair.company.rows("events", type=kind)]
    told = Counter(str(row["record_id"]) for row in events)
    return [f"{record}: {told[record]} of {types}" for record in records if told[record] != 1]


RACES: Final[dict[str, Race]] = {
    race.__name__: race
    for race in (number_series, stock, convert, accept_link, approve_twice, allocate_twice)
}

"""How often a request asks the database: stated for each, and the same for one line as for five."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from crm_api.kit.ids import new_id
from crm_api.kit.registries import RESOURCES
from tests.factories.approvals import users, yuan
from tests.factories.companies import Actor, Company, Served, found_company
from tests.factories.contracts import ANY, SIGNATORIES
from tests.factories.statements import Statements
from tests.isolation.worlds import World

FEW, MANY = 1, 5


@dataclass
class Site:
    """A company with something to sell, to ship, to owe and to agree on; bodies have so many lines, or what is alike."""

    company: Company
    chiefs: list[Actor]
    customer: str
    warehouse: str
    products: list[str]
    contacts: list[str]
    days: int = 0

    async def make(self, path: str, **body: Any) -> str:
        return str((await self.company.owner.create(f"/{path}", **body))["id"])

    async def ask(self, method: str, path: str, body: Any = None, actor: Actor | None = None) -> Any:
        http = (actor or self.company.owner).http
        named = method != "GET" and path.count("/") > 1 and not path.endswith("/resolve")
        answer = await http.request(method, path, json=body, headers=ANY if named else {})
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def quote(self, count: int, **more: Any) -> Any:
        lines = [{"product_id": product, "quantity": "1"} for product in self.products[:count]]
        return {"name": "X", "customer_id": self.customer, "lines": lines, **more}

    async def contract(self, count: int) -> Any:
        return await self.quote(count, signatories=SIGNATORIES)

    async def order(self, count: int) -> Any:
        return await self.quote(count, payment_terms="credit", warehouse_id=self.warehouse)

    async def lead(self, _: int) -> Any:
        return {"name": f"X{new_id()}", "company_name": new_id(), "emails": [f"{new_id()}@example.com"]}

    async def house(self, _: int) -> Any:
        return {"name": "X", "code": new_id()[-12:]}

    async def rate(self, _: int) -> Any:
        self.days += 1
        return {"currency": "USD", "rate": "7.1", "rate_on": str(date(2000, 1, 1) + timedelta(self.days))}

    async def receivable(self, _: int) -> Any:
        return {"name": "X", "due_on": "2026-01-31", "amount": yuan("100"), "customer_id": self.customer}

    async def payment(self, count: int) -> Any:
        """For receivables of as many orders."""
        orders = [await self.make("orders", **await self.order(1)) for _ in range(count)]
        owed = [
            (await self.ask("GET", f"/receivables?order_id={order}"))["data"][0]["id"] for order in orders
        ]
        parts = [{"receivable_id": one, "amount": yuan("10")} for one in owed]
        paid = {"customer_id": self.customer, "received_on": "2026-01-20", "method": "cash"}
        return {**paid, "amount": yuan("100"), "allocations": parts}

    async def invoice(self, _: int) -> Any:
        amounts = {"net_amount": yuan("100"), "tax_amount": yuan("13"), "gross_amount": yuan("113")}
        return {"title": "X", "customer_id": self.customer, **amounts}

    async def claim(self, count: int) -> Any:
        line = {"type": "travel", "spent_on": "2026-01-31", "amount": yuan("5"), "customer_id": self.customer}
        return {"name": "X", "lines": [{**line, "receipt_number": new_id()} for _ in range(count)]}

    async def interaction(self, count: int) -> Any:
        people = [{"contact_id": contact} for contact in self.contacts[:count]]
        about = {"subject_type": "customers", "subject_id": self.customer}
        return {"kind": "call", "summary": "X", "participants": people, **about}

    async def task(self, count: int) -> Any:
        about = {"subject_type": "customers", "subject_id": self.customer}
        return {"title": "X", "checklist": [{"title": "X"}] * count, **about}

    async def plan(self, count: int) -> Any:
        deal = await self.make("opportunities", name="X", customer_id=self.customer)
        return {
            "name": "X",
            "opportunity_id": deal,
            "items": [{"action": "X", "due_on": "2999-01-01"}] * count,
        }

    async def book(self, count: int) -> Any:
        entries = [{"product_id": product, "unit_price": yuan("9")} for product in self.products[:count]]
        return {"name": new_id(), "currency": "CNY", "customer_region": new_id(), "entries": entries}

    async def flow(self, count: int) -> Any:
        nodes = [users("all", *self.chiefs)] * count
        return {"name": "X", "resource": "contracts", "type": new_id(), "nodes": nodes}


class Row(NamedTuple):
    """What creating costs; then what a verb does (a change, where none is named), once others have been done."""

    path: str
    body: Callable[[Site, int], Awaitable[Any]]
    create: str
    verb: str
    cost: str
    before: tuple[str, ...] = ()
    said: Any = None


# besides the row and its children: numbers and levels are SELECTs and INSERTs of their own, WITH is everything else
STEP = "3 SELECT, 1 UPDATE, 1 WITH"
CHANGE = "4 SELECT, 1 UPDATE, 1 WITH"
CONTRACT, ORDER = "4 INSERT, 4 SELECT, 1 WITH", "5 INSERT, 14 SELECT, 1 UPDATE, 3 WITH"
ROWS = [
    Row("quotes", Site.quote, "3 INSERT, 5 SELECT, 1 WITH", "send", CHANGE),
    Row("contracts", Site.contract, CONTRACT, "submit", CHANGE),
    Row("contracts", Site.contract, CONTRACT, "sign", STEP, ("submit",)),
    Row("orders", Site.order, ORDER, "ship", "1 INSERT, 3 SELECT, 3 UPDATE, 3 WITH", ("pick", "pack")),
    Row(
        "orders",
        Site.order,
        ORDER,
        "cancel",
        "1 INSERT, 8 SELECT, 4 UPDATE, 3 WITH",
        (),
        {"cancel_reason": "X"},
    ),
    Row("receivables", Site.receivable, "1 INSERT, 1 SELECT, 1 WITH", "cancel", "1 SELECT, 1 UPDATE, 1 WITH"),
    Row(
        "invoices",
        Site.invoice,
        "1 INSERT, 1 SELECT, 1 WITH",
        "issue",
        "1 INSERT, 1 SELECT, 1 UPDATE, 1 WITH",
        ("approve",),
    ),
    Row(
        "expense-claims",
        Site.claim,
        "3 INSERT, 3 SELECT, 1 WITH",
        "submit",
        "2 INSERT, 6 SELECT, 1 UPDATE, 1 WITH",
    ),
    Row(
        "interactions",
        Site.interaction,
        "2 INSERT, 3 SELECT, 1 UPDATE, 3 WITH",
        "",
        "4 SELECT, 1 UPDATE, 3 WITH",
        (),
        {"summary": "Y"},
    ),
    Row("tasks", Site.task, "2 INSERT, 2 SELECT, 3 WITH", "complete", "4 SELECT, 1 UPDATE, 3 WITH"),
    Row("development-plans", Site.plan, "2 INSERT, 3 SELECT, 1 WITH", "start", STEP),
    Row("price-books", Site.book, "2 INSERT, 3 SELECT, 1 WITH", "", CHANGE, (), {"active": False}),
    Row("leads", Site.lead, "1 INSERT, 1 SELECT, 1 WITH", "contact", "1 SELECT, 1 UPDATE, 1 WITH"),
    Row(
        "leads",
        Site.lead,
        "1 INSERT, 1 SELECT, 1 WITH",
        "convert",
        "3 INSERT, 10 SELECT, 5 UPDATE, 6 WITH",
        (),
        {"opportunity": {"name": "X"}},
    ),
    Row("warehouses", Site.house, "1 INSERT, 1 WITH", "", "1 SELECT, 1 UPDATE, 1 WITH", (), {"name": "Y"}),
    Row(
        "exchange-rates", Site.rate, "1 INSERT, 1 WITH", "", "1 SELECT, 1 UPDATE, 1 WITH", (), {"rate": "7.2"}
    ),
    Row("approval-flows", Site.flow, "2 INSERT, 1 SELECT, 1 WITH", "", STEP, (), {"active": False}),
]


REPORTS = {"ageing": "1 SELECT", "profit": "2 SELECT"}


@pytest.fixture(scope="module")
async def site(served: Served) -> AsyncIterator[Site]:
    company = await found_company(served)
    create = company.owner.create
    chiefs = [await company.user("company_owner") for _ in range(MANY)]
    customer = (await create("/customers", name="X"))["id"]
    warehouse = (await create("/warehouses", code="W", name="W"))["id"]
    products, contacts = [], []
    for number in range(MANY):
        made = await create("/products", code=f"P{number}", name="P", stocked=True, list_price=yuan("10"))
        moved = {"kind": "receipt", "warehouse_id": warehouse, "quantity": "1000"}
        await create("/stock-movements", product_id=made["id"], **moved)
        products.append(made["id"])
        contacts.append((await create("/contacts", name=f"C{number}", customer_id=customer))["id"])
    for amounts, asked in (
        ({"amount_below": yuan("10")}, chiefs[:FEW]),
        ({"amount_from": yuan("10")}, chiefs),
    ):
        flow = {"name": "X", "resource": "expense_claims", "nodes": [users("any", *asked)], **amounts}
        await create("/approval-flows", **flow)
    yield Site(company, chiefs, customer, warehouse, products, contacts)
    await company.close()


def tally(sent: Statements) -> str:
    """`1 INSERT, 3 SELECT`: what was asked between the beginning and the end, which come once."""
    verbs = Counter(sent.verbs)
    assert (verbs.pop("BEGIN"), verbs.pop("COMMIT")) == (1, 1)
    return ", ".join(f"{times} {verb}" for verb, times in sorted(verbs.items()))


@dataclass
class Counting:
    """Requests, and how often each asks."""

    site: Site
    statements: Statements

    async def ask(self, *request: Any, actor: Actor | None = None) -> tuple[str, Any]:
        async with self.statements.counted() as sent:
            answer = await self.site.ask(*request, actor=actor)
            return tally(sent), answer


@pytest.fixture
def counting(site: Site, statements: Statements) -> Counting:
    return Counting(site, statements)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.path} {row.verb}")
async def test_it_asks_as_often_whatever_the_number_of_lines(counting: Counting, row: Row) -> None:
    site, path = counting.site, f"/{row.path}"
    told = []
    for count in (FEW, FEW, MANY):  # the first time what is remembered is read
        for _ in range(count):
            created, made = await counting.ask("POST", path, await row.body(site, count))
        one = f"{path}/{made['id']}"
        for read in (one, f"{path}?limit={count}"):
            assert (await counting.ask("GET", read))[0] == "1 SELECT", read
        for verb in row.before:
            await site.ask("POST", f"{one}/{verb}", actor=site.chiefs[0])
        change = ("POST", f"{one}/{row.verb}") if row.verb else ("PATCH", one)
        told.append((created, (await counting.ask(*change, row.said))[0]))
    assert told[1:] == [(row.create, row.cost)] * 2


async def test_whatever_there_is_is_read_by_one_statement(company: Company, statements: Statements) -> None:
    """Every resource: a page, and each of its records."""
    world = World(company)
    await world.furnish()
    read = Counter[str]()
    more = {}
    for name in (name for name, resource in RESOURCES.items() if resource.fields):
        path = f"/{name.replace('_', '-')}"
        page = await company.owner.http.get(path)  # the first time what is remembered is read
        for place in ("", *(f"/{record['id']}" for record in page.json().get("data", ()))):
            async with statements.counted() as sent:
                answer = await company.owner.http.get(path + place)
            if answer.is_success:
                read[name] += 1
                if (spent := tally(sent)) != "1 SELECT":
                    more[path + place] = spent
    assert more == {}
    assert len(read) > 30


async def test_a_decision_asks_as_often_whatever_the_number_of_approvers(counting: Counting) -> None:
    site = counting.site
    told = []
    for count in (FEW, FEW, MANY):
        claim = await site.make("expense-claims", **await site.claim(count))
        await site.ask("POST", f"/expense-claims/{claim}/submit")
        spent, found = await counting.ask("GET", f"/approvals?subject_id={claim}")
        assert spent == "1 SELECT"
        path = f"/approvals/{found['data'][0]['id']}"
        spent, shown = await counting.ask("GET", path)
        assert (spent, len(shown["approver_ids"])) == ("1 SELECT", count)
        told.append((await counting.ask("POST", f"{path}/approve", actor=site.chiefs[0]))[0])
    assert told[1:] == ["4 SELECT, 3 UPDATE, 1 WITH"] * 2


async def test_a_payment_asks_for_each_order_that_it_is_for(counting: Counting) -> None:
    """Each order is held and told apart, so that whoever else pays for it waits; that is meant for a few."""
    site = counting.site
    await counting.ask("POST", "/payments", await site.payment(FEW))
    for count in (FEW, MANY):
        created, made = await counting.ask("POST", "/payments", await site.payment(count))
        path, more = f"/payments/{made['id']}", 1 if count == FEW else 2
        assert created == f"3 INSERT, {4 + 4 * count} SELECT, {2 * count} UPDATE, {more} WITH"
        for read in (path, f"/payments?limit={count}"):
            assert (await counting.ask("GET", read))[0] == "1 SELECT"
        reversed_, _ = await counting.ask("POST", f"{path}/reverse", {"reverse_reason": "X"})
        assert reversed_ == f"{5 + 5 * count} SELECT, {2 + 2 * count} UPDATE, {more} WITH"


async def test_prices_are_looked_up_at_once(counting: Counting) -> None:
    site = counting.site
    await site.make("price-books", **await site.book(MANY))
    told = []
    for count in (FEW, FEW, MANY):
        lines = [{"product_id": product, "quantity": "1"} for product in site.products[:count]]
        asked = {"currency": "CNY", "customer_id": site.customer, "lines": lines}
        told.append((await counting.ask("POST", "/price-books/resolve", asked))[0])
    assert told[1:] == ["3 SELECT"] * 2


async def test_a_movement_asks_as_often_whatever_was_moved_before(counting: Counting) -> None:
    site = counting.site
    told = set()
    for product in site.products:
        body = {"kind": "receipt", "warehouse_id": site.warehouse, "product_id": product, "quantity": "1"}
        told.add((await counting.ask("POST", "/stock-movements", body))[0])
    assert told == {"2 INSERT, 3 SELECT, 1 UPDATE, 2 WITH"}


@pytest.mark.parametrize(
    "path", ["stock-levels", "stock-movements", "pipelines", "warehouses", "exchange-rates", "leads"]
)
async def test_a_page_asks_once(counting: Counting, path: str) -> None:
    for limit in (FEW, MANY):
        assert (await counting.ask("GET", f"/{path}?limit={limit}"))[0] == "1 SELECT"


@pytest.mark.parametrize("path", ["/receivables/ageing", "/customers/{customer}/profit"])
async def test_a_report_asks_as_often_whatever_it_tells_of(counting: Counting, path: str) -> None:
    site = counting.site
    path = path.format(customer=site.customer)
    first, _ = await counting.ask("GET", path)
    for _ in range(MANY):
        await site.make("orders", **await site.order(MANY))
        await site.make("receivables", **await site.receivable(1))
    assert (await counting.ask("GET", path))[0] == first == REPORTS[path.rpartition("/")[2]]

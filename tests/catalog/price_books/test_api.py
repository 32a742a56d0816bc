"""Price books: written, kept apart, and asked for prices."""

import asyncio
from typing import Any

from tests.factories.companies import Company
from tests.factories.deals import faults, refusal
from tests.factories.quoting import cny, open_desk


async def book(company: Company, name: str, *entries: dict[str, Any], **body: Any) -> dict[str, Any]:
    given = {"name": name, "currency": "CNY", "entries": list(entries), **body}
    return await company.owner.create("/price-books", **given)


def entry(product: dict[str, Any], amount: str, least: str = "0") -> dict[str, Any]:
    return {"product_id": product["id"], "min_quantity": least, "unit_price": cny(amount)}


async def resolve(company: Company, *lines: tuple[dict[str, Any], str], **asked: Any) -> list[dict[str, Any]]:
    wanted = [{"product_id": product["id"], "quantity": quantity} for product, quantity in lines]
    answer = await company.owner.http.post(
        "/price-books/resolve", json={"currency": "CNY", "lines": wanted, **asked}
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["lines"])


async def test_what_a_book_holds(company: Company) -> None:
    desk = await open_desk(company)
    made = await book(
        company, "A", entry(desk.gateway, "90"), entry(desk.gateway, "80", "10"), customer_level="A"
    )
    assert (made["active"], made["customer_level"], made["valid_from"]) == (True, "A", None)
    assert [(e["min_quantity"], e["unit_price"]["amount"]) for e in made["entries"]] == [
        ("0", "90.00"),
        ("10", "80.00"),
    ]
    path, kept = f"/price-books/{made['id']}", {"id": made["entries"][0]["id"]}
    changed = (await company.owner.http.patch(path, json={"entries": [kept], "active": False})).json()
    assert (changed["entries"], changed["version"]) == (made["entries"][:1], 2)
    before = await company.digest("price_books", "price_book_entries", "events")
    for body, *expected in (
        ({"entries": [entry(desk.gateway, "1"), entry(desk.gateway, "2")]}, ("/entries/1/min_quantity", "price_taken")),
        ({"currency": "USD"}, ("/entries/0/unit_price", "not_the_books_currency")),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, ("/valid_until", "ends_before_it_begins")),
        ({"entries": [{"min_quantity": "1"}]}, ("/entries/0/product_id", "required"), ("/entries/0/unit_price", "required")),
        ({"entries": [entry({"id": made["id"]}, "1")]}, ("/entries/0/product_id", "reference_not_found")),
    ):  # fmt: skip
        assert faults(await company.owner.http.patch(path, json=body)) == expected, body
    assert await company.digest("price_books", "price_book_entries", "events") == before


async def test_two_books_never_hold_for_the_same_customers_on_one_day(company: Company) -> None:
    first = await book(company, "H1", valid_from="2026-01-01", valid_until="2026-06-30")
    await book(company, "H2", valid_from="2026-07-01")
    await book(company, "USD", currency="USD")
    await book(company, "Level A", customer_level="A")
    asleep = await book(company, "Asleep", active=False)
    overlap = (409, "price_book_overlap")
    before = await company.digest("price_books", "events")
    for body in ({}, {"valid_from": "2026-06-30"}, {"valid_until": "2026-01-01"}, {"customer_level": "A"}):
        answer = await company.owner.http.post("/price-books", json={"name": "X", "currency": "CNY", **body})
        assert refusal(answer) == overlap, body
    for path, change in ((first["id"], {"valid_until": "2026-07-01"}), (asleep["id"], {"active": True})):
        assert refusal(await company.owner.http.patch(f"/price-books/{path}", json=change)) == overlap
    assert await company.digest("price_books", "events") == before
    assert (await company.owner.http.delete(f"/price-books/{first['id']}")).status_code == 204
    await book(company, "H1 again", valid_until="2026-03-01")
    assert refusal(await company.owner.http.post(f"/price-books/{first['id']}/restore")) == overlap
    new = {"name": "Race", "currency": "EUR"}
    answers = await asyncio.gather(*(company.owner.http.post("/price-books", json=new) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_which_price_wins(company: Company) -> None:
    desk = await open_desk(company)
    gateway, cable = desk.gateway, desk.cable
    customer = await company.owner.create("/customers", name="K", level="A", category="key", region="华东")
    asked: dict[str, Any] = {"customer_id": customer["id"], "on": "2026-05-01"}

    async def won(quantity: str = "1", **more: Any) -> tuple[str, str | None]:
        (line,) = await resolve(company, (gateway, quantity), **{**asked, **more})
        return line["unit_price"]["amount"], line["price_book_name"]

    assert await won() == ("100.50", None)
    everybody = await book(company, "All", entry(gateway, "99"), entry(gateway, "95", "10"))
    assert await won() == ("99.00", "All")
    assert (await won("9.999999"), await won("10")) == (("99.00", "All"), ("95.00", "All"))
    await book(company, "Region", entry(gateway, "89"), customer_region="华东")
    await book(company, "Category", entry(gateway, "88"), customer_category="key")
    assert await won() == ("88.00", "Category")
    await book(company, "Level", entry(gateway, "87", "5"), customer_level="A")
    assert (await won("4"), await won("5")) == (("88.00", "Category"), ("87.00", "Level"))
    await book(company, "Two", entry(gateway, "91"), customer_category="key", customer_region="华东")
    assert await won("5") == ("91.00", "Two")
    await book(company, "May", entry(gateway, "90"), customer_category="key", customer_region="华东",
               customer_level="A", valid_from="2026-05-01", valid_until="2026-05-01")  # fmt: skip
    assert (await won(), await won(on="2026-05-02")) == (("90.00", "May"), ("91.00", "Two"))
    await book(company, "Others", entry(gateway, "1"), customer_level="B")
    assert await won(on="2026-04-30") == ("91.00", "Two")
    assert await won(customer_id=None) == ("99.00", "All")

    told, bare = await resolve(company, (gateway, "12"), (cable, "1"))
    assert told == {
        "product_id": gateway["id"], "quantity": "12", "unit_price": cny("95.00"), "source": "price_book",
        "reason": "book_applies", "price_book_id": everybody["id"], "price_book_name": "All",
        "entry_id": everybody["entries"][1]["id"], "min_quantity": "10", "conditions": [],
    }  # fmt: skip
    assert (bare["source"], bare["reason"], bare["unit_price"]) == ("none", "no_price", None)
    (dollars,) = await resolve(company, (gateway, "1"), currency="USD")
    assert (dollars["source"], dollars["reason"]) == ("none", "no_price_in_currency")
    await company.owner.http.post(f"/products/{gateway['id']}/retire")
    (retired,) = await resolve(company, (gateway, "1"))
    assert (retired["source"], retired["reason"]) == ("none", "product_retired")


async def test_what_is_not_told(company: Company) -> None:
    desk = await open_desk(company)
    agent = await company.user("account_manager")
    body = {"currency": "CNY", "lines": [{"product_id": desk.gateway["id"]}]}
    hidden = await agent.http.post("/price-books/resolve", json={**body, "customer_id": desk.customer["id"]})
    assert faults(hidden) == [("/customer_id", "reference_not_found")]
    unknown = {**body, "lines": [*body["lines"], {"product_id": desk.customer["id"]}]}
    assert faults(await agent.http.post("/price-books/resolve", json=unknown)) == [
        ("/lines/1/product_id", "reference_not_found")
    ]
    assert (await agent.http.post("/price-books/resolve", json=body)).status_code == 200

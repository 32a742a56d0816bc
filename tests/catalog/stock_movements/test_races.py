"""Several at once: nothing is given twice, and nobody waits in a circle."""

import asyncio

from tests.factories.companies import Company
from tests.factories.stock import Store


async def test_the_last_piece_is_given_once(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=5)
    answers = await asyncio.gather(
        *(store.book(kind, "P", 1) for kind in ("issue", "reservation") for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"insufficient_stock"}
    on_hand, reserved, available = await store.counts("P")
    assert (int(on_hand) - int(reserved), available) == (0, "0")
    await store.check_ledger()


async def test_the_first_stock_of_a_product_makes_one_level(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=0)
    answers = await asyncio.gather(*(store.book("receipt", "P", 2) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert await store.counts("P") == ("12", "0", "12")
    await store.check_ledger()


async def test_transfers_back_and_forth_do_not_stop_each_other(company: Company) -> None:
    store = Store(company)
    await store.furnish(P=10)
    other = (await company.owner.create("/warehouses", code="BJ-1", name="北京仓"))["id"]
    await store.done("receipt", "P", 10, warehouse_id=other)
    answers = await asyncio.gather(
        *(
            store.book("transfer", "P", 1, warehouse_id=one, to_warehouse_id=two)
            for one, two in ((store.warehouse, other), (other, store.warehouse)) * 5
        )
    )
    assert [answer.status_code for answer in answers] == [201] * 10
    assert await store.counts("P") == await store.counts("P", other) == ("10", "0", "10")
    await store.check_ledger()


async def test_a_warehouse_is_emptied_or_used_never_both(company: Company) -> None:
    """A receipt and the deletion of its warehouse, or of its product, at once: one of them is refused."""
    store = Store(company)
    for way in ("/warehouses", "/products", "/products/unstock"):
        store.warehouse = ""
        store.warehouse = (await company.owner.create("/warehouses", code=f"W{way}", name="W"))["id"]
        await store.furnish(**{f"P{way}": 0})
        code, path = f"P{way}", f"/products/{store.products[f'P{way}']}"
        if way == "/products/unstock":
            going = company.owner.http.patch(path, json={"stocked": False})
        else:
            going = company.owner.http.delete(path if way == "/products" else f"{way}/{store.warehouse}")
        booked, gone = await asyncio.gather(store.book("receipt", code, 1), going)
        assert (booked.status_code, gone.status_code) in ((201, 409), (422, 204), (422, 200)), way
    await store.check_ledger()

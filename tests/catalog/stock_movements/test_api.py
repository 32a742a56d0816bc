"""What each kind of movement does to the level it is about, and what it refuses."""

import pytest

from tests.factories.companies import Company
from tests.factories.stock import Store


@pytest.fixture
async def store(company: Company) -> Store:
    found = Store(company)
    await found.furnish(P=100)
    return found


async def test_each_kind_does_what_it_says(store: Store) -> None:
    other = (await store.company.owner.create("/warehouses", code="BJ-1", name="北京仓"))["id"]
    for kind, quantity, more, change, after in (
        ("issue", 30, {}, ("-30", "0"), ("70", "0", "70")),
        ("reservation", "20.5", {}, ("0", "20.5"), ("70", "20.5", "49.5")),
        ("release", "0.5", {}, ("0", "-0.5"), ("70", "20", "50")),
        ("adjustment", -3, {"reason": "damaged", "note": "漏水"}, ("-3", "0"), ("67", "20", "47")),
        ("transfer", 10, {"to_warehouse_id": other}, ("-10", "0"), ("57", "20", "37")),
        ("count", 50, {}, ("-7", "0"), ("50", "20", "30")),
        ("count", 50, {}, ("0", "0"), ("50", "20", "30")),
        ("receipt", "0.25", {}, ("0.25", "0"), ("50.25", "20", "30.25")),
    ):
        before = await store.level("P")
        made = await store.done(kind, "P", quantity, **more)
        assert made | more == made
        assert (made["on_hand_change"], made["reserved_change"], made["source_id"]) == (*change, None)
        assert await store.counts("P") == after, kind
        told = await store.company.rows("events", resource="stock_levels", record_id=before["id"])
        assert len(told) == (await store.level("P"))["version"], "one event for each change of a level"
    assert await store.counts("P", other) == ("10", "0", "10")
    assert (await store.done("count", "P", 4, warehouse_id=other))["on_hand_change"] == "-6"
    await store.check_ledger()
    listed = (await store.company.owner.http.get("/stock-movements?kind=transfer")).json()["data"]
    assert [(row["to_warehouse_id"], row["quantity"]) for row in listed] == [(other, "10")]
    assert len(await store.company.rows("events", type="stock_movement.created")) == 10


async def test_what_is_not_there_is_not_given(store: Store) -> None:
    other = (await store.company.owner.create("/warehouses", code="BJ-1", name="北京仓"))["id"]
    await store.done("reservation", "P", 60)
    before = await store.company.digest("stock_levels", "stock_movements", "events")
    for kind, quantity, more, available, asked in (
        ("issue", "40.000001", {}, "40", "40.000001"),
        ("reservation", 41, {}, "40", "41"),
        ("transfer", 41, {"to_warehouse_id": other}, "40", "41"),
        ("adjustment", -41, {"reason": "lost"}, "40", "41"),
        ("count", 59, {}, "40", "41"),
        ("issue", 1, {"warehouse_id": other}, "0", "1"),
    ):
        refused = await store.book(kind, "P", quantity, **more)
        assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock"), kind
        (fault,) = refused.json()["errors"]
        told = {"product": "P", "product_id": store.products["P"], "available": available, "asked": asked}
        assert (fault["pointer"], fault["code"], fault["params"]) == ("/quantity", "not_available", told)
    refused = await store.book("release", "P", 61)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_reservation")
    assert await store.company.digest("stock_levels", "stock_movements", "events") == before


async def test_what_is_wrong_is_named(store: Store) -> None:
    service = (await store.company.owner.create("/products", code="S", name="安装服务"))["id"]
    nowhere = "01930b2e-6f00-7000-8000-000000000001"
    before = await store.company.digest("stock_levels", "stock_movements", "events")
    for kind, quantity, more, pointer, code in (
        ("receipt", 0, {}, "/quantity", "out_of_range"),
        ("receipt", -1, {}, "/quantity", "out_of_range"),
        ("count", -1, {}, "/quantity", "out_of_range"),
        ("adjustment", 0, {"reason": "lost"}, "/quantity", "out_of_range"),
        ("adjustment", 1, {}, "/reason", "required"),
        ("adjustment", 1, {"reason": "whim"}, "/reason", "not_a_choice"),
        ("transfer", 1, {}, "/to_warehouse_id", "required"),
        ("transfer", 1, {"to_warehouse_id": store.warehouse}, "/to_warehouse_id", "not_elsewhere"),
        ("receipt", 1, {"to_warehouse_id": nowhere}, "/to_warehouse_id", "not_elsewhere"),
        ("transfer", 1, {"to_warehouse_id": nowhere}, "/to_warehouse_id", "reference_not_found"),
        ("receipt", 1, {"warehouse_id": nowhere}, "/warehouse_id", "reference_not_found"),
        ("receipt", 1, {"product_id": nowhere}, "/product_id", "reference_not_found"),
        ("receipt", 1, {"product_id": service}, "/product_id", "product_not_stocked"),
        ("receipt", 1, {"on_hand_change": "5"}, "/on_hand_change", "unknown_field"),
        ("receipt", "1e5", {}, "/quantity", "invalid_decimal"),
    ):
        refused = await store.book(kind, "P", quantity, **more)
        faults = [(fault["pointer"], fault["code"]) for fault in refused.json().get("errors", ())]
        assert (refused.status_code, faults) == (422, [(pointer, code)]), (kind, quantity, more)
    assert await store.company.digest("stock_levels", "stock_movements", "events") == before
    await store.done("receipt", "P", "999999999899")
    assert (await store.book("receipt", "P", "1")).status_code == 422, "more than a level can hold"
    assert await store.counts("P") == ("999999999999", "0", "999999999999")


async def test_a_movement_is_never_changed(store: Store) -> None:
    http, (row,) = store.company.owner.http, await store.company.rows("stock_movements")
    for method in ("PATCH", "DELETE", "PUT"):
        assert (await http.request(method, f"/stock-movements/{row['id']}", json={})).status_code == 405
    (level,) = await store.company.rows("stock_levels")
    for body in ({"on_hand": "5"}, {"available": "5"}, {"warehouse_id": store.warehouse}):
        assert (await http.patch(f"/stock-levels/{level['id']}", json=body)).status_code == 422
    assert await store.company.rows("stock_levels") == [level]


async def test_running_low_is_told_once_for_each_time(store: Store) -> None:
    http, level = store.company.owner.http, await store.level("P")

    async def told() -> int:
        return len(await store.company.rows("events", type="stock_level.ran_low"))

    changed = await http.patch(f"/stock-levels/{level['id']}", json={"reorder_point": "20"})
    assert (changed.json()["low"], changed.json()["reorder_point"]) == (False, "20")
    for kind, quantity, low, events in (
        ("issue", 80, False, 0),  # 20 are left: not below it
        ("reservation", 1, True, 1),
        ("issue", 5, True, 1),
        ("receipt", 6, False, 1),
        ("count", 3, True, 2),
    ):
        await store.done(kind, "P", quantity)
        assert ((await store.level("P"))["low"], await told()) == (low, events), kind
    assert [row["id"] for row in (await http.get("/stock-levels?low=true")).json()["data"]] == [level["id"]]
    cleared = await http.patch(f"/stock-levels/{level['id']}", json={"reorder_point": None})
    assert (cleared.json()["low"], cleared.json()["reorder_point"]) == (False, None)
    assert (await http.patch(f"/stock-levels/{level['id']}", json={"reorder_point": "-1"})).status_code == 422


async def test_what_holds_stock_stays(store: Store) -> None:
    http = store.company.owner.http
    product, warehouse = f"/products/{store.products['P']}", f"/warehouses/{store.warehouse}"
    before = await store.company.digest("products", "warehouses", "events")
    for answer in (
        await http.delete(product),
        await http.patch(product, json={"stocked": False}),
        await http.delete(warehouse),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "stock_left")
    assert await store.company.digest("products", "warehouses", "events") == before
    await store.done("issue", "P", 100)
    assert (await http.patch(product, json={"stocked": False})).json()["stocked"] is False
    assert (await http.delete(product)).status_code == 204
    assert (await http.delete(warehouse)).status_code == 204
    for pointer, more in (("/product_id", {"warehouse_id": store.warehouse}),):
        refused = await store.book("receipt", "P", 1, **more)
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]

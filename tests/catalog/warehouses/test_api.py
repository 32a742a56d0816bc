"""Warehouses over HTTP."""

from tests.factories.companies import Company


async def test_a_warehouse_is_kept_like_any_record(company: Company) -> None:
    http = company.owner.http
    made = await company.owner.create(
        "/warehouses", code="SH-1", name="上海一号仓", address="曹安公路 2000 号"
    )
    assert made | {"code": "SH-1", "address": "曹安公路 2000 号", "version": 1, "deleted_at": None} == made
    path = f"/warehouses/{made['id']}"
    twin = await http.post("/warehouses", json={"code": "SH-1", "name": "Twin"})
    assert (twin.status_code, twin.json()["duplicates"]) == (409, [{"id": made["id"], "field": "code"}])
    changed = (await http.patch(path, json={"name": "北京仓", "address": None})).json()
    assert (changed["name"], changed["address"], changed["code"]) == ("北京仓", None, "SH-1")
    second = await company.owner.create("/warehouses", code="A", name="安徽仓")
    listed = (await http.get("/warehouses?sort=name")).json()["data"]
    assert [row["id"] for row in listed] == [second["id"], made["id"]]
    assert [row["id"] for row in (await http.get("/warehouses?q=北京")).json()["data"]] == [made["id"]]
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404
    await company.owner.create("/warehouses", code="SH-1", name="Another")
    taken = await http.post(f"{path}/restore")
    assert (taken.status_code, taken.json()["code"]) == (409, "duplicate")

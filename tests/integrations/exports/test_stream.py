"""Streamed exports: the rows of a list, in each format, on record."""

import asyncio
import csv
import io
from typing import Any

import httpx
import orjson
import pytest

from crm_api.integrations.exports import service
from crm_api.kit.registries import RESOURCES
from tests.factories.companies import Actor, Company
from tests.factories.fields import define
from tests.isolation.worlds import World

HOSTILE = ["+49 30 1", "-1", "=x", "'=x", "@x"]


async def export(actor: Actor, resource: str = "customers", **parameters: Any) -> httpx.Response:
    return await actor.http.get(f"/{resource}/export", params=parameters)


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def recorded(company: Company) -> list[Any]:
    """What the access log has of exports, in its order."""
    rows = await company.rows("access_log", kind="export")
    return sorted(rows, key=lambda row: row["id"])


async def test_every_field_of_every_row_in_the_order_of_the_list(company: Company) -> None:
    owner = company.owner
    first = await owner.create(
        "/customers",
        name="上海智达",
        phones=["+86 138 0013 8000", "021 5012 3456"],
        external_ids=[{"source": "erp", "key": "a;b"}, {"source": "erp", "key": "c"}],
    )
    await owner.create("/customers", name="=HYPERLINK(1)", address="two\r\nlines")

    answer = await export(owner, sort="name")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="customers-20')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    guarded, zhida = table(answer)
    assert (guarded["name"], guarded["address"]) == ("'=HYPERLINK(1)", "two\r\nlines")
    assert (zhida["id"], zhida["name"]) == (first["id"], "上海智达")
    assert zhida["phones"] == "'+86 138 0013 8000; 021 5012 3456"
    assert zhida["external_ids"] == '["erp:a;b","erp:c"]'
    assert zhida["created_at"] == first["created_at"]
    assert "name_sort" not in zhida
    assert set(first) - {"redacted", "possible_duplicates", "custom_fields"} == set(zhida)


async def test_formats_fields_filters_and_pages(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_api.integrations.exports.listings.PAGE", 3)
    for i in range(10):
        await company.owner.create(
            "/products", code=f"P{i}", name=f"n{i}", list_price={"amount": f"{i}.50", "currency": "CNY"}
        )

    answer = await export(
        company.owner,
        "products",
        **{"code[in]": "P1,P2,P3,P4,P5,P6,P7", "sort": "-code"},
        fields="code,list_price",
        bom="true",
    )
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["code", "list_price", "list_price.currency"]
    assert rows[1:] == [[f"P{i}", f"{i}.50", "CNY"] for i in range(7, 0, -1)]

    answer = await export(company.owner, "products", format="ndjson", fields="list_price,code", sort="code")
    lines = [orjson.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == 10
    assert lines[3] == {"list_price": {"amount": "3.50", "currency": "CNY"}, "code": "P3"}

    answer = await export(company.owner, "products", format="xlsx")
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-disposition"].endswith(".xlsx")


async def test_whatever_may_leave_leaves_as_its_list_shows_it(company: Company) -> None:
    await World(company).furnish()
    for resource in RESOURCES.values():
        if resource.exportable:
            path = resource.name.replace("_", "-")
            listed = (await company.owner.http.get(f"/{path}", params={"limit": 200})).json()["data"]
            answer = await export(company.owner, path, format="ndjson")
            rows = [orjson.loads(line) for line in answer.text.splitlines()]
            assert rows
            assert rows == [{name: record[name] for name in rows[0]} for record in listed]
            assert set(listed[0]) - set(rows[0]) == {"redacted"}, path
            cells = table(await export(company.owner, path))
            for record, row in zip(listed, cells, strict=True):
                assert row["id"] == record["id"]
                for name, value in record.items():
                    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
                        assert (row[name], row[f"{name}.currency"]) == (value["amount"], value["currency"])


async def test_what_a_cell_of_a_spreadsheet_does_not_hold_is_refused_not_cut_off(company: Company) -> None:
    customer = (await company.owner.create("/customers", name="Acme"))["id"]
    product = (await company.owner.create("/products", code="P", name="Pump"))["id"]
    price = {"amount": "1.00", "currency": "CNY"}
    line = {"product_id": product, "description": "x" * 400, "quantity": "1", "unit_price": price}
    made = await company.owner.create("/orders", name="O", customer_id=customer, lines=[line] * 60)

    refused = await export(company.owner, "orders", format="xlsx")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_long_for_format")
    assert "lines" in refused.json()["detail"]
    assert (await export(company.owner, "orders", format="xlsx", fields="id,name")).status_code == 200
    (row,) = table(await export(company.owner, "orders"))
    assert orjson.loads(row["lines"]) == made["lines"]


async def test_an_export_is_on_record_before_it_leaves(company: Company) -> None:
    await company.owner.create("/customers", name="Acme")

    await export(company.owner, fields="name", **{"name[contains]": "Ac"})

    started, finished = await recorded(company)
    assert (started["operation"], started["resource"]) == ("customers_export", "customers")
    assert started["details"] == {
        "phase": "started",
        "rows": 1,
        "asked": {"name[contains]": "Ac"},
        "format": "csv",
        "fields": ["name"],
    }
    assert finished["details"] == {"phase": "finished", "rows": 1}
    assert started["request_id"] == finished["request_id"]
    assert str(started["actor_id"]) == company.owner.id


async def test_a_connection_that_breaks_is_on_record(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is gone after the second of three pages."""
    monkeypatch.setattr("crm_api.integrations.exports.listings.PAGE", 1)
    for name in ("one", "two", "three"):
        await company.owner.create("/customers", name=name)
    sent: list[Any] = []

    gone = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 3:
            gone.set()
            await asyncio.sleep(30)

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    path = "/api/v1/customers/export"
    headers = [(b"authorization", f"Bearer {company.owner.token}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}
    scope |= {"query_string": b"", "client": ("127.0.0.1", 1), "server": ("crm.test", 80), "scheme": "http"}
    await company.served.app({**scope, "http_version": "1.1", "root_path": ""}, receive, send)

    started, ended = await recorded(company)
    assert (started["details"]["rows"], ended["details"]) == (3, {"phase": "broken", "rows": 2})


async def test_a_saved_view(company: Company) -> None:
    """Its filter, sort and fields; a parameter replaces them, another reader's view is no view."""
    owner = company.owner
    for name, level in (("one", "A"), ("two", "B"), ("three", "A")):
        await owner.create("/customers", name=name, level=level)
    condition = {"field": "level", "op": "eq", "value": "A"}
    view = await owner.create(
        "/saved-views",
        name="A",
        resource="customers",
        filter=condition,
        sort=["-name"],
        fields=["name", "owner.name"],
        expand=["owner"],
    )

    rows = table(await export(owner, view=view["id"]))
    assert [list(row) for row in rows] == [["name", "owner.name"]] * 2
    assert [row["name"] for row in rows] == ["three", "one"]
    assert table(await export(owner, view=view["id"], fields="level", sort="name"))[0] == {"level": "A"}
    told = (await recorded(company))[0]["details"]["asked"]["view"]
    assert told == {
        "id": view["id"],
        "filter": condition,
        "sort": ["-name"],
        "fields": ["name", "owner.name"],
    }
    other = await company.user("executive")
    assert (await export(other, view=view["id"])).status_code == 400


async def test_fields_of_the_company(company: Company) -> None:
    """Each is a column of its own; what is hidden from the role is none."""
    for type_ in ("money", "multi_select", "number", "text"):
        await define(company, type_)
    values = {
        "money": {"amount": "5.5", "currency": "EUR"},
        "multi_select": ["a", "b"],
        "number": "7",
        "text": "=1",
    }
    await company.owner.create("/customers", name="Acme", custom_fields=values)

    (row,) = table(await export(company.owner))
    assert {name: cell for name, cell in row.items() if name.startswith("custom_fields")} == {
        "custom_fields.money": "5.50",
        "custom_fields.money.currency": "EUR",
        "custom_fields.multi_select": "a; b",
        "custom_fields.number": "7",
        "custom_fields.text": "'=1",
    }
    named = await export(company.owner, fields="custom_fields.text,name", format="ndjson")
    assert orjson.loads(named.content) == {"custom_fields": {"text": "=1"}, "name": "Acme"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "5"},
        {"cursor": "x"},
        {"include_total": "true"},
        {"format": "pdf"},
        {"bom": "yes"},
        {"fields": "nope"},
        {"fields": "name,name"},
        {"fields": ""},
        {"colour": "red"},
        {"name": ["a", "b"]},
        {"format": ["csv", "csv"]},
        {"sort": "address"},
    ],
)
async def test_what_is_not_understood_is_refused_and_leaves_no_record(
    company: Company, wrong: dict[str, Any]
) -> None:
    answer = await export(company.owner, **wrong)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    assert await recorded(company) == []


async def test_more_rows_than_are_streamed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "STREAMED", 1)
    for name in ("one", "two"):
        await company.owner.create("/customers", name=name)

    answer = await export(company.owner)

    assert (answer.status_code, answer.json()["code"]) == (409, "export_too_large")
    assert table(await export(company.owner, name="two"))[0]["name"] == "two"

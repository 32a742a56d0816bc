"""Streamed exports: the rows of a list, in each format, on record."""

import csv
import io
from typing import Any

import httpx
import orjson
import pytest

from crm_api.integrations.exports import service
from tests.factories.companies import Actor, Company

HOSTILE = ["+49 30 1", "-1", "=x", "'=x", "@x"]


async def export(actor: Actor, resource: str = "customers", **parameters: Any) -> httpx.Response:
    return await actor.http.get(f"/{resource}/export", params=parameters)


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


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
    assert set(first) - {"redacted", "possible_duplicates"} == set(zhida)


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


async def test_an_export_is_on_record_before_it_leaves(company: Company) -> None:
    await company.owner.create("/customers", name="Acme")

    await export(company.owner, fields="name", **{"name[contains]": "Ac"})

    (record,) = await company.rows("exports")
    assert (record["resource"], record["format"], record["rows"]) == ("customers", "csv", 1)
    (event,) = await company.rows("events", type="export.created")
    changes = event["changes"]
    assert changes["asked"] == {"from": None, "to": {"name[contains]": "Ac"}}
    assert changes["rows"] == {"from": None, "to": 1}
    assert str(event["actor_id"]) == company.owner.id


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
    assert await company.rows("exports") == []


async def test_more_rows_than_are_streamed(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "STREAMED", 1)
    for name in ("one", "two"):
        await company.owner.create("/customers", name=name)

    answer = await export(company.owner)

    assert (answer.status_code, answer.json()["code"]) == (409, "export_too_large")
    assert table(await export(company.owner, name="two"))[0]["name"] == "two"

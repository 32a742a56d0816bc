"""What cannot be read or is wrong in itself: refused by every operation alike, and nothing is written."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from crm_api.kit.db import Base
from crm_api.kit.ids import new_id
from crm_api.kit.requests import BODY_LIMIT
from crm_api.main import document
from tests.factories.companies import Company, Served, found_company

ABSENT = "01930b2e-6f00-7000-8000-000000000001"
JSON = {"content-type": "application/json"}
TABLES = [
    table.name
    for table in Base.metadata.sorted_tables
    if {"tenant_id", "id"} <= set(table.columns.keys()) and "session" not in table.name
]
DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
Operation = tuple[str, str, dict[str, Any]]


def operations() -> Iterator[Operation]:
    """Every operation behind the door: method, path with an id that names nothing, and what the document says."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete") and operation.get("security") != []:
                parts = [ABSENT if part.startswith("{") else part for part in path.split("/")]
                yield method.upper(), "/".join(parts).removeprefix("/api/v1"), operation


def with_json(found: Operation) -> bool:
    return "application/json" in found[2].get("requestBody", {}).get("content", {})


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without `$ref` and without the null of an optional field."""
    if "$ref" in schema:
        return resolved(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return resolved(next(option for option in schema["anyOf"] if option.get("type") != "null"))
    if isinstance(schema.get("type"), list):
        return {**schema, "type": next(name for name in schema["type"] if name != "null")}
    return schema


def takes_any_type(schema: dict[str, Any]) -> bool:
    """A value whose type another field decides, such as the default of a custom field."""
    return len({option.get("type") for option in schema.get("anyOf", ())} - {"null"}) > 2


def body_schema(found: Operation) -> dict[str, Any]:
    return resolved(found[2]["requestBody"]["content"]["application/json"]["schema"])


ALL = list(operations())
BODIES = [found for found in ALL if with_json(found)]
NAMED = [found[2]["operationId"] for found in BODIES]
over_bodies = pytest.mark.parametrize("found", BODIES, ids=NAMED)
over_all = pytest.mark.parametrize("found", ALL, ids=[found[2]["operationId"] for found in ALL])


@pytest.fixture(scope="module")
async def company(served: Served) -> AsyncIterator[Company]:
    """One company for all refusals: none of them leaves a trace."""
    found = await found_company(served)
    yield found
    await found.close()


async def everything(company: Company) -> str:
    """A digest of all rows of the company, but for the sessions of its people."""
    return await company.digest(*TABLES)


def is_problem(answer: httpx.Response, status: int, code: str, place: tuple[str, str] | None = None) -> None:
    """A whole problem document: status, code and, where there is one, the fault and where it is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "code", "detail", "instance", "request_id", "errors"} <= set(problem)
    assert (problem["status"], problem["code"]) == (status, code), answer.text
    if place is not None:
        faults = [
            (fault.get("pointer", fault.get("parameter")), fault["code"]) for fault in problem["errors"]
        ]
        assert place in faults, answer.text


def test_the_document_names_enough_operations() -> None:
    assert {"customers_create", "contacts_update", "products_create", "customers_query"} <= set(NAMED)
    assert "auth_login" not in NAMED


MALFORMED: list[tuple[bytes, int, str, tuple[str, str] | None]] = [
    (b"{", 400, "invalid_json", None),
    (b"{'name': 'x'}", 400, "invalid_json", None),
    (b'{"name": "x",}', 400, "invalid_json", None),
    (b'{"name": "\xff"}', 400, "invalid_json", None),
    (b"\xff\xfe{\x00}\x00", 400, "invalid_json", None),
    (b'{"name": "a\x00b"}', 400, "invalid_json", None),
    (b'{"name": NaN}', 400, "invalid_json", None),
    (b'{"name": -Infinity}', 400, "invalid_json", None),
    (b'{"name": 1' + b"0" * 5000 + b"}", 400, "invalid_json", None),
    (b"[" * 100_000, 400, "invalid_json", None),
    (b"[" * 100_000 + b"]" * 100_000, 400, "invalid_json", None),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "invalid_json", None),
    (b'{"name": "a", "name": "b"}', 400, "duplicate_key", ("/name", "duplicate_key")),
    (b'{"x": {"a/b": 1, "a/b": 1}}', 400, "duplicate_key", ("/a~1b", "duplicate_key")),
    (b'{"name": "a\\u0000b"}', 422, "validation_failed", ("/name", "invalid_character")),
    (b'{"x": ["\\ud800"]}', 422, "validation_failed", ("/x/0", "invalid_character")),
    (b'{"x": {"y": "\\udfff"}}', 422, "validation_failed", ("/x/y", "invalid_character")),
    (b'{"\\u0000": 1}', 422, "validation_failed", ("/", "invalid_character")),
    (b"[]", 422, "validation_failed", ("", "wrong_type")),
    (b'"name"', 422, "validation_failed", ("", "wrong_type")),
    (b"7", 422, "validation_failed", ("", "wrong_type")),
    (b"null", 422, "validation_failed", ("", "wrong_type")),
    (b"", 422, "validation_failed", ("", "wrong_type")),
    (b'{"qzzz": 1}', 422, "validation_failed", ("/qzzz", "unknown_field")),
    (b'{"": 1, "a/b~": 2}', 422, "validation_failed", ("/a~1b~0", "unknown_field")),
    (b'{"tenant_id": "x"}', 422, "validation_failed", ("/tenant_id", "unknown_field")),
    (b'{"version": 1}', 422, "validation_failed", ("/version", "unknown_field")),
    (b'{"created_by": null}', 422, "validation_failed", ("/created_by", "unknown_field")),
]


@over_bodies
async def test_a_body_that_is_no_body_is_refused_by_every_operation(
    company: Company, found: Operation
) -> None:
    method, path, operation = found
    before = await everything(company)
    for content, status, code, place in MALFORMED:
        if content in (b"", b"null") and not operation["requestBody"].get("required"):
            continue
        answer = await company.owner.http.request(method, path, content=content, headers=JSON)
        is_problem(answer, status, code, place)
    assert await everything(company) == before


@over_bodies
async def test_a_body_of_another_type_or_size_is_refused_by_every_operation(
    company: Company, found: Operation
) -> None:
    method, path, _ = found
    http = company.owner.http
    before = await everything(company)
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""):
        answer = await http.request(method, path, content=b'{"name": "x"}', headers={"content-type": media})
        is_problem(answer, 415, "unsupported_media_type")

    async def streamed() -> Any:
        for _ in range(4):
            yield b" " * (BODY_LIMIT // 2)

    for content in (b'{"name": "' + b"x" * 2_000_000 + b'"}', streamed()):
        is_problem(await http.request(method, path, content=content, headers=JSON), 413, "body_too_large")
    assert await everything(company) == before


@over_bodies
async def test_a_value_of_another_type_is_refused_where_it_stands(company: Company, found: Operation) -> None:
    method, path, _ = found
    before = await everything(company)
    for name, schema in body_schema(found).get("properties", {}).items():
        field = resolved(schema)
        if takes_any_type(schema):
            continue
        wrong: list[Any] = {"string": [7, True, ["x"]], "array": ["x", {}], "boolean": ["true", 1]}.get(
            field.get("type", ""), ["x", 1e300]
        )
        if field.get("type") in ("integer", "number"):
            wrong = ["1", 1.5, True]
        for value in wrong:
            if field.get("format") == "decimal" and value == 7:
                continue
            answer = await company.owner.http.request(method, path, json={name: value})
            is_problem(answer, 422, "validation_failed")
            pointers = [fault["pointer"] for fault in answer.json()["errors"]]
            assert any(pointer.startswith(f"/{name}") for pointer in pointers), (name, value, pointers)
    assert await everything(company) == before


def texts(found: Operation) -> Iterator[str]:
    for name, schema in body_schema(found).get("properties", {}).items():
        text = resolved(schema).get("type") == "string" and "enum" not in resolved(schema)
        if text and not takes_any_type(schema):
            yield name


@over_bodies
async def test_a_text_longer_than_any_field_is_refused_where_it_stands(
    company: Company, found: Operation
) -> None:
    method, path, _ = found
    for name in texts(found):
        answer = await company.owner.http.request(method, path, json={name: "x" * 20_001})
        is_problem(answer, 422, "validation_failed")
        assert f"/{name}" in [fault["pointer"] for fault in answer.json()["errors"]], name


@over_all
async def test_a_query_parameter_that_nobody_declared_is_refused_by_every_operation(
    company: Company, found: Operation
) -> None:
    method, path, _ = found
    body = {"json": {}} if with_json(found) else {}
    before = await everything(company)
    for query, fault in (
        ("qzzz=1", ("qzzz", "unknown_parameter")),
        ("qzzz[gte]=1", ("qzzz[gte]", "unknown_parameter")),
        ("tenant_id=1", ("tenant_id", "unknown_parameter")),
        ("name=%00", ("name", "invalid_character")),
    ):
        is_problem(
            await company.owner.http.request(method, f"{path}?{query}", **body),
            400,
            "invalid_parameter",
            fault,
        )
    for query in ("a=%ff", "a=%ed%a0%80", "&".join(f"a{n}=1" for n in range(400))):
        is_problem(
            await company.owner.http.request(method, f"{path}?{query}", **body), 400, "invalid_parameter"
        )
    assert await everything(company) == before


@pytest.mark.parametrize(
    "found",
    [found for found in ALL if found[0] != "GET" and "requestBody" not in found[2]],
    ids=lambda found: found[2]["operationId"],
)
async def test_an_operation_without_a_body_takes_none(company: Company, found: Operation) -> None:
    method, path, _ = found
    answer = await company.owner.http.request(method, path, json={"name": "x"})
    is_problem(answer, 400, "unexpected_body")


@pytest.mark.parametrize("resource", ["customers", "contacts", "products"])
@pytest.mark.parametrize("record_id", ["1", "no-id", "%00", "0" * 36, ABSENT + "0", "é", "..%2f", "null"])
async def test_a_path_that_names_no_record_is_not_found(
    company: Company, resource: str, record_id: str
) -> None:
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        answer = await company.owner.http.request(method, f"/{resource}/{record_id}", json=body)
        is_problem(answer, 404, "not_found")


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("customers", {"name": ""}, "/name", "too_short"),
    ("customers", {"name": "\t \n"}, "/name", "too_short"),
    ("customers", {"name": "x" * 201}, "/name", "too_long"),
    ("customers", {"name": None}, "/name", "wrong_type"),
    ("customers", {"kind": "COMPANY"}, "/kind", "not_a_choice"),
    ("customers", {"kind": None}, "/kind", "not_a_choice"),
    ("customers", {"parent_id": "x"}, "/parent_id", "invalid_id"),
    ("customers", {"parent_id": ABSENT.replace("-", "")}, "/parent_id", "invalid_id"),
    ("customers", {"parent_id": ABSENT}, "/parent_id", "reference_not_found"),
    ("customers", {"owner_id": ABSENT}, "/owner_id", "reference_not_found"),
    ("customers", {"phones": ["12345"]}, "/phones/0", "invalid_phone"),
    ("customers", {"phones": [None]}, "/phones/0", "invalid_phone"),
    ("customers", {"phones": ["13800138000"] * 21}, "/phones", "too_long"),
    ("customers", {"emails": ["a@b"]}, "/emails/0", "invalid_email"),
    ("customers", {"next_contact_at": "2026-02-30T00:00:00Z"}, "/next_contact_at", "invalid_instant"),
    ("customers", {"next_contact_at": "2026-01-01T25:00:00Z"}, "/next_contact_at", "invalid_instant"),
    ("customers", {"next_contact_at": "2026-01-01T00:00:00"}, "/next_contact_at", "invalid_instant"),
    ("customers", {"next_contact_at": "2026-01-01"}, "/next_contact_at", "invalid_instant"),
    ("customers", {"next_contact_at": "0001-01-01T00:00:00+14:00"}, "/next_contact_at", "invalid_instant"),
    ("customers", {"next_contact_at": 1767225600}, "/next_contact_at", "invalid_instant"),
    ("customers", {"external_ids": [{"source": "", "key": "1"}]}, "/external_ids/0/source", "too_short"),
    ("customers", {"external_ids": [{"source": "a", "key": "x" * 256}]}, "/external_ids/0/key", "too_long"),
    ("customers", {"external_ids": [{"source": "a"}]}, "/external_ids/0/key", "required"),
    ("contacts", {"birthday": "2025-02-29"}, "/birthday", "invalid_date"),
    ("contacts", {"birthday": "2025-13-01"}, "/birthday", "invalid_date"),
    ("contacts", {"birthday": "0000-01-01"}, "/birthday", "invalid_date"),
    ("contacts", {"birthday": "2025-01-01T00:00:00Z"}, "/birthday", "invalid_date"),
    ("contacts", {"customer_id": ABSENT}, "/customer_id", "reference_not_found"),
    (
        "products",
        {"list_price": {"amount": 1e300, "currency": "CNY"}},
        "/list_price/amount",
        "invalid_decimal",
    ),
    (
        "products",
        {"list_price": {"amount": "1e999", "currency": "CNY"}},
        "/list_price/amount",
        "invalid_decimal",
    ),
    (
        "products",
        {"list_price": {"amount": "1", "currency": "ZZZ"}},
        "/list_price/currency",
        "currency_unknown",
    ),
    ("products", {"list_price": {"amount": "1"}}, "/list_price/currency", "required"),
    ("products", {"tax_rate": "1e2"}, "/tax_rate", "invalid_decimal"),
]


@pytest.mark.parametrize(("resource", "body", "pointer", "code"), WRONG)
async def test_a_wrong_value_is_refused_alike_by_create_and_by_change(
    company: Company, resource: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    keys = [{"code": new_id()} if resource == "products" else {} for _ in range(2)]
    old = await company.owner.create(f"/{resource}", name="Old", **keys[0])
    new = {"name": "New", **keys[1], **body}
    before = await everything(company)

    for answer in (
        await company.owner.http.post(f"/{resource}", json=new),
        await company.owner.http.patch(f"/{resource}/{old['id']}", json=body),
    ):
        is_problem(answer, 422, "validation_failed", (pointer, code))
    assert await everything(company) == before


async def test_an_amount_beyond_all_numbers_is_refused(company: Company) -> None:
    content = b'{"code": "P", "name": "P", "list_price": {"amount": 1e999, "currency": "CNY"}}'

    answer = await company.owner.http.post("/products", content=content, headers=JSON)

    is_problem(answer, 422, "validation_failed", ("/list_price/amount", "invalid_decimal"))


async def test_every_fault_of_a_body_is_told_at_once_and_no_input_comes_back(company: Company) -> None:
    secret = "hunter2-hunter2"
    body = {"name": [secret], "kind": secret, "phones": [secret], "parent_id": secret, "emails": secret}

    answer = await company.owner.http.post("/customers", json=body)

    assert sorted(fault["pointer"] for fault in answer.json()["errors"]) == [
        "/emails",
        "/kind",
        "/name",
        "/parent_id",
        "/phones/0",
    ]
    assert secret not in answer.text


async def test_a_refusal_speaks_the_language_of_its_reader(company: Company) -> None:
    for language, detail in (("zh-CN,zh;q=0.9", "数据需要修改。"), ("fr", "The data needs correction.")):
        answer = await company.owner.http.post("/customers", json={}, headers={"accept-language": language})
        assert answer.json()["detail"] == detail


async def test_who_is_nobody_learns_nothing_of_the_input(company: Company) -> None:
    async with company.served.client() as nobody:
        for content in (b"{", b"[" * 100_000, b"x" * 2_000_000):
            answer = await nobody.post("/customers?qzzz=1", content=content)
            is_problem(answer, 401, "unauthenticated")

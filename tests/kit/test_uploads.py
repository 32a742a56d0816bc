"""Uploads, on a planted route: spooled to disk, limited while they are read, refused before they are."""

import asyncio
import gc
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from crm_api.document.openapi import build_document
from crm_api.kit.allowed import allowed
from crm_api.kit.dispatch import Dispatch
from crm_api.kit.http import KitRoute
from crm_api.kit.schemas import Schema, ShortLine
from crm_api.kit.streaming import disposition
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import Upload, file_name, multipart
from crm_api.parties.customers.resource import customers
from tests.factories.companies import Actor, Company

LIMIT = 3_000_000
BOUNDARY = {"content-type": "multipart/form-data; boundary=b"}


class Parcel(Schema):
    """A file with a label."""

    file: Upload = Field(description="The file.")
    label: ShortLine | None = Field(None, description="What it is.", examples=["list"])


SEEN: list[Any] = []
router = APIRouter(prefix="/api/v1/customers", route_class=KitRoute, tags=["customers"])


@router.post("/parcel", operation_id="customers_parcel", summary="Send a parcel")
async def parcel(
    data: Annotated[Parcel, multipart(limit=LIMIT)], uow: Annotated[UnitOfWork, allowed(customers.create)]
) -> Any:
    """Take a file."""
    SEEN.append(data.file)
    digests = []
    for _ in range(2):
        found = hashlib.sha256()
        async for part in data.file.chunks():
            found.update(part)
        digests.append(found.hexdigest())
    return {"name": data.file.name, "type": data.file.media_type, "size": data.file.size, "digests": digests}


@pytest.fixture
def app(company: Company) -> FastAPI:
    made = FastAPI()
    made.state.edge = company.served.app.state.edge
    made.middleware_stack = Dispatch(router.routes, made.build_middleware_stack())
    SEEN.clear()
    return made


async def send(app: FastAPI, actor: Actor, **request: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {actor.token}", **request.pop("headers", {})}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as client:
        return await client.post("/api/v1/customers/parcel", headers=headers, **request)


def refused(
    answer: httpx.Response, status: int, code: str, pointer: str | None = None, fault: str | None = None
) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    if pointer:
        assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, fault or code)


async def test_a_file_arrives_whole_and_can_be_read_twice(app: FastAPI, company: Company) -> None:
    content = bytes(range(256)) * 10_000

    answer = await send(
        app,
        company.owner,
        files={"file": ("客户.csv", content, "Text/CSV; charset=utf-8")},
        data={"label": "x"},
    )

    assert answer.status_code == 200, answer.text
    digest = hashlib.sha256(content).hexdigest()
    assert answer.json() == {
        "name": "客户.csv",
        "type": "text/csv",
        "size": len(content),
        "digests": [digest, digest],
    }
    spooled = SEEN[0]._spooled.file
    assert spooled._rolled, "2.5 MB stayed in memory"
    assert spooled.closed


async def test_a_body_that_is_declared_too_large_is_not_read(app: FastAPI, company: Company) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"--b\r\n"

    answer = await send(
        app, company.owner, headers={**BOUNDARY, "content-length": str(LIMIT + 1)}, content=body()
    )

    refused(answer, 413, "body_too_large")
    assert answer.json()["detail"] == f"The body is larger than {LIMIT} bytes."
    assert read == []


async def test_a_chunked_body_is_stopped_at_the_limit(app: FastAPI, company: Company) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(1_000):
            sent += 100_000
            yield b"x" * 100_000

    answer = await send(app, company.owner, headers=BOUNDARY, content=body())

    refused(answer, 413, "body_too_large")
    assert sent <= LIMIT + 200_000
    gc.collect()  # an open temporary file would be a ResourceWarning, and thereby an error


async def test_without_the_permission_not_a_byte_is_spooled(app: FastAPI, company: Company) -> None:
    administrator = await company.user("administrator")
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"--b\r\n"

    refused(await send(app, administrator, headers=BOUNDARY, content=body()), 403, "forbidden")
    assert (read, SEEN) == ([], [])


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        (BOUNDARY, b""),
        (BOUNDARY, b"nonsense"),
        (BOUNDARY, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut off'),
        ({"content-type": "multipart/form-data"}, b"--b\r\n"),
        (BOUNDARY, b"--b\r\n" + b"X: y\r\n" * 50 + b"\r\nx\r\n--b--\r\n"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 25 + b"--b--\r\n"),
        (
            BOUNDARY,
            b'--b\r\nContent-Disposition: form-data; name="label"\r\n\r\n' + b"x" * 70_000 + b"\r\n--b--\r\n",
        ),
    ],
    ids=["empty", "nonsense", "nameless", "cut off", "no boundary", "headers", "parts", "long text"],
)
async def test_what_is_no_multipart_is_400(
    app: FastAPI, company: Company, headers: dict[str, str], content: bytes
) -> None:
    refused(await send(app, company.owner, headers=headers, content=content), 400, "invalid_multipart")
    assert SEEN == []


async def test_what_is_wrong_with_the_parts_is_said_at_their_place(app: FastAPI, company: Company) -> None:
    file = {"file": ("a.csv", b"x")}
    owner = company.owner

    refused(await send(app, owner, data={"label": "x"}, files={"other": b""}), 422, "validation_failed")
    refused(
        await send(app, owner, files=file, data={"lable": "x"}),
        422,
        "validation_failed",
        pointer="/lable",
        fault="unknown_field",
    )
    refused(
        await send(app, owner, data={"file": "not a file"}, files={"label": (None, "x")}),
        422,
        "validation_failed",
        pointer="/file",
        fault="wrong_type",
    )
    refused(
        await send(app, owner, files=file, data={"label": "x" * 64}),
        422,
        "validation_failed",
        pointer="/label",
        fault="too_long",
    )
    refused(
        await send(app, owner, files=file, data={"label": ["x", "y"]}), 400, "duplicate_key", pointer="/label"
    )
    refused(
        await send(app, owner, files=file, data={"label": "x\x00"}),
        422,
        "validation_failed",
        pointer="/label",
        fault="invalid_character",
    )
    refused(await send(app, owner, json={"label": "x"}), 415, "unsupported_media_type")
    assert SEEN == []


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\secret\\list.CSV", "list.CSV"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("x\r\nSet-Cookie: a=b", "xSet-Cookie_ a=b"),
        ("\u202egnp.exe", "gnp.exe"),
        ("..", "file"),
        ("客户" * 200 + ".csv", "客户" * 32 + "客.csv"),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


@given(st.text(max_size=300))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert len(file_name(name).encode()) <= 200
    assert file_name(file_name(name)) == file_name(name)


def test_the_document_describes_the_parts() -> None:
    document = build_document(
        router.routes,
        title="t",
        version="1",
        description="d",
        tags=[{"name": "customers", "description": "d"}],
    )
    operation = document["paths"]["/api/v1/customers/parcel"]["post"]

    assert list(operation["requestBody"]["content"]) == ["multipart/form-data"]
    properties = document["components"]["schemas"]["Parcel"]["properties"]
    assert properties["file"]["contentMediaType"] == "application/octet-stream"
    assert document["components"]["schemas"]["Parcel"]["required"] == ["file"]
    assert {"400", "413", "415", "422"} <= operation["responses"].keys()


async def test_a_real_server_answers_a_gigabyte_at_once(app: FastAPI, company: Company) -> None:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  a server has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            b"POST /api/v1/customers/parcel HTTP/1.1\r\nHost: crm\r\nContent-Length: 1000000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\nAuthorization: Bearer "
            + company.owner.token.encode()
            + b"\r\n\r\n--b\r\n"
        )
        answer = await asyncio.wait_for(reader.read(), timeout=5)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in answer.lower()
    finally:
        writer.close()
        server.should_exit = True
        await running

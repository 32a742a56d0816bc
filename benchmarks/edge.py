"""What the edge costs before a handler does anything: an empty authorised request, share by share, in process.

    uv run python benchmarks/edge.py [--requests N]

The budget is 0.2 ms of Python for routing, token, principal, body limit, log line and metrics together, and flat in the
number of routes: measured with the routes of one resource and with 450 more. No database is asked.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from crm_api.encryption import Cipher
from crm_api.identity.auth.principals import Authentication, Principals
from crm_api.identity.auth.tokens import TokenKeys
from crm_api.kit.allowed import allowed
from crm_api.kit.answers import json_answer
from crm_api.kit.cursors import Cursors
from crm_api.kit.dispatch import Dispatch
from crm_api.kit.http import Edge, KitRoute
from crm_api.kit.ids import new_id
from crm_api.kit.limits import Budget, InProcess, Limits
from crm_api.kit.observability import configure_logging, log_request, record_request
from crm_api.kit.principal import Permission, Principal, Reach
from crm_api.kit.uow import UnitOfWork

LOOKING = Permission("nothing", "read")
BUDGET_MS = 0.2
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def routes_of(name: str, count: int) -> list[Any]:
    """Routes of one resource as the API has them."""
    router = APIRouter(prefix=f"/api/v1/{name}", route_class=KitRoute)
    for number in range(count):

        async def look(thing_id: str, uow: Annotated[UnitOfWork, allowed(LOOKING)]) -> Any:
            return {}

        router.add_api_route(
            f"/{{thing_id}}/look{number}", look, methods=["GET"], operation_id=f"{name}_look{number}"
        )
    return list(router.routes)


async def seconds_a_call(work: Callable[[], Awaitable[None]], requests: int) -> float:
    """The best of twelve rounds: what the machine adds is not ours."""
    best = float("inf")
    for _ in range(12):
        began = time.perf_counter()
        for _ in range(requests // 12):
            await work()
        best = min(best, (time.perf_counter() - began) / (requests // 12))
    return best


def asking(app: App, token: str, path: str) -> Callable[[], Awaitable[None]]:
    """One request to an application in process."""
    headers = [(b"host", b"crm.test"), (b"authorization", b"Bearer " + token.encode())]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message

    async def ask() -> None:
        await app(
            {
                "type": "http",
                "http_version": "1.1",
                "method": "GET",
                "path": path,
                "raw_path": path.encode(),
                "root_path": "",
                "query_string": b"",
                "headers": headers,
                "scheme": "http",
                "client": ("127.0.0.1", 1),
                "server": ("crm", 80),
                "asgi": {"version": "3.0"},
                "app": FASTAPI,
            },
            receive,
            send,
        )

    return ask


async def ample_limits() -> Limits:
    """Limits that nobody reaches, with the counters of 5,000 others."""
    ample = Budget("ample", 10**9, 60)
    limits = Limits(InProcess(), api_key=ample, user=ample, tenant=ample, address=ample)
    for _ in range(5_000):
        await limits.admit(Principal(new_id(), new_id()), "192.0.2.1")
    return limits


FASTAPI = FastAPI()


async def main(requests: int) -> None:
    pem = (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )
    keys = TokenKeys([pem], issuer="crm-api", audience="crm-api")
    principals = Principals(None, Authentication(keys, b"", None))  # type: ignore[arg-type]
    principal = Principal(new_id(), new_id(), reaches={LOOKING: Reach.ALL}, session_id=new_id())
    principals._remembered[(principal.tenant_id, principal.id, principal.session_id)] = (
        float("inf"),
        principal,
    )  # type: ignore[index]
    token = keys.sign(
        subject=principal.id,
        tenant=principal.tenant_id,
        session=principal.session_id or "",
        lifetime_seconds=3600,
    )
    limits = await ample_limits()
    FASTAPI.state.edge = Edge(
        None, Cursors(bytes(32)), principals.authenticate, Cipher([bytes(32)]), limits=limits
    )  # type: ignore[arg-type]

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(b"{}", media_type="application/json")(scope, receive, send)

    async def authenticate() -> None:
        await principals.authenticate(token)

    async def admit() -> None:
        await limits.admit(principal, "192.0.2.1")

    async def log() -> None:
        log_request(
            request_id="r",
            tenant=principal.tenant_id,
            user=principal.id,
            method="GET",
            route="/api/v1/things/{id}",
            status=200,
            seconds=0.001,
        )

    async def metrics() -> None:
        record_request("GET", "/api/v1/things/{id}", 200, 0.001)

    async def answer() -> None:
        json_answer({})

    path = f"/api/v1/things/{new_id()}/look7"
    few = Dispatch(routes_of("things", 8), bare)
    many = Dispatch(
        [*(r for i in range(56) for r in routes_of(f"things{i}", 8)), *routes_of("things", 8)], bare
    )
    whole = await seconds_a_call(asking(few, token, path), requests)
    shares = [
        ("bare answer", await seconds_a_call(asking(bare, token, path), requests)),
        ("token and principal", await seconds_a_call(authenticate, requests)),
        ("rate limits", await seconds_a_call(admit, requests)),
        ("log line", await seconds_a_call(log, requests)),
        ("metrics", await seconds_a_call(metrics, requests)),
        ("JSON answer", await seconds_a_call(answer, requests)),
    ]
    rest = whole - sum(seconds for _, seconds in shares)
    for name, seconds in [
        *shares,
        ("routing, unit of work, the rest", rest),
        ("whole request, 8 routes", whole),
    ]:
        print(f"{name:<34}{seconds * 1000:7.3f} ms", file=sys.stderr)
    with_many = await seconds_a_call(asking(many, token, path), requests)
    print(
        f"{'whole request, 456 routes':<34}{with_many * 1000:7.3f} ms   budget {BUDGET_MS} ms, {with_many / whole:.2f} of the one with few",
        file=sys.stderr,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=12_000)
    configure_logging("info")
    # log lines are written, but not to the terminal that shows the figures
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asyncio.run(main(parser.parse_args().requests))

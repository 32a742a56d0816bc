"""Which address a request is recorded under: only what a trusted hop has seen counts."""

from typing import Any

import pytest
from starlette.requests import Request

from crm_api.kit.requests import origin_of
from tests.factories.companies import Company


def asked(peer: str | None, *forwarded: str, agent: str = "curl/8") -> Request:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded] + [(b"user-agent", agent.encode())]
    scope: dict[str, Any] = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None}
    return Request(scope)


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "ip"),
    [
        ("9.9.9.9", ("1.1.1.1",), 0, "9.9.9.9"),
        ("10.0.0.1", ("6.6.6.6, 1.1.1.1",), 1, "1.1.1.1"),
        ("10.0.0.1", ("6.6.6.6", "1.1.1.1"), 1, "1.1.1.1"),
        ("10.0.0.1", ("6.6.6.6, 1.1.1.1, 10.0.0.2",), 2, "1.1.1.1"),
        ("9.9.9.9", (), 1, "9.9.9.9"),
        ("10.0.0.1", ("1.1.1.1",), 5, "1.1.1.1"),
        ("10.0.0.1", ("<script>",), 1, None),
        ("::1", ("2001:DB8::1",), 1, "2001:db8::1"),
        (None, (), 0, None),
    ],
)
def test_the_address(peer: str | None, forwarded: tuple[str, ...], hops: int, ip: str | None) -> None:
    assert origin_of(asked(peer, *forwarded), "r", hops).ip == ip


def test_the_agent_is_cut() -> None:
    assert origin_of(asked("9.9.9.9", agent="a" * 999), "r", 0) == ("r", "9.9.9.9", "a" * 300, "en")


async def test_an_event_tells_where_it_came_from_and_whose_the_record_is(company: Company) -> None:
    headers = {"User-Agent": "test/1", "X-Request-Id": "r-1"}
    made = (await company.owner.http.post("/customers", json={"name": "Acme"}, headers=headers)).json()
    (event,) = await company.rows("events", record_id=made["id"])
    assert (event["request_id"], event["ip"], event["user_agent"]) == ("r-1", "127.0.0.1", "test/1")
    assert (str(event["owner_id"]), event["team_id"]) == (made["owner_id"], None)

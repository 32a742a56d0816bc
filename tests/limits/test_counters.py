"""The counters: bounded in memory; one for all processes in Valkey or Redis, alone while that is away."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from crm_api.kit.ids import new_id
from crm_api.kit.limits import Budget, InProcess, Limits, network
from crm_api.kit.principal import Principal
from crm_api.server.counting import Shared, limits_of, open_storage
from crm_api.settings import Settings

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")


async def test_counters_are_forgotten_when_there_are_too_many() -> None:
    counters = InProcess(most=100)
    for number in range(1000):
        await counters.incr(str(number), 60)
    assert len(counters._counts) <= 100
    assert await counters.incr("999", 60) == 2
    assert await counters.incr("0", 60) == 1


async def test_counters_are_forgotten_after_their_window() -> None:
    counters = InProcess()
    await counters.incr("a", 0)
    await counters.incr("b", 60)
    counters._sweep_at = 0
    await counters.incr("c", 60)
    assert set(counters._counts) == {"b", "c"}


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_client(address: str, client: str) -> None:
    assert network(address) == client


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own on loopback."""
    if SERVER is None:
        pytest.skip("neither valkey-server nor redis-server is installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    directory: Path = tmp_path_factory.mktemp("valkey")
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"valkey://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def shared(valkey: str) -> AsyncIterator[tuple[Shared, Shared]]:
    """Two processes of one server."""
    storages = [open_storage(valkey, answer_seconds=20) for _ in range(2)]
    for _ in range(100):
        if await storages[0].check():
            break
        await asyncio.sleep(0.05)
    yield Shared(storages[0], InProcess()), Shared(storages[1], InProcess())
    for storage in storages:
        await storage.bridge.storage.aclose()  # type: ignore[attr-defined]


async def test_processes_count_together(shared: tuple[Shared, Shared]) -> None:
    counter = new_id()
    counts = await asyncio.gather(*(side.incr(counter, 60) for side in shared for _ in range(10)))
    assert sorted(counts) == list(range(1, 21))
    assert await shared[0].incr(counter, 60, -1) == 19


async def test_limits_on_valkey(valkey: str, settings: Settings, shared: object) -> None:
    del shared  # the server answers
    on = settings.model_copy(
        update={"rate_limits": "on", "rate_limits_url": SecretStr(valkey), "workers": 4, "rate_limit_user": 7}
    )
    async with limits_of(on) as limits:
        assert limits is not None
        headers = await limits.admit(Principal(new_id(), new_id()), "192.0.2.1")
    assert headers["RateLimit-Policy"].startswith('"user";q=7;w=60')
    assert headers["RateLimit"].startswith('"user";r=6;')


async def test_while_the_server_is_away_each_counts_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        storage = open_storage(f"redis://127.0.0.1:{free.getsockname()[1]}")
    lonely = Shared(storage, InProcess())
    counts = [await lonely.incr("a", 60) for _ in range(3)]
    await storage.bridge.storage.aclose()  # type: ignore[attr-defined]
    assert counts == [1, 2, 3]
    assert lonely._resume_at > 0


async def test_a_refused_charge_stops_at_the_budget_that_was_exceeded() -> None:
    budget = Budget("b", 1, 60)
    counters = InProcess()
    limits = Limits(counters, api_key=budget, user=budget, tenant=budget, address=budget)
    assert [standing.left for standing in await limits.charge([(budget, "x")])] == [0]
    assert [standing.left for standing in await limits.charge([(budget, "x")], -1)] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_limits": "no"},
        {"rate_limits_url": "http://localhost"},
        {"rate_limit_user": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, **wrong)

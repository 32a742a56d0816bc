"""Workers that are killed, stopped and overtaken: each effect once, nothing lost, nothing stuck."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.conftest import ROOT, Ledger, Spawn, Start, ended
from tests.faults.worker import CHUNKS, ask
from tests.server.test_serving import free_port

KILLED = -signal.SIGKILL
PLACES = {
    "act": ("job.picked", "job.claimed", "test.effect", "job.before_commit", "job.after_commit"),
    "pieces": (
        "job.claimed",
        "test.effect:3",
        "job.before_commit:2",
        "job.after_commit:2",
        "job.before_commit:6",
    ),
}


async def test_each_effect_once_wherever_a_worker_dies(ledger: Ledger, jobs: Any, start: Start) -> None:
    cells = {f"{kind}.{place}": place for kind, places in PLACES.items() for place in places}
    jobs(list(cells))
    for name in cells:
        await ledger.ask(name, name=name)
    victims = [start(name, failpoint=place) for name, place in cells.items()]
    assert [await ended(victim) for victim in victims] == [KILLED] * len(cells)
    start(*cells)
    await ledger.until(ledger.empty)
    expected = Counter({name: 1 for name in cells if name.startswith("act")})
    expected += Counter(
        f"{name}/{piece}" for name in cells if name.startswith("pieces") for piece in range(CHUNKS)
    )
    assert await ledger.effects() == expected
    assert await ledger.company.rows("dead_letters") == []


async def test_who_dies_before_the_commit_has_asked_for_nothing(
    ledger: Ledger, spawn: Spawn, environment: dict[str, str]
) -> None:
    who = (environment, ledger.company.tenant_id, ledger.company.owner.id)
    assert await ended(spawn(ask, *who, "job.enqueued")) == KILLED
    assert await ledger.queue() == []
    assert await ended(spawn(ask, *who, "")) == 0
    assert len(await ledger.queue()) == 1


async def test_a_poison_job_is_held_and_its_neighbours_run(ledger: Ledger, jobs: Any, start: Start) -> None:
    names = ["poison", "act"]
    jobs(names)
    await ledger.ask("poison")
    for number in range(5):
        await ledger.ask("act", name=f"neighbour {number}")
    deaths = 0
    worker = start(*names)

    async def held() -> Any:
        nonlocal worker, deaths
        if not worker.is_alive():
            deaths += 1
            worker = start(*names)
        return await ledger.company.rows("dead_letters")

    [letter] = await ledger.until(held)
    assert (letter["job"], letter["reason"], letter["starts"]) == ("poison", "crashed", 4)
    assert deaths == 3
    await ledger.until(ledger.empty)
    assert await ledger.effects() == Counter({f"neighbour {number}": 1 for number in range(5)})


async def test_a_zombie_cannot_commit_a_second_effect(ledger: Ledger, jobs: Any, start: Start) -> None:
    jobs(["slow"])
    zombie = start("slow")
    await ledger.ask("slow", name="once", seconds=2)

    async def started() -> bool:
        return any(row["starts"] == 1 for row in await ledger.queue())

    await ledger.until(started)
    os.kill(zombie.pid or 0, signal.SIGSTOP)
    successor = start("slow")
    await ledger.until(ledger.empty)
    os.kill(zombie.pid or 0, signal.SIGCONT)
    await asyncio.sleep(3)
    assert await ledger.effects() == Counter({"once": 1})
    for process in (zombie, successor):
        process.terminate()
        assert await ended(process) == 0


async def test_a_signal_drains_a_worker(ledger: Ledger, jobs: Any, start: Start) -> None:
    jobs(["slow.short", "slow.long"])
    worker = start("slow.short", "slow.long")
    await ledger.ask("slow.short", name="short", seconds=1)
    await ledger.ask("slow.long", name="long", seconds=60)

    async def both() -> bool:
        return [row["starts"] for row in await ledger.queue()] == [1, 1]

    await ledger.until(both)
    worker.terminate()
    assert await ended(worker) == 0
    assert await ledger.effects() == Counter({"short": 1})
    [left] = await ledger.queue()
    assert (left["entrypoint"], left["status"], left["strikes"]) == ("slow.long", "queued", 0)


async def test_two_workers_share_the_load(ledger: Ledger, jobs: Any, start: Start) -> None:
    jobs(["share"])
    pids = {str(worker.pid) for worker in (start("share"), start("share"))}
    await asyncio.sleep(1)
    for number in range(80):
        await ledger.ask("share", name=str(number))
    await ledger.until(ledger.empty)
    effects = await ledger.effects()
    assert sorted(int(name.split()[0]) for name in effects.elements()) == list(range(80))
    assert {name.split()[-1] for name in effects} == pids


async def test_the_server_keeps_a_worker_and_takes_it_along(
    ledger: Ledger, environment: dict[str, str]
) -> None:
    command = ("-c", "from crm_api.cli import main; main()", "serve", "--port", str(free_port()))
    server = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment, cwd=ROOT)

    async def workers() -> list[int]:
        return _children(server.pid)

    [first] = await ledger.until(workers)
    os.kill(first, signal.SIGKILL)

    async def another() -> list[int]:
        return [pid for pid in _children(server.pid) if pid != first]

    [second] = await ledger.until(another)
    await asyncio.sleep(3)
    server.kill()
    await server.wait()

    async def gone() -> bool:
        return not _alive(second)

    await ledger.until(gone, 15)


def _children(pid: int) -> list[int]:
    """Those of every thread of a process."""
    listed = (task / "children" for task in Path(f"/proc/{pid}/task").iterdir())
    return [int(child) for path in listed for child in path.read_text().split() if _alive(int(child))]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

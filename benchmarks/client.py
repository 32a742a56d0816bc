"""The load client: reads its orders as JSON on stdin, prints what it measured. Standard library only."""

import asyncio
import itertools
import json
import sys
import time

CONNECTIONS = 16


async def main() -> None:
    orders = json.load(sys.stdin)
    requests = itertools.cycle([text.encode() for text in orders["requests"]])
    latencies: list[float] = []
    bad: list[str] = []
    end = time.perf_counter() + orders["seconds"]

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", orders["port"])
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            body = await reader.readexactly(length)
            latencies.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 2"):
                bad.append(head.decode() + body.decode())
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "per_second": len(latencies) / seconds,
                "latencies": latencies,
                "bad": len(bad),
                "sample": bad[0] if bad else "",
            }
        )
    )


asyncio.run(main())

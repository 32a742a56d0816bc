"""An S3-compatible service on loopback: as much of it as the store uses."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Bucket:
    """What was uploaded, and how many parts were under way at the same time."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: int = 0
    most_at_once: int = 0
    port: int = 0
    _uploads: dict[str, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    _under_way: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }

    async def answer(self, request: Request) -> Response:
        if request.path_params["bucket"] != "crm":
            return Response(status_code=404)
        key, query = request.path_params.get("key", ""), request.query_params
        match request.method:
            case "GET" if "list-type" in query:
                return self._list(query["prefix"])
            case "POST" if "uploads" in query:
                return _xml(
                    "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                )
            case "POST" if "delete" in query:
                gone = re.findall(r"<Key>(.*?)</Key>", (await request.body()).decode())
                for found in gone:
                    self.objects.pop(found, None)
                told = "".join(f"<Deleted><Key>{found}</Key></Deleted>" for found in gone)
                return _xml(f"<DeleteResult>{told}</DeleteResult>")
            case "POST":
                self.objects[key] = b"".join(part for _, part in sorted(self._uploads.pop(key).items()))
                return _xml("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
            case "PUT" if "partNumber" in query:
                await self._part(key, int(query["partNumber"]), request)
                return Response(headers={"ETag": "part"})
            case "PUT":
                self.objects[key] = await request.body()
                return Response(headers={"ETag": "x"})
        return self._get(request, key)

    async def _part(self, key: str, number: int, request: Request) -> None:
        self.parts += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        self._uploads[key][number] = await request.body()
        await asyncio.sleep(0.05)  # slower than its client
        self._under_way -= 1

    def _list(self, prefix: str) -> Response:
        listed = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{datetime.now(UTC).isoformat()}</LastModified>"
            f"<ETag>x</ETag><Size>{len(content)}</Size></Contents>"
            for key, content in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return _xml(f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>")

    def _get(self, request: Request, key: str) -> Response:
        if key not in self.objects:
            return Response(status_code=404)
        content, headers = self.objects[key], {"ETag": "x", "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}
        asked = request.headers.get("range")
        if request.method == "GET" and asked:
            first, last = map(int, asked.removeprefix("bytes=").split("-"))
            headers["Content-Range"] = f"bytes {first}-{min(last, len(content) - 1)}/{len(content)}"
            return Response(content[first : last + 1], 206, headers)
        return Response(content, headers=headers)


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")


@asynccontextmanager
async def serving() -> AsyncIterator[Bucket]:
    """The service, running; the bucket is called `crm`."""
    bucket = Bucket()
    app = Starlette(
        routes=[
            Route("/{bucket}", bucket.answer, methods=["GET", "POST"]),
            Route("/{bucket}/{key:path}", bucket.answer, methods=["GET", "HEAD", "PUT", "POST", "DELETE"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    bucket.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield bucket
    finally:
        server.should_exit = True
        await task

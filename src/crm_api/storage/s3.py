"""Files in a bucket of an S3-compatible service, through obstore (the extra `s3`).

Credentials, region and endpoint are the service's own variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_REGION`, `AWS_ENDPOINT`; `AWS_ALLOW_HTTP=true` inside a trusted network).
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from datetime import datetime
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from crm_api.storage.errors import FileMissing, StorageFailed
from crm_api.storage.files import DOUBTFUL, MOST_DOUBTFUL, Digest, FileStore, StoredFile, checked, gathered

# The smallest part a multipart upload may have; at most this many times the parts under way is held in memory.
PART_BYTES, PARTS_AT_ONCE = 5 << 20, 2


class S3Files(FileStore):
    """One object a file, under the prefix of the URL."""

    def __init__(self, url: str) -> None:
        self._store = S3Store.from_url(url)

    async def write(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """An upload that fails leaves no object: what the service keeps of its parts expires by its own rule."""
        digest = Digest()
        # not put_async: with a source that is faster than the service it gathers the whole of it in memory
        writer = obstore.open_writer_async(
            self._store, key, buffer_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        async for data in gathered(chunks):
            digest.update(data)
            await _answered(writer.write(data))
        await _answered(writer.close())
        return digest.stored(key)

    async def open(self, key: str) -> AsyncIterator[bytes]:
        try:
            size = (await obstore.head_async(self._store, checked(key)))["size"]
        except (BaseError, OSError) as error:
            raise FileMissing from error
        return self._read(key, size)

    async def delete(self, key: str) -> None:
        await _answered(obstore.delete_async(self._store, checked(key)))  # S3 deletes what is gone, too

    async def condemn(self, key: str) -> None:
        await _answered(obstore.put_async(self._store, f"{DOUBTFUL}/{checked(key)}", b""))

    async def doubtful(self, tenant_id: str, before: datetime) -> list[str]:
        prefix, found = f"{DOUBTFUL}/{tenant_id}", []
        try:
            async for batch in obstore.list(self._store, prefix):
                found += [entry["path"] for entry in batch if entry["last_modified"] < before]
                if len(found) >= MOST_DOUBTFUL:
                    break
        except (BaseError, OSError) as error:
            raise StorageFailed from error
        return [path.removeprefix(f"{DOUBTFUL}/") for path in found[:MOST_DOUBTFUL]]

    async def settle(self, key: str) -> None:
        await _answered(obstore.delete_async(self._store, f"{DOUBTFUL}/{checked(key)}"))

    async def _read(self, key: str, size: int) -> AsyncIterator[bytes]:
        """Range by range: a slow client holds no connection to the service, and no more than one part in memory."""
        for start in range(0, size, PART_BYTES):
            part = await obstore.get_range_async(
                self._store, key, start=start, end=min(start + PART_BYTES, size)
            )
            yield part.to_bytes()


async def _answered(call: Awaitable[Any]) -> None:
    try:
        await call
    except (BaseError, OSError) as error:
        raise StorageFailed from error

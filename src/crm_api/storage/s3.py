"""Files in a bucket of an S3-compatible service, through obstore (the extra `s3`).

Credentials, region and endpoint are the service's own variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_REGION`, `AWS_ENDPOINT`; `AWS_ALLOW_HTTP=true` inside a trusted network).
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from crm_api.storage.errors import FileMissing, StorageFailed
from crm_api.storage.files import Digest, StoredFile, checked, gathered, new_key

# The smallest part a multipart upload may have; at most this many times the parts under way is held in memory.
PART_BYTES, PARTS_AT_ONCE = 5 << 20, 2


class S3Files:
    """One object a file, under the prefix of the URL."""

    def __init__(self, url: str) -> None:
        self._store = S3Store.from_url(url)

    async def put(self, tenant_id: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """An upload that fails leaves no object: what the service keeps of its parts expires by its own rule."""
        key = new_key(tenant_id)
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

"""The port: how the rest of the application stores, reads and deletes files."""

import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from typing import NamedTuple

from crm_api.kit.uploads import UPLOAD_LIMIT

CHUNK_BYTES = 1 << 20
DOUBTFUL, MOST_DOUBTFUL = "doubtful", 1000
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{32}")


class StoredFile(NamedTuple):
    """What became of a stream: where it is, how many bytes it had, and their digest in hexadecimal."""

    key: str
    size: int
    sha256: str


class FileStore(ABC):
    """A store of files; each is written once, whole or not at all, and never changed.

    A file in doubt is kept only if something names it: what stages or condemns one looks for doubtful files later,
    and deletes or settles them. So no crash between a file and its row leaves either without the other for good.
    """

    async def put(self, tenant_id: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """Store a stream under a new key of the tenant; when the stream or the store fails, nothing remains."""
        return await self.write(new_key(tenant_id), chunks)

    async def stage(self, tenant_id: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """The same for a file that is in doubt until a row names it."""
        key = new_key(tenant_id)
        await self.condemn(key)
        return await self.write(key, chunks)

    @abstractmethod
    async def write(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """Store a stream under a key that was just made."""

    @abstractmethod
    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The content in chunks; `FileMissing` before the first of them when there is none."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""

    @abstractmethod
    async def condemn(self, key: str) -> None:
        """Put a file in doubt."""

    @abstractmethod
    async def doubtful(self, tenant_id: str, before: datetime) -> list[str]:
        """The keys of a tenant that have been in doubt since before an instant, at most 1,000 of them."""

    @abstractmethod
    async def settle(self, key: str) -> None:
        """Take a key out of doubt."""


class Digest:
    """Counts and digests what passes."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()

    def update(self, data: bytes) -> None:
        self.size += len(data)
        self._sha256.update(data)

    def stored(self, key: str) -> StoredFile:
        return StoredFile(key, self.size, self._sha256.hexdigest())


def new_key(tenant_id: str) -> str:
    """A key nobody can guess, under the prefix of the tenant."""
    return checked(f"{tenant_id}/{secrets.token_hex(16)}")


def checked(key: str) -> str:
    """A key that was made here: nothing else is ever joined into a path."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of the file store")
    return key


async def gathered(chunks: AsyncIterable[bytes], size: int = CHUNK_BYTES) -> AsyncIterator[bytes]:
    """The same bytes in pieces of at least `size`, the last one apart: small ones cost a thread switch each."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        if len(held) >= size:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


class Limits(NamedTuple):
    """Bytes: of one attachment, and of all attachments of a company."""

    file: int
    quota: int


NO_LIMITS = Limits(UPLOAD_LIMIT, 1 << 62)
_bound: list[tuple[FileStore, Limits]] = []


def bind_files(store: FileStore, limits: Limits = NO_LIMITS) -> None:
    """Make a store the one of this process; done once by what starts it."""
    _bound[:] = [(store, limits)]


def files() -> FileStore:
    """The store of this process."""
    return _bound[0][0]


def limits() -> Limits:
    """How much may be kept."""
    return _bound[0][1]

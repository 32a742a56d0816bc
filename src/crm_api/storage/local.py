"""Files in a directory, readable by the account of the server alone."""

import os
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from crm_api.storage.errors import FileMissing, StorageFailed
from crm_api.storage.files import CHUNK_BYTES, Digest, StoredFile, checked, gathered, new_key

PART = ".part"
P = ParamSpec("P")
T = TypeVar("T")


class LocalFiles:
    """`<root>/<tenant>/<two characters>/<name>`: written beside its place, synced, then renamed into it."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    async def put(self, tenant_id: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        key = new_key(tenant_id)
        path = self._path(key)
        part = path.with_name(path.name + PART)
        digest = Digest()
        try:
            handle = await _on_disk(_create, self._root, part)
            try:
                async for data in gathered(chunks):
                    await _on_disk(_append, handle, data, digest)
                await _on_disk(_finish, handle, part, path)
            finally:
                await _on_disk(handle.close)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        return digest.stored(key)

    async def open(self, key: str) -> AsyncIterator[bytes]:
        try:
            handle = await to_thread(self._path(key).open, "rb")
        except OSError as error:
            raise FileMissing from error
        return _read(handle)

    async def delete(self, key: str) -> None:
        await to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        tenant, name = checked(key).split("/")
        return self._root / tenant / name[:2] / name


async def _on_disk(call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    try:
        return await to_thread(call, *given, **named)
    except OSError as error:
        raise StorageFailed from error


def _create(root: Path, part: Path) -> BinaryIO:
    for folder in (root, part.parent.parent, part.parent):
        folder.mkdir(mode=0o700, parents=folder is root, exist_ok=True)
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")


def _append(handle: BinaryIO, data: bytes, digest: Digest) -> None:
    handle.write(data)
    digest.update(data)


def _finish(handle: BinaryIO, part: Path, path: Path) -> None:
    """A row may name the file only when a power cut can no longer take it away."""
    handle.flush()
    os.fsync(handle.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def _read(handle: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while data := await to_thread(handle.read, CHUNK_BYTES):
            yield data
    finally:
        with suppress(OSError):
            handle.close()

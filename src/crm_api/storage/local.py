"""Files in a directory, readable by the account of the server alone."""

import os
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from crm_api.storage.errors import FileMissing, StorageFailed
from crm_api.storage.files import (
    CHUNK_BYTES,
    DOUBTFUL,
    MOST_DOUBTFUL,
    Digest,
    FileStore,
    StoredFile,
    checked,
    gathered,
    new_key,
)

PART = ".part"
P = ParamSpec("P")
T = TypeVar("T")


class LocalFiles(FileStore):
    """`<root>/<tenant>/<two characters>/<name>`: written beside its place, synced, then renamed into it."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    async def write(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
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
        path = self._path(key)
        try:
            await to_thread(path.stat)
        except OSError as error:
            raise FileMissing from error
        return _read(path)  # opened by the first chunk: an answer that is never sent leaves no file open

    async def delete(self, key: str) -> None:
        await _on_disk(_unlink, self._path(key))

    async def condemn(self, key: str) -> None:
        await _on_disk(_mark, self._root, self._mark(key))

    async def doubtful(self, tenant_id: str, before: datetime) -> list[str]:
        folder = self._mark(new_key(tenant_id)).parent
        return [f"{tenant_id}/{name}" for name in await _on_disk(_older, folder, before.timestamp())]

    async def settle(self, key: str) -> None:
        await _on_disk(self._mark(key).unlink, missing_ok=True)

    def _mark(self, key: str) -> Path:
        tenant, name = checked(key).split("/")
        return self._root / DOUBTFUL / tenant / name

    def _path(self, key: str) -> Path:
        tenant, name = checked(key).split("/")
        return self._root / tenant / name[:2] / name


async def _on_disk(call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    try:
        return await to_thread(call, *given, **named)
    except OSError as error:
        raise StorageFailed from error


def _unlink(path: Path) -> None:
    for gone in (path, path.with_name(path.name + PART)):
        gone.unlink(missing_ok=True)


def _mark(root: Path, mark: Path) -> None:
    """On disk before the file it is about: a power cut leaves a mark without a file, never the reverse."""
    with _create(root, mark) as handle:
        os.fsync(handle.fileno())
    _sync(mark.parent)


def _older(folder: Path, timestamp: float) -> list[str]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        old = (entry.name for entry in entries if entry.stat().st_mtime < timestamp)
        return list(islice(old, MOST_DOUBTFUL))


def _create(root: Path, part: Path) -> BinaryIO:
    for folder in (root, part.parent.parent, part.parent):
        folder.mkdir(mode=0o700, parents=folder is root, exist_ok=True)
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb")


def _append(handle: BinaryIO, data: bytes, digest: Digest) -> None:
    handle.write(data)
    digest.update(data)


def _finish(handle: BinaryIO, part: Path, path: Path) -> None:
    """A row may name the file only when a power cut can no longer take it away."""
    handle.flush()
    os.fsync(handle.fileno())
    part.rename(path)
    _sync(path.parent)


def _sync(folder_path: Path) -> None:
    folder = os.open(folder_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def _read(path: Path) -> AsyncIterator[bytes]:
    handle = await to_thread(path.open, "rb")
    try:
        while data := await to_thread(handle.read, CHUNK_BYTES):
            yield data
    finally:
        with suppress(OSError):
            handle.close()

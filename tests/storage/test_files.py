"""The file store: both kinds keep the same promises."""

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_api.kit.ids import new_id
from crm_api.storage.errors import FileMissing, StorageFailed
from crm_api.storage.files import FileStore, checked, new_key
from crm_api.storage.local import LocalFiles
from crm_api.storage.s3 import PARTS_AT_ONCE, S3Files
from tests.storage.bucket import Bucket, serving

TENANT = "01930b2e-6f00-7000-8000-000000000001"
CONTENT = os.urandom(12_345_678)


async def _pieces(content: bytes = CONTENT, size: int = 70_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def _broken() -> AsyncIterator[bytes]:
    yield CONTENT[:7_000_000]
    raise ConnectionError


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    async with serving() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "local":
        return LocalFiles(tmp_path / "files")
    request.getfixturevalue("bucket")
    return S3Files("s3://crm/some/prefix")


def _left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def _read(store: FileStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in await store.open(key)])


async def test_what_is_put_is_read_and_deleted(store: FileStore) -> None:
    tenant = new_id()
    stored = await store.put(tenant, _pieces())
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert stored.key.startswith(f"{tenant}/")
    assert await _read(store, stored.key) == CONTENT
    await store.delete(stored.key)
    await store.delete(stored.key)
    with pytest.raises(FileMissing):
        await store.open(stored.key)


@pytest.mark.parametrize("content", [b"", b"x"])
async def test_small_files(store: FileStore, content: bytes) -> None:
    stored = await store.put(new_id(), _pieces(content))
    assert (await _read(store, stored.key), stored.size) == (content, len(content))


async def test_a_stream_that_breaks_leaves_no_file(tmp_path: Path, bucket: Bucket) -> None:
    for store in (LocalFiles(tmp_path), S3Files("s3://crm/p")):
        with pytest.raises(ConnectionError):
            await store.put(new_id(), _broken())
    assert _left(tmp_path) == []
    assert bucket.objects == {}


async def test_a_cancelled_upload_leaves_no_file(tmp_path: Path) -> None:
    store, begun = LocalFiles(tmp_path), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield CONTENT[:2_000_000]
            begun.set()
            await asyncio.sleep(0)

    task = asyncio.create_task(store.put(new_id(), endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _left(tmp_path) == []


async def test_a_file_is_in_doubt_until_it_is_settled(store: FileStore) -> None:
    """From before its first byte, also when it never came; each tenant's apart."""
    tenant, other = new_id(), new_id()
    staged = await store.stage(tenant, _pieces(b"whole"))
    never = new_key(tenant)
    await store.condemn(never)
    await store.stage(other, _pieces(b"theirs"))
    kept = await store.put(tenant, _pieces(b"kept"))

    later, earlier = (datetime.now(UTC) + timedelta(minutes=sign) for sign in (1, -1))
    assert sorted(await store.doubtful(tenant, later)) == sorted([staged.key, never])
    assert await store.doubtful(tenant, earlier) == []
    await store.settle(staged.key)
    assert await store.doubtful(tenant, later) == [never]
    await store.delete(never)
    await store.settle(never)
    assert await store.doubtful(tenant, later) == []
    assert (await _read(store, staged.key), await _read(store, kept.key)) == (b"whole", b"kept")


async def test_two_puts_are_two_files(store: FileStore) -> None:
    tenant = new_id()
    first, second = await asyncio.gather(store.put(tenant, _pieces(b"a")), store.put(tenant, _pieces(b"b")))
    assert first.key != second.key
    assert await _read(store, first.key) == b"a"


@pytest.mark.parametrize(
    "key",
    ["", "../etc/passwd", "a/b", f"{'0' * 36}/../x", "/etc/passwd", f"{TENANT}/{'0' * 32}/x", f"{TENANT}/..",
     f"{TENANT}/{'0' * 32}\n", f"{TENANT}\x00/{'0' * 32}"],
)  # fmt: skip
async def test_only_own_keys_are_paths(store: FileStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        checked(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.open(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.delete(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.put("../x", _pieces(b"x"))


async def test_local_files_are_private(tmp_path: Path) -> None:
    root = tmp_path / "files"
    stored = await LocalFiles(root).put(new_id(), _pieces(b"x"))
    for path in (root, *root.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700), path
    assert stored.key.count("/") == 1


async def test_a_directory_that_takes_nothing_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the directory should be")
    with pytest.raises(StorageFailed):
        await LocalFiles(tmp_path / "files").put(new_id(), _pieces(b"x"))


async def test_a_bucket_that_is_not_there_is_a_problem(bucket: Bucket) -> None:
    store = S3Files("s3://absent")
    with pytest.raises(StorageFailed):
        await store.put(new_id(), _pieces(b"x"))
    with pytest.raises(StorageFailed):
        await store.put(new_id(), _pieces())


async def test_a_large_upload_goes_in_parts_with_few_under_way(bucket: Bucket) -> None:
    stored = await S3Files("s3://crm/p").put(new_id(), _pieces(os.urandom(40_000_000)))
    assert len(bucket.objects[f"p/{stored.key}"]) == 40_000_000
    assert bucket.parts >= 7
    assert bucket.most_at_once <= PARTS_AT_ONCE

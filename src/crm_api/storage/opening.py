"""Which store a process uses."""

from importlib import import_module
from pathlib import Path

from crm_api.storage.files import FileStore
from crm_api.storage.local import LocalFiles


def file_store(url: str | None, folder: Path) -> FileStore:
    """The bucket that a URL names, else a directory, which is made when the first file comes."""
    if url is None:
        return LocalFiles(folder)
    store: FileStore = import_module("crm_api.storage.s3").S3Files(
        url
    )  # an extra that most installations lack
    return store

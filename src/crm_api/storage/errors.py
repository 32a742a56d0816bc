"""What can go wrong with files."""

from crm_api.kit.errors import Unavailable
from crm_api.kit.messages import register

register(
    {
        "file_unavailable": ("The file cannot be read right now.", "暂时无法读取该文件。"),
        "storage_failed": ("The file could not be stored.", "文件保存失败。"),
    }
)


class FileMissing(Unavailable):
    """A row names a file that the store does not hold, or the store does not answer."""

    default_code = "file_unavailable"


class StorageFailed(Unavailable):
    """The disk is full, or the store does not answer."""

    default_code = "storage_failed"

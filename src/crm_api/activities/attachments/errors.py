"""Refusals of attachments."""

from crm_api.kit.errors import Conflict, Invalid
from crm_api.kit.messages import register

register(
    {
        "media_type_not_allowed": (
            "Files of this kind are not accepted. Accepted are: {expected}.",
            "不接受此类文件。可接受的类型：{expected}。",
        ),
        "quota_exceeded": (
            "The company's files would take more than the {limit} bytes they may.",
            "公司文件总量将超过 {limit} 字节的限额。",
        ),
    }
)


class NotAllowed(Invalid):
    """By its content a file is none of the accepted kinds, or more than one thing at once."""

    def __init__(self, *, expected: str) -> None:
        super().__init__(faults=Invalid.at("/file", "media_type_not_allowed", expected=expected).faults)


class QuotaExceeded(Conflict):
    """There is no room for another file until some are deleted."""

    default_code = "quota_exceeded"

"""Refusals of exports."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "export_too_large": (
            "More than {limit} rows: ask for a file with POST /api/v1/exports.",
            "超过 {limit} 行：请通过 POST /api/v1/exports 生成文件。",
        ),
    }
)


class ExportTooLarge(Conflict):
    """More rows than are streamed in one answer."""

    default_code = "export_too_large"

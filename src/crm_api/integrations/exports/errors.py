"""Refusals of exports."""

from crm_api.kit.errors import Conflict, Gone
from crm_api.kit.messages import register

register(
    {
        "export_too_large": (
            "More than {limit} rows: ask for a file with POST /api/v1/exports.",
            "超过 {limit} 行：请通过 POST /api/v1/exports 生成文件。",
        ),
        "too_many_for_format": (
            "An XLSX file holds {limit} rows: ask for CSV or NDJSON, or for fewer rows.",
            "XLSX 文件最多 {limit} 行：请改用 CSV 或 NDJSON，或减少行数。",
        ),
        "too_long_for_format": (
            "An XLSX cell holds {limit} characters, {field} has more: ask for CSV or NDJSON, or leave it out.",
            "XLSX 单元格最多 {limit} 个字符，{field} 超出：请改用 CSV 或 NDJSON，或去掉该字段。",
        ),
        "export_not_ready": (
            "The file is not there yet; its operation tells how far it is.",
            "文件尚未生成，进度见对应的任务。",
        ),
        "export_given_up": (
            "Work was begun {limit} times and never came to an end.",
            "已尝试 {limit} 次，均未完成，已放弃。",
        ),
        "export_expired": ("The file has expired; ask for a new one.", "文件已过期，请重新导出。"),
    }
)


class ExportTooLarge(Conflict):
    """More rows than are streamed in one answer."""

    default_code = "export_too_large"


class TooManyForFormat(Conflict):
    """More rows than a spreadsheet has."""

    default_code = "too_many_for_format"


class TooLongForFormat(Conflict):
    """A text, or a list of lines, of more characters than a cell of a spreadsheet has."""

    default_code = "too_long_for_format"


class ExportNotReady(Conflict):
    """It waits, runs, was cancelled or has failed."""

    default_code = "export_not_ready"


class ExportGivenUp(Conflict):
    """Every run was cut off, perhaps because it takes its worker along."""

    default_code = "export_given_up"


class ExportExpired(Gone):
    """Files are kept for a while only."""

    default_code = "export_expired"

"""What can be wrong with a file of rows as a whole."""

from typing import Any

from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.messages import register

_MESSAGES = {
    "sheet_empty": ("The file holds no rows.", "文件中没有数据行。"),
    "sheet_unreadable": ("The file is not valid {expected}.", "文件不是有效的 {expected}。"),
    "sheet_line_unreadable": (
        "The file cannot be read on from line {line}: a quote is not closed, or a cell is too long.",
        "文件从第 {line} 行起无法读取：引号未闭合，或单元格过长。",
    ),
    "sheet_encoding": ("The text is not in the encoding {expected}.", "文本编码不是 {expected}。"),
    "sheet_rows": ("At most {limit} rows are allowed in one file.", "单个文件最多 {limit} 行。"),
    "sheet_columns": ("At most {limit} columns are allowed.", "最多允许 {limit} 列。"),
    "sheet_column_twice": (
        "Column {column} has the name of an earlier column.",
        "第 {column} 列与前面的列重名。",
    ),
    "sheet_archive": (
        "The workbook unpacks to more than is allowed; save it as CSV.",
        "工作簿解压后超出限制，请另存为 CSV。",
    ),
    "sheet_ragged": (
        "This row has {found} cells, the header {expected}.",
        "该行有 {found} 个单元格，表头有 {expected} 个。",
    ),
    "sheet_cell": ("A cell holds more than {limit} characters.", "单元格超过 {limit} 个字符。"),
    "sheet_object": (
        "This line is not a JSON object of at most {limit} keys.",
        "该行不是最多 {limit} 个键的 JSON 对象。",
    ),
}
register(_MESSAGES, statuses=dict.fromkeys(_MESSAGES, 422))


class SheetRefused(Invalid):
    """The file as a whole cannot be read; nothing of it was taken."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(faults=[Fault("pointer", "/file", code, params)])

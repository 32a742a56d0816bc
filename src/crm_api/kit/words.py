"""The words that fill messages, in Chinese: what a value should be, and what records are called.

`params` of a problem stay as they are, for programs; only the message that people read is translated.
"""

import re
from collections.abc import Mapping

ONE_OF = "one of "
WORDS: dict[str, str] = {
    "a text": "文本",
    "a list": "列表",
    "a list of conditions": "条件列表",
    "an object": "对象",
    "true or false": "true 或 false",
    "a whole number": "整数",
    "a decimal number": "十进制数",
    "a decimal number with at most 6 digits after the point": "最多 6 位小数的十进制数",
    "a UUID": "UUID",
    "an e-mail address": "电子邮箱地址",
    "a date, YYYY-MM-DD": "YYYY-MM-DD 格式的日期",
    "an RFC 3339 instant with a zone": "带时区的 RFC 3339 时间",
    "an IANA time zone": "IANA 时区",
    "a phone number": "电话号码",
    "an ISO 4217 currency code": "ISO 4217 货币代码",
    "a file with a name": "带文件名的文件",
    "exclude, include or only": "exclude、include 或 only",
    "from ≤ to": "from ≤ to",
    "saved_view": "保存的视图",
    "export": "导出",
    "import": "导入",
    "webhook": "网络回调",
    "user": "用户",
    "record": "记录",
}
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def register_words(words: Mapping[str, str]) -> None:
    """Add the words of a context, such as what its records are called; a word means one thing."""
    clash = {word for word, chinese in words.items() if WORDS.get(word, chinese) != chinese}
    if clash:
        raise ValueError(f"words taken twice: {sorted(clash)}")
    WORDS.update(words)


def fill(template: str, params: Mapping[str, object], language: str) -> str:
    """A message with its parameters in it; those that are words are in its language."""
    if language != "zh":
        return template.format_map({**params, "resource": str(params.get("resource")).replace("_", " ")})
    words = {name: _chinese(value) for name, value in params.items()}
    return _BETWEEN_CHINESE.sub("", template.format_map(words))


def _chinese(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith(ONE_OF):
        return f"以下之一：{value.removeprefix(ONE_OF)}"
    return WORDS.get(value, value)

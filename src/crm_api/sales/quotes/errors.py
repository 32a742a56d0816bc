"""Refusals of quotes."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "quote_without_lines": ("A quote needs lines to be sent.", "报价没有明细，不能发送。"),
        "quote_out_of_date": (
            "The quote was valid until {day}; make a new version.",
            "报价有效期至 {day}，请制作新版本。",
        ),
    }
)


class QuoteWithoutLines(Conflict):
    """There is nothing to offer."""

    default_code = "quote_without_lines"


class QuoteOutOfDate(Conflict):
    """Its last day has passed, whether or not it is marked as expired yet."""

    default_code = "quote_out_of_date"

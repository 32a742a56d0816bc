"""Dates that move with time: `today`, `-7d`, `this_month`, `start_of_week+2d`; as a client writes them, resolved late.

Words are taken in a zone, the company's unless the request names one: its days begin at its midnight, whatever its
offset and daylight saving are that day. Weeks begin on Monday. A calendar date (`*_on`) has no zone; only which day is
`today` depends on it. `-1m` from the 31st is the last day of a shorter month.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

DAYS_BACK = r"[1-9]\d{0,3}[dwm]|[1-9]\d{0,2}[qy]"
HOURS_BACK = r"[1-9]\d{0,3}[hdwm]|[1-9]\d{0,2}[qy]"
_WORDS = (
    "now|today|yesterday|tomorrow|(?:this|last|next)_(?:week|month|quarter|year)"
    "|start_of_(?:day|week|month|quarter|year)"
)
EXAMPLES = "`today`, `-7d`, `this_month` or `start_of_week`"
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "m": 1, "q": 3, "y": 12}
_STEPS = {"yesterday": -1, "last": -1, "tomorrow": 1, "next": 1}


def pattern(shift: str) -> str:
    """The form of a relative date whose shifts have this form."""
    return rf"(?:{_WORDS})(?:[+-](?:{shift}))?|[+-]?(?:{shift})"


@dataclass(frozen=True)
class Edge:
    """Where a relative date begins: the start of `period`, `steps` of them away, then `count` `unit`s further.

    Without a period it is the present moment; `whole` asks for a calendar day instead of an instant.
    """

    period: str | None
    steps: int
    count: int
    unit: str
    whole: bool

    def at(self, now: datetime, zone: str) -> date | datetime:
        """The day, or the instant in UTC, that it is at a moment in a zone."""
        local = now.astimezone(ZoneInfo(zone))
        if self.period is None and not self.whole:
            if self.unit == "h":
                return now + timedelta(hours=self.count)
            moved = datetime.combine(shifted(local.date(), self.count, self.unit), local.time())
        else:
            day = _start(local.date(), self.period or "day", self.steps)
            if self.whole:
                return shifted(day, self.count, self.unit)
            hours = timedelta(hours=self.count if self.unit == "h" else 0)
            day = day if hours else shifted(day, self.count, self.unit)
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) + hours
        return moved.replace(tzinfo=ZoneInfo(zone), fold=local.fold).astimezone(UTC)


class Relative(NamedTuple):
    """A relative date as it was written: from `start`; `end`, where it is a span, is the first moment after it."""

    start: Edge
    end: Edge | None


def relative(text: str, *, whole: bool) -> Relative | None:
    """What a text says, None when it is no relative date; `whole` for calendar days, which know no hours."""
    found = (_DAYS if whole else _INSTANTS).fullmatch(text)
    if found is None:
        return None
    word, shift = found["word"] or "", found["shift"] or found["alone"] or ""
    count, unit = (int(shift[:-1]), shift[-1]) if shift else (0, "d")
    if word.startswith("start_of_"):
        return Relative(Edge(word.removeprefix("start_of_"), 0, count, unit, whole), None)
    if word in ("", "now"):
        return Relative(Edge(None, 0, count, unit, whole), None)
    first, _, period = word.partition("_")
    steps = _STEPS.get(first, 0)
    start = Edge(period or "day", steps, count, unit, whole)
    is_point = whole and not period
    return Relative(start, None if is_point else replace(start, steps=steps + 1))


def span_until_now(text: str, *, whole: bool) -> tuple[Edge, Edge]:
    """`7d` as the last seven days: after the first edge, up to the second. ValueError when it is none."""
    if not re.fullmatch(DAYS_BACK if whole else HOURS_BACK, text, re.ASCII):
        raise ValueError
    return Edge(None, 0, -int(text[:-1]), text[-1], whole), Edge(None, 0, 0, "d", whole)


@cache
def zones() -> frozenset[str]:
    """The IANA time zones there are."""
    return frozenset(available_timezones())


def _start(day: date, period: str, steps: int) -> date:
    """The first day of the period that a day lies in, or of one `steps` away."""
    if period == "day":
        return day + timedelta(days=steps)
    if period == "week":
        return day + timedelta(days=7 * steps - day.weekday())
    months = _MONTHS[period]
    return shifted(date(day.year, (day.month - 1) // months * months + 1, 1), steps * months, "m")


def shifted(day: date, count: int, unit: str) -> date:
    """A day some days, weeks, months, quarters or years away; a shorter month ends earlier."""
    if unit in ("d", "w"):
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 + count * _MONTHS[unit], 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _compiled(shift: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<word>{_WORDS})(?P<shift>[+-](?:{shift}))?|(?P<alone>[+-]?(?:{shift}))", re.ASCII)


_INSTANTS, _DAYS = _compiled(HOURS_BACK), _compiled(DAYS_BACK)

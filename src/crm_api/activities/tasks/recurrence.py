"""When a task that recurs is due next."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_api.activities.tasks.models import Recurrence, Task
from crm_api.kit.relative import shifted

_UNITS = {
    Recurrence.DAILY: ("d", timedelta(days=1)),
    Recurrence.WEEKLY: ("d", timedelta(days=7)),
    Recurrence.MONTHLY: ("m", timedelta(days=31)),
}


def next_task(task: Task, now: datetime, zone: str) -> Task | None:
    """The task that follows one that is done, None when the series is over. Its reminder lies as long before it."""
    if task.recurrence is None or task.due_at is None:
        return None
    try:
        due = next_due(task, max(task.due_at, now), zone)
        remind_at = due - (task.due_at - task.remind_at) if task.remind_at else None
        ends = task.recurrence_until is not None and _local(due, zone).date() > task.recurrence_until
    except (OverflowError, ValueError):  # past the end of the calendar
        return None
    if ends:
        return None
    kept = {name: value for name, value in task.__dict__.items() if name in _KEPT and value is not None}
    return Task.new(**kept, due_at=due, remind_at=remind_at, status_entered_at=now)


def next_due(task: Task, after: datetime, zone: str) -> datetime:
    """The first time of the series after a moment, at the same time of day in a zone.

    It is counted from when the series began: on the 31st, or on the last day of a shorter month. Times that passed
    meanwhile are left out.
    """
    began = task.recurs_from or after
    unit, longest = _UNITS[Recurrence(task.recurrence or "")]
    each = task.recurrence_interval * (7 if task.recurrence == Recurrence.WEEKLY else 1)
    count = max(1, int((after - began) / (longest * task.recurrence_interval)) - 1)
    while (due := _occurrence(began, count * each, unit, zone)) <= after:
        count += 1
    return due


def _occurrence(began: datetime, away: int, unit: str, zone: str) -> datetime:
    local = _local(began, zone)
    day = shifted(local.date(), away, unit)
    return datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(UTC)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


_KEPT = frozenset(
    {
        *("subject_type", "subject_id", "customer_id", "title", "description", "priority"),
        *("owner_id", "team_id", "recurrence", "recurrence_interval", "recurrence_until", "recurs_from"),
        "custom_fields",
    }
)

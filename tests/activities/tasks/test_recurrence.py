"""When a task that recurs is due next: pure rules."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm_api.activities.tasks.models import Task
from crm_api.activities.tasks.recurrence import next_task

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def task(
    due: datetime, recurrence: str, interval: int = 1, until: date | None = None, **more: datetime
) -> Task:
    made = Task.new(title="x", status_entered_at=due)
    made.plan({"due_at": due, "recurrence": recurrence, "recurrence_interval": interval, **more})
    made.recurrence_until = until
    return made


def series(zone: str, first: datetime, recurrence: str, interval: int, count: int) -> list[str]:
    """The local times of a series, each task done in time."""
    found, current = [], task(first.astimezone(UTC), recurrence, interval)
    for _ in range(count):
        following = next_task(current, first, zone)
        assert following is not None
        assert following.due_at is not None
        found.append(following.due_at.astimezone(ZoneInfo(zone)).isoformat()[:16])
        current = following
    return found


@pytest.mark.parametrize(
    ("zone", "first", "recurrence", "interval", "found"),
    [
        (
            SHANGHAI,
            "2026-01-31T09:00",
            "monthly",
            1,
            ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"],
        ),
        (SHANGHAI, "2027-11-30T23:30", "monthly", 3, ["2028-02-29", "2028-05-30", "2028-08-30"]),
        (SHANGHAI, "2026-01-01T00:15", "daily", 30, ["2026-01-31", "2026-03-02"]),
        (BERLIN, "2026-03-27T02:30", "daily", 1, ["2026-03-28", "2026-03-29", "2026-03-30"]),
        (BERLIN, "2026-10-22T09:00", "weekly", 1, ["2026-10-29", "2026-11-05"]),
    ],
)
def test_the_same_time_of_day_in_the_zone(
    zone: str, first: str, recurrence: str, interval: int, found: list[str]
) -> None:
    local = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    dues = series(zone, local, recurrence, interval, len(found))
    gap = {"2026-03-29T03:30"}  # 02:30 does not exist that night in Berlin
    assert [due for due in dues if due not in gap] == [
        f"{day}{first[10:]}" for day, due in zip(found, dues, strict=True) if due not in gap
    ]


def test_what_is_done_late_is_not_made_up_for() -> None:
    due = datetime(2026, 1, 5, 1, tzinfo=UTC)
    late = datetime(2026, 2, 5, 1, tzinfo=UTC)
    following = next_task(task(due, "weekly"), late, SHANGHAI)
    assert following is not None
    assert following.due_at == datetime(2026, 2, 9, 1, tzinfo=UTC)
    early = next_task(task(due, "weekly"), datetime(2026, 1, 1, tzinfo=UTC), SHANGHAI)
    assert early is not None
    assert early.due_at == datetime(2026, 1, 12, 1, tzinfo=UTC)


def test_until_is_the_last_day_in_the_zone() -> None:
    due = datetime(2026, 1, 5, 20, tzinfo=UTC)  # the 6th in Shanghai
    for zone, follows in ((SHANGHAI, False), ("UTC", True)):
        found = next_task(task(due, "daily", until=date(2026, 1, 6)), due, zone)
        assert (found is not None) is follows, zone


def test_the_reminder_lies_as_long_before() -> None:
    due, remind = datetime(2026, 1, 5, 1, tzinfo=UTC), datetime(2026, 1, 4, 23, tzinfo=UTC)
    following = next_task(task(due, "daily", 2, remind_at=remind), due, SHANGHAI)
    assert following is not None
    assert following.remind_at == datetime(2026, 1, 6, 23, tzinfo=UTC)
    assert following.reminded_at is None


def test_the_calendar_ends() -> None:
    for due in (datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)):
        found = next_task(task(due, "monthly", 366), datetime(2026, 1, 1, tzinfo=UTC), "America/New_York")
        assert found is None

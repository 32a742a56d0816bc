"""Relative dates: what each word means on a given day, in every kind of zone, and through a list."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_api.kit import clock
from crm_api.kit.relative import Edge, Relative, relative, zones
from tests.factories.companies import Company, Served, found_company

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


def instants(text: str, now: datetime, zone: str) -> list[str]:
    found = relative(text, whole=False)
    assert found is not None, text
    return [_edge(edge, now, zone) for edge in found if edge]


def days(text: str, now: datetime, zone: str) -> list[str]:
    found = relative(text, whole=True)
    assert found is not None, text
    return [_edge(edge, now, zone) for edge in found if edge]


def _edge(edge: Edge, now: datetime, zone: str) -> str:
    return edge.at(now, zone).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", ["2026-11-22T12:00:00Z"]),
        ("today", ["2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"]),
        ("yesterday", ["2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"]),
        ("tomorrow", ["2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"]),
        ("this_week", ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"]),
        ("last_week", ["2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"]),
        ("next_month", ["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        ("this_quarter", ["2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        ("last_quarter", ["2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"]),
        ("next_year", ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
        ("this_month-3m", ["2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z"]),
        ("start_of_day", ["2026-11-22T00:00:00Z"]),
        ("start_of_day+9h", ["2026-11-22T09:00:00Z"]),
        ("start_of_week-1w", ["2026-11-09T00:00:00Z"]),
        ("start_of_quarter+5d", ["2026-10-06T00:00:00Z"]),
        ("-7d", ["2026-11-15T12:00:00Z"]),
        ("7d", ["2026-11-29T12:00:00Z"]),
        ("+36h", ["2026-11-24T00:00:00Z"]),
        ("-9m", ["2026-02-22T12:00:00Z"]),
        ("-1q", ["2026-08-22T12:00:00Z"]),
        ("-999y", ["1027-11-22T12:00:00Z"]),
    ],
)
def test_a_word_is_an_instant_or_a_span(text: str, expected: list[str]) -> None:
    assert instants(text, NOON, "UTC") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", ["2026-11-22"]),
        ("now", ["2026-11-22"]),
        ("tomorrow", ["2026-11-23"]),
        ("-7d", ["2026-11-15"]),
        ("this_week", ["2026-11-16", "2026-11-23"]),
        ("start_of_year", ["2026-01-01"]),
        ("start_of_month-1d", ["2026-10-31"]),
    ],
)
def test_a_calendar_date_has_no_hours(text: str, expected: list[str]) -> None:
    assert days(text, NOON, "UTC") == expected
    assert relative("-7h", whole=True) is None


def test_a_month_before_the_31st_is_the_last_day_of_a_shorter_one() -> None:
    at = datetime(2024, 3, 31, 12, tzinfo=UTC)

    assert instants("-1m", at, "UTC") == ["2024-02-29T12:00:00Z"]
    assert instants("-13m", at, "UTC") == ["2023-02-28T12:00:00Z"]
    assert days("1q", at, "UTC") == ["2024-06-30"]


@pytest.mark.parametrize(
    ("zone", "today"),
    [
        ("Etc/GMT+12", ["2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"]),  # UTC−12
        ("Pacific/Kiritimati", ["2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"]),  # UTC+14
        ("Asia/Kathmandu", ["2026-11-21T18:15:00Z", "2026-11-22T18:15:00Z"]),  # UTC+5:45
        ("Asia/Shanghai", ["2026-11-21T16:00:00Z", "2026-11-22T16:00:00Z"]),
    ],
)
def test_the_day_is_that_of_the_zone(zone: str, today: list[str]) -> None:
    assert instants("today", NOON, zone) == today


def test_a_date_is_today_where_the_caller_is() -> None:
    assert days("today", NOON.replace(hour=11), "Etc/GMT+12") == ["2026-11-21"]
    assert days("today", NOON.replace(hour=11), "Pacific/Kiritimati") == ["2026-11-23"]


@pytest.mark.parametrize(
    ("zone", "now", "text", "expected"),
    [
        # a day of 23 hours, one of 25
        ("Europe/Berlin", "2026-03-29T12:00Z", "today", ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]),
        ("Europe/Berlin", "2026-10-25T12:00Z", "today", ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]),
        # the same wall clock a day ago, 23 hours back; 24 hours are 24 hours
        ("Europe/Berlin", "2026-03-29T12:00Z", "-1d", ["2026-03-28T13:00:00Z"]),
        ("Europe/Berlin", "2026-03-29T12:00Z", "-24h", ["2026-03-28T12:00:00Z"]),
        # clocks go forward at midnight: the day begins at one
        ("Africa/Cairo", "2026-04-24T12:00Z", "today", ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]),
        # clocks go back at midnight: the day before has 25 hours
        ("Africa/Cairo", "2026-10-29T12:00Z", "today", ["2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z"]),
        # midnight comes twice: the day begins with the first
        ("America/Havana", "2026-11-01T12:00Z", "today", ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"]),
        # a day that never was
        ("Pacific/Apia", "2011-12-31T12:00Z", "yesterday", ["2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"]),
        # a wall clock that the change skips
        ("Europe/Berlin", "2026-03-30T00:30Z", "-1d", ["2026-03-29T01:30:00Z"]),
        (
            "Europe/Berlin",
            "2026-11-01T12:00Z",
            "last_month",
            ["2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"],
        ),
    ],
)
def test_days_have_the_hours_they_have(zone: str, now: str, text: str, expected: list[str]) -> None:
    assert instants(text, datetime.fromisoformat(now), zone) == expected


SPANS = [
    f"{step}_{period}" for step in ("this", "last", "next") for period in ("week", "month", "quarter", "year")
]


@given(
    st.integers(0, 2_140_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(sorted(zones())),
    st.sampled_from(["today", *SPANS]),
)
def test_now_lies_in_this_span_and_spans_touch(now: datetime, zone: str, text: str) -> None:
    found = relative(text, whole=False)
    assert found is not None
    assert found.end is not None
    start, end = found.start.at(now, zone), found.end.at(now, zone)
    local = [edge.astimezone(now.tzinfo) for edge in (start, end) if isinstance(edge, datetime)]

    assert local[0] < local[1]
    if text == "today" or text.startswith("this_"):
        assert local[0] <= now < local[1]
    if text.startswith("this_"):
        after = relative(text.replace("this", "next"), whole=False)
        assert after is not None
        assert after.start.at(now, zone) == end


@given(st.text(alphabet="0123456789+-hdwmqy_ anowtdys", max_size=12), st.booleans())
def test_every_relative_date_can_be_resolved(text: str, whole: bool) -> None:
    found = relative(text, whole=whole)
    assert found is None or isinstance(found, Relative)
    for edge in found or ():
        assert edge is None or isinstance(edge.at(NOON, "Pacific/Apia"), date)


@pytest.fixture(scope="module")
async def dated(served: Served) -> AsyncIterator[Company]:
    """Customers created at known instants, deals due on known days, in a company in Shanghai."""
    company = await found_company(served)
    for name, at in [
        ("late yesterday", "2026-11-21T15:59:59+00:00"),
        ("first today", "2026-11-21T16:00:00+00:00"),
        ("noon", "2026-11-22T11:59:00+00:00"),
        ("last week", "2026-11-15T12:00:00+00:00"),
        ("last month", "2026-10-30T12:00:00+00:00"),
    ]:
        with clock.frozen(datetime.fromisoformat(at)):
            await (await company.sign_in(company.owner.id)).create("/customers", name=name)
    for day in ("2026-11-15", "2026-11-16", "2026-11-22", "2026-11-23", "2027-01-01", None):
        await company.owner.create("/opportunities", name=str(day), expected_close_on=day)
    with clock.frozen(NOON):
        company.owner = await company.sign_in(company.owner.id)
    yield company
    await company.close()


async def names(company: Company, path: str, **parameters: str) -> set[str]:
    with clock.frozen(NOON):
        answer = await company.owner.http.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return {record["name"] for record in answer.json()["data"]}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"created_at": "today"}, {"first today", "noon"}),
        ({"created_at": "today", "tz": "UTC"}, {"noon"}),
        ({"created_at": "today", "tz": "Etc/GMT+12"}, set()),
        ({"created_at[ne]": "today"}, {"late yesterday", "last week", "last month"}),
        ({"created_at": "this_week"}, {"late yesterday", "first today", "noon"}),
        ({"created_at[lt]": "this_week"}, {"last week", "last month"}),
        (
            {"created_at[lte]": "this_week", "created_at[gt]": "last_week"},
            {"late yesterday", "first today", "noon"},
        ),
        ({"created_at": "last_month"}, {"last month"}),
        ({"created_at[between]": "last_month,yesterday"}, {"late yesterday", "last week", "last month"}),
        ({"created_at[gt]": "-7d"}, {"late yesterday", "first today", "noon"}),
        ({"created_at[gte]": "-7d"}, {"late yesterday", "first today", "noon", "last week"}),
        ({"created_at[within_last]": "7d"}, {"late yesterday", "first today", "noon"}),
        ({"created_at[within_last]": "1h"}, {"noon"}),
        (
            {"created_at[within_last]": "1m"},
            {"late yesterday", "first today", "noon", "last week", "last month"},
        ),
        (
            {"created_at[between]": "2026-11-15T12:00:00Z,now"},
            {"late yesterday", "first today", "noon", "last week"},
        ),
        ({"created_at[gte]": "tomorrow"}, set()),
    ],
)
async def test_instants_are_filtered_by_days_of_the_zone(
    dated: Company, parameters: dict[str, str], expected: set[str]
) -> None:
    assert await names(dated, "/customers", **parameters) == expected
    condition = [
        {"field": "created_at", "op": key.partition("[")[2].rstrip("]") or "eq", "value": _value(key, value)}
        for key, value in parameters.items()
        if key != "tz"
    ]
    body: dict[str, Any] = {"filter": {"and": condition}}
    if "tz" in parameters:
        body["tz"] = parameters["tz"]
    with clock.frozen(NOON):
        answer = await dated.owner.http.post("/customers/query", json=body)
    assert {record["name"] for record in answer.json()["data"]} == expected


def _value(key: str, value: str) -> Any:
    return value.split(",") if "[between]" in key else value


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"expected_close_on": "today"}, {"2026-11-22"}),
        ({"expected_close_on": "today", "tz": "Pacific/Kiritimati"}, {"2026-11-23"}),
        (
            {"expected_close_on[ne]": "today"},
            {"2026-11-15", "2026-11-16", "2026-11-23", "2027-01-01", "None"},
        ),
        ({"expected_close_on": "this_week"}, {"2026-11-16", "2026-11-22"}),
        ({"expected_close_on[within_last]": "7d"}, {"2026-11-16", "2026-11-22"}),
        ({"expected_close_on[gt]": "today"}, {"2026-11-23", "2027-01-01"}),
        ({"expected_close_on[between]": "today,1d"}, {"2026-11-22", "2026-11-23"}),
        ({"expected_close_on[between]": "this_week,next_week"}, {"2026-11-16", "2026-11-22", "2026-11-23"}),
        ({"expected_close_on": "next_year"}, {"2027-01-01"}),
    ],
)
async def test_dates_are_calendar_days(
    dated: Company, parameters: dict[str, str], expected: set[str]
) -> None:
    assert await names(dated, "/opportunities", **parameters) == expected


async def test_a_walk_stands_still_at_the_moment_of_its_first_page(dated: Company) -> None:
    path = "/customers?created_at[within_last]=7d&sort=-created_at&limit=1"
    with clock.frozen(NOON):
        page = (await dated.owner.http.get(path)).json()
    seen = [page["data"][0]["name"]]
    with clock.frozen(NOON + timedelta(days=30)):
        http = (await dated.sign_in(dated.owner.id)).http
        while cursor := page["page"]["next_cursor"]:
            page = (await http.get(f"{path}&cursor={cursor}")).json()
            seen += [record["name"] for record in page["data"]]
        other = await http.get(f"{path}&tz=UTC&cursor={page['page']['prev_cursor']}")
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")
    assert seen == ["noon", "first today", "late yesterday"]

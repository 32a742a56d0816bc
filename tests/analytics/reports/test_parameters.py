"""What the report refuses to read."""

import pytest

from tests.analytics.reports.conftest import PATH
from tests.factories.companies import Company

REFUSED = [
    ({}, "group_by", "required"),
    ({"group_by": "customer"}, "group_by", "not_a_choice"),
    ({"group_by": "owner", "gruop": "x"}, "gruop", "unknown_parameter"),
    ({"group_by": ["owner", "team"]}, "group_by", "repeated_parameter"),
    ({"group_by": "owner", "team_depth": "1"}, "team_depth", "only_with"),
    ({"group_by": "team", "team_depth": "0"}, "team_depth", "out_of_range"),
    ({"group_by": "team", "team_depth": "21"}, "team_depth", "out_of_range"),
    ({"group_by": "team", "team_depth": "one"}, "team_depth", "pattern"),
    ({"group_by": "team", "team_depth": "1.0"}, "team_depth", "pattern"),
    ({"group_by": "owner", "from": "2026-02-30"}, "from", "invalid_date"),
    ({"group_by": "owner", "to": "yesterday"}, "to", "invalid_date"),
    ({"group_by": "owner", "from": "2026-02-02", "to": "2026-02-01"}, "to", "out_of_range"),
    ({"group_by": "owner", "since": "2026-02-02"}, "since", "unknown_parameter"),
    ({"group_by": "owner", "currency": "EURO"}, "currency", "currency_unknown"),
    ({"group_by": "owner", "pipeline_id": "1"}, "pipeline_id", "invalid_id"),
    ({"group_by": "owner", "pipeline_id": "\x00"}, "pipeline_id", "invalid_character"),
]


@pytest.mark.parametrize(("query", "parameter", "code"), REFUSED)
async def test_refused(company: Company, query: dict[str, str], parameter: str, code: str) -> None:
    answer = await company.owner.http.get(PATH, params=query)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["code"] == "invalid_parameter"
    assert [(fault["parameter"], fault["code"]) for fault in problem["errors"]] == [(parameter, code)]
    assert answer.headers["content-type"] == "application/problem+json"

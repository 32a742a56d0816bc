"""How many statements a report costs."""

import pytest

from tests.analytics.reports.conftest import PATH
from tests.factories.companies import Company
from tests.factories.statements import Statements


@pytest.mark.parametrize("group_by", ["owner", "team", "product", "stage", "month"])
async def test_a_report_is_one_select(company: Company, statements: Statements, group_by: str) -> None:
    await company.owner.http.get("/users")
    async with statements.counted() as sent:
        answer = await company.owner.http.get(PATH, params={"group_by": group_by})
        assert answer.status_code == 200
    assert sent.verbs == ["BEGIN", "SELECT", "COMMIT"]


async def test_what_is_refused_costs_none(company: Company, statements: Statements) -> None:
    await company.owner.http.get("/users")
    async with statements.counted() as sent:
        for query in ({"group_by": "owner", "team_depth": "1"}, {"group_by": "nobody"}):
            assert (await company.owner.http.get(PATH, params=query)).status_code == 400
    assert sent.sent == []

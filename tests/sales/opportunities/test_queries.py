"""How often a request about opportunities asks the database, whatever they hold."""

import pytest

from tests.factories.companies import Company
from tests.factories.deals import prepare
from tests.factories.statements import Statements

READ = ["BEGIN", "SELECT", "COMMIT"]
WRITE = ["BEGIN", "SELECT", "UPDATE", "WITH", "COMMIT"]


@pytest.mark.parametrize("count", [1, 5])
async def test_a_create_asks_for_what_it_names_and_writes_three_times(
    company: Company, statements: Statements, count: int
) -> None:
    desk = await prepare(company)
    await desk.deal()

    async with statements.counted() as sent:
        await company.owner.create("/opportunities", name="Idea")
        assert sent.verbs == ["BEGIN", "SELECT", "INSERT", "WITH", "COMMIT"]  # stages, row, everything else

    async with statements.counted() as sent:
        await desk.deal(lines=[desk.line("1")] * count, external_ids=[{"source": "erp", "key": "1"}])
        # stages, products, customer; row, lines, everything else
        assert sent.verbs == ["BEGIN", "SELECT", "SELECT", "SELECT", "INSERT", "INSERT", "WITH", "COMMIT"]

    async with statements.counted() as sent:
        await desk.deal(stage_id=desk.stages["lost"], loss_reason="other", customer_id=None, lines=[])
        assert sent.verbs == ["BEGIN", "SELECT", "SELECT", "INSERT", "WITH", "COMMIT"]  # stages, reasons


@pytest.mark.parametrize("count", [1, 10])
async def test_a_page_costs_one_statement_lines_included(
    company: Company, statements: Statements, count: int
) -> None:
    desk = await prepare(company)
    for _ in range(count):
        made = await desk.deal(lines=[desk.line("1")] * 3)

    async with statements.counted() as sent:
        page = (await desk.http.get("/opportunities?status=open&sort=-amount")).json()
        assert sent.verbs == READ
    assert [len(row["lines"]) for row in page["data"]] == [3] * count
    async with statements.counted() as sent:
        assert (await desk.http.get(f"/opportunities/{made['id']}")).status_code == 200
        assert sent.verbs == READ
    async with statements.counted() as sent:
        assert (await desk.http.get(f"/opportunities/{made['id']}/stage-moves")).status_code == 200
        assert sent.verbs == ["BEGIN", "SELECT", "SELECT", "COMMIT"]


async def test_a_change_loads_the_row_and_shows_its_lines(company: Company, statements: Statements) -> None:
    desk = await prepare(company)
    made = await desk.deal(lines=[desk.line("1")] * 3)
    path = f"/opportunities/{made['id']}"

    async with statements.counted() as sent:
        assert (await desk.http.patch(path, json={"name": "New"})).status_code == 200
        assert sorted(sent.verbs) == sorted([*WRITE, "SELECT"])

    async with statements.counted() as sent:
        lines = {"lines": [{"id": made["lines"][0]["id"], "quantity": "7"}, desk.line("1"), desk.line("2")]}
        assert (await desk.http.patch(path, json=lines)).status_code == 200
        # row, lines, products; lines gone, changed, new; row, everything else
        assert sent.verbs == [
            "BEGIN", "SELECT", "SELECT", "SELECT", "DELETE", "UPDATE", "INSERT", "UPDATE", "WITH", "COMMIT"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "selects"),
    [
        ("move", 3),
        ("win", 3),
        ("lose", 4),
    ],  # row, stages, lines for the answer; losing asks for the reasons too
)
async def test_a_verb_writes_its_step_with_everything_else(
    company: Company, statements: Statements, verb: str, selects: int
) -> None:
    desk = await prepare(company)
    made = await desk.deal()
    bodies = {"move": {"stage_id": desk.stages["proposal"]}, "lose": {"loss_reason": "other"}}

    async with statements.counted() as sent:
        answer = await desk.http.post(f"/opportunities/{made['id']}/{verb}", json=bodies.get(verb, {}))
        assert answer.status_code == 200, answer.text
        assert sorted(sent.verbs) == sorted(["BEGIN", *["SELECT"] * selects, "UPDATE", "WITH", "COMMIT"])


async def test_a_refusal_that_needs_no_row_asks_nothing(company: Company, statements: Statements) -> None:
    desk, reader = await prepare(company), await company.user("executive")
    await reader.http.get("/auth/me")

    async with statements.counted() as sent:
        assert (await reader.http.post("/opportunities", json={"name": "x"})).status_code == 403
        assert (await reader.http.post(f"/opportunities/{desk.customer}/win")).status_code == 403
        assert (await desk.http.post("/opportunities", json={"nam": "x"})).status_code == 422
        assert (await desk.http.get("/opportunities?nam=x")).status_code == 400
        assert (await desk.http.get("/opportunities/no-id")).status_code == 404
    assert sent.verbs == []

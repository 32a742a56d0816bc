"""How often a request about quotes asks the database, whatever they hold."""

from tests.factories.companies import Company
from tests.factories.quoting import open_desk
from tests.factories.statements import Statements


async def test_statements_do_not_grow_with_the_lines(company: Company, statements: Statements) -> None:
    desk = await open_desk(company)
    await desk.draft()  # what is remembered has been read
    asked = []
    for count in (1, 20):
        lines = [{"product_id": desk.gateway["id"]}] * count
        async with statements.counted() as sent:
            made = await desk.draft(lines=lines)
            # products, customer, prices, addressees, references; number, row, lines
            asked.append([verb for verb in sent.verbs if verb in ("SELECT", "INSERT")])
        async with statements.counted() as sent:
            assert len((await company.owner.http.get("/quotes")).json()["data"][0]["lines"]) == count
            assert sent.verbs.count("SELECT") == 1
        async with statements.counted() as sent:
            assert (await company.owner.http.get(f"/quotes/{made['id']}")).status_code == 200
            assert sent.verbs.count("SELECT") == 1
    assert asked[0] == asked[1] == ["SELECT"] * 4 + ["INSERT", "SELECT", "INSERT", "INSERT"]

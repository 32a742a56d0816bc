"""How often a request about quotes asks the database, whatever they hold."""

from tests.factories.companies import Company
from tests.factories.quoting import cny, open_desk
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


async def test_nor_do_those_that_send_and_convert(company: Company, statements: Statements) -> None:
    desk = await open_desk(company)
    price = {"floor_price": cny("90")}
    assert (await company.owner.http.patch(f"/products/{desk.gateway['id']}", json=price)).status_code == 200
    for verb in ("order", "contract"):
        await desk.do(await desk.accepted(), verb)  # what is remembered has been read
        asked = []
        for count in (1, 20):
            draft = await desk.draft(lines=[{"product_id": desk.gateway["id"]}] * count)
            async with statements.counted() as sent:
                assert (await desk.do(draft, "send")).status_code == 200
            quote = (await desk.do(draft, "accept")).json()
            async with statements.counted() as converted:
                assert (await desk.do(quote, verb)).status_code == 200
            asked.append((sent.verbs, converted.verbs))
        assert asked[0] == asked[1], verb

"""How long what is owed has been due, today and as of an earlier day."""

from datetime import timedelta
from typing import Any

from crm_api.kit import clock
from tests.factories.companies import Actor, Company
from tests.factories.ledger import Ledger, money, open_ledger

BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90", "total")


async def report(ledger: Ledger, actor: Actor | None = None, **params: Any) -> dict[str, Any]:
    answer = await (actor or ledger.company.owner).http.get("/receivables/ageing", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def shown(row: dict[str, Any]) -> list[str]:
    return [row[name]["amount"] for name in BUCKETS]


async def test_the_buckets_by_customer_within_reach(company: Company) -> None:
    ledger, today = await open_ledger(company), clock.today("Asia/Shanghai")
    agent = await company.user("account_manager", team_id=await company.team())
    mine = (await company.owner.create("/customers", name="云图", owner_id=agent.id))["id"]
    for days, amount in ((-5, "1"), (0, "2"), (1, "4"), (30, "8"), (31, "16"), (60, "32"), (61, "64"), (90, "128"),
                         (91, "256")):  # fmt: skip
        await ledger.owe(amount, str(today - timedelta(days)))
    await ledger.owe("1000", str(today), customer_id=mine, owner_id=agent.id)
    await ledger.owe("5 USD", str(today))
    gone, paid = await ledger.owe("7", str(today)), await ledger.owe("10", str(today - timedelta(1)))
    await ledger.ask(f"/receivables/{gone['id']}/cancel")
    await ledger.receive("9", allocations=[{"receivable_id": paid["id"], "amount": money("9")}])

    whole = await report(ledger, currency="CNY")
    names = [row["customer"]["name"] for row in whole["data"]]
    assert names == ["云图", "上海智达科技有限公司"]
    assert shown(whole["data"][1]) == ["3.00", "13.00", "48.00", "192.00", "256.00", "512.00"]
    assert shown(whole["totals"]) == ["1003.00", "13.00", "48.00", "192.00", "256.00", "1512.00"]
    assert (whole["as_of"], whole["currency"], whole["excluded"]) == (str(today), "CNY", 1)
    assert (await report(ledger))["totals"] == whole["totals"]
    assert shown((await report(ledger, currency="USD"))["totals"])[-1] == "5.00"

    theirs = await report(ledger, agent)
    assert (len(theirs["data"]), shown(theirs["totals"])[-1]) == (1, "1000.00")
    executive, marketer = await company.user("executive"), await company.user("marketer")
    assert (await report(ledger, executive, currency="CNY"))["totals"] == whole["totals"]
    assert (await marketer.http.get("/receivables/ageing")).status_code == 403
    for bad in ({"as_of": "2999-01-01"}, {"as_of": "x"}, {"currency": "ABC"}, {"when": "now"}):
        assert (await company.owner.http.get("/receivables/ageing", params=bad)).status_code == 400


async def test_an_earlier_day_is_told_as_it_was(company: Company) -> None:
    """Written down 31 days ago, paid in two parts 21 and 11 days ago, the first reversed yesterday."""
    ledger, today = await open_ledger(company), clock.today("Asia/Shanghai")
    row = await ledger.owe("100", str(today))
    first, second = await ledger.receive("60"), await ledger.receive("30")
    await ledger.allocate(first, (row, "60"))
    await ledger.allocate(second, (row, "30"))
    await ledger.ask(f"/payments/{first['id']}/reverse", reverse_reason="x")
    # the same facts, spread over the last month: what a test cannot wait for
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute("UPDATE receivables SET created_at = created_at - interval '31 days'")
        for payment, allocated, released in ((first, 21, 1), (second, 11, None)):
            days = today - timedelta(allocated), released and today - timedelta(released)
            await connection.execute(
                "UPDATE payment_allocations SET allocated_on = $2, released_on = $3 WHERE payment_id = $1::uuid",
                payment["id"], *days,
            )  # fmt: skip
    told = {}
    for ago in (32, 31, 22, 21, 12, 11, 2, 1, 0):
        asked = await report(ledger, as_of=str(today - timedelta(ago)))
        told[ago] = asked["totals"]["total"]["amount"]
    assert told == {
        32: "0.00", 31: "100.00", 22: "100.00", 21: "40.00", 12: "40.00", 11: "10.00", 2: "10.00", 1: "70.00",
        0: "70.00",
    }  # fmt: skip


async def test_what_was_lowered_or_put_off_since_is_told_as_it_was(company: Company) -> None:
    ledger, today = await open_ledger(company), clock.today("Asia/Shanghai")
    row = await ledger.owe("100", str(today - timedelta(40)))
    async with company.served.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL app.tenant_id = '{company.tenant_id}'")
        await connection.execute("UPDATE receivables SET created_at = created_at - interval '31 days'")
    for body in ({"amount": money("80")}, {"amount": money("70"), "due_on": str(today)}, {"name": "x"}):
        path = f"/receivables/{row['id']}"
        version = (await company.owner.http.get(path)).headers["ETag"]
        answer = await company.owner.http.patch(path, json=body, headers={"If-Match": version})
        assert answer.status_code == 200, answer.text
    assert shown((await report(ledger))["totals"]) == ["70.00", "0.00", "0.00", "0.00", "0.00", "70.00"]
    yesterday = (await report(ledger, as_of=str(today - timedelta(1))))["totals"]
    assert shown(yesterday) == ["0.00", "0.00", "100.00", "0.00", "0.00", "100.00"]

"""Opportunities over HTTP: create, read, change, lines and amount, delete, restore, list."""

from datetime import timedelta
from typing import Any

import pytest

from crm_api.kit import clock
from tests.factories.companies import Company
from tests.factories.deals import dollars, faults, prepare, refusal

UNKNOWN = "01930b2e-6f00-7000-8000-000000000001"


async def test_a_created_opportunity_is_read_back_as_it_was_answered(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(
        expected_close_on="2027-01-31",
        next_step="Demo",
        source="referral",
        external_ids=[{"source": "erp", "key": "1"}],
    )

    assert (await desk.http.get(f"/opportunities/{made['id']}")).json() == made
    assert (
        made
        | {
            "pipeline_id": desk.pipeline,
            "stage_id": desk.stages["prospecting"],
            "status": "open",
            "probability": 10,
            "amount": dollars("21.00"),
            "amount_source": "lines",
            "owner_id": company.owner.id,
            "expected_close_on": "2027-01-31",
            "closed_on": None,
            "loss_reason": None,
            "version": 1,
        }
        == made
    )
    assert [{k: v for k, v in line.items() if k != "id"} for line in made["lines"]] == [
        {"product_id": desk.product, "quantity": "2", "unit_price": dollars("10.50")}
    ]


async def test_a_deal_needs_a_name_only(company: Company) -> None:
    made = await company.owner.create("/opportunities", name="Idea")
    assert made | {"customer_id": None, "amount": None, "lines": [], "status": "open"} == made


async def test_it_was_opened_today_where_the_company_is_unless_that_is_unknown(company: Company) -> None:
    evening = clock.now().replace(hour=16, minute=30)  # half past midnight in Shanghai
    with clock.frozen(evening):
        owner = await company.sign_in(company.owner.id)
        made = await owner.create("/opportunities", name="A")
    assert made["opened_on"] == (evening.date() + timedelta(days=1)).isoformat()
    assert (await company.owner.create("/opportunities", name="B", opened_on=None))["opened_on"] is None
    assert (await company.owner.create("/opportunities", name="C", opened_on="2020-02-29"))[
        "opened_on"
    ] == "2020-02-29"


async def test_a_stage_brings_its_pipeline(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(stage_id=desk.stages["proposal"], probability=33)
    assert (made["pipeline_id"], made["stage_id"], made["probability"]) == (
        desk.pipeline,
        desk.stages["proposal"],
        33,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"customer_id": UNKNOWN}, [("/customer_id", "reference_not_found")]),
        ({"pipeline_id": UNKNOWN}, [("/pipeline_id", "reference_not_found")]),
        ({"stage_id": UNKNOWN}, [("/stage_id", "reference_not_found")]),
        ({"owner_id": UNKNOWN}, [("/owner_id", "reference_not_found")]),
        ({"lines": [{"product_id": UNKNOWN}]}, [("/lines/0/product_id", "reference_not_found")]),
        ({"lines": [{"quantity": "1"}]}, [("/lines/0/product_id", "required")]),
        ({"lines": [{"product_id": UNKNOWN, "quantity": "0"}]}, [("/lines/0/quantity", "out_of_range")]),
        ({"lines": [{"product_id": UNKNOWN, "quantity": 1.5}]}, [("/lines/0/quantity", "invalid_decimal")]),
        ({"lines": [{"product_id": UNKNOWN, "unit_price": None}]}, [("/lines/0/unit_price", "wrong_type")]),
        ({"amount": dollars("-1")}, [("/amount/amount", "out_of_range")]),
        ({"amount": {"amount": "1", "currency": "ABC"}}, [("/amount/currency", "currency_unknown")]),
        ({"amount": "5"}, [("/amount", "wrong_type")]),
        ({"probability": 101}, [("/probability", "out_of_range")]),
        ({"opened_on": "2026-02-30"}, [("/opened_on", "invalid_date")]),
        ({"closed_on": "2026-02-03"}, [("/closed_on", "not_in_status")]),
        (
            {"loss_reason": "other", "loss_note": "x"},
            [("/loss_reason", "not_in_status"), ("/loss_note", "not_in_status")],
        ),
        ({"status": "won"}, [("/status", "unknown_field")]),
        ({"name": "n" * 10_000}, [("/name", "too_long")]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_written(
    company: Company, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    answer = await company.owner.http.post("/opportunities", json={"name": "Deal", **body})

    assert faults(answer) == expected
    for table in ("opportunities", "opportunity_lines", "opportunity_stage_moves"):
        assert await company.rows(table) == []


async def test_a_stage_of_another_pipeline_is_unknown(company: Company) -> None:
    desk = await prepare(company)
    stages = [{"key": kind, "name": kind, "kind": kind} for kind in ("open", "won", "lost")]
    other = await company.owner.create("/pipelines", name="Other", stages=stages)

    answer = await desk.http.post(
        "/opportunities", json={"name": "D", "pipeline_id": other["id"], "stage_id": desk.stages["proposal"]}
    )

    assert faults(answer) == [("/stage_id", "reference_not_found")]


async def test_lines_are_the_complete_list_and_the_amount_follows(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(lines=[desk.line("2"), desk.line("1", unit_price=dollars("100"))])
    first, second = made["lines"]
    path = f"/opportunities/{made['id']}"
    assert made["amount"] == dollars("121.00")

    async def put(*lines: dict[str, Any]) -> dict[str, Any]:
        answer = await desk.http.patch(path, json={"lines": lines})
        assert answer.status_code == 200, answer.text
        assert (await desk.http.get(path)).json() == answer.json()
        return answer.json()

    changed = await put({"id": second["id"]}, {"id": first["id"], "quantity": "4"}, desk.line("0.5"))
    assert changed["lines"][:2] == [second, {**first, "quantity": "4"}]
    assert (changed["amount"], changed["version"]) == (dollars("147.25"), 2)

    changed = await put({"id": first["id"]})
    assert (changed["lines"], changed["amount"]) == ([{**first, "quantity": "4"}], dollars("42.00"))
    assert (await put({"id": first["id"]}))["version"] == changed["version"]  # nothing changed

    changed = await put()
    assert (changed["lines"], changed["amount"], changed["amount_source"]) == ([], None, "lines")
    assert await company.rows("opportunity_lines") == []


async def test_a_stated_amount_stays_until_it_is_cleared(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(amount=dollars("20"))
    path = f"/opportunities/{made['id']}"
    assert (made["amount"], made["amount_source"]) == (dollars("20.00"), "manual")

    kept = await desk.http.patch(path, json={"lines": [desk.line("9")]})
    assert (kept.json()["amount"], kept.json()["amount_source"]) == (dollars("20.00"), "manual")

    cleared = await desk.http.patch(path, json={"amount": None})
    assert (cleared.json()["amount"], cleared.json()["amount_source"]) == (dollars("94.50"), "lines")


async def test_one_currency_for_lines_and_amount(company: Company) -> None:
    desk = await prepare(company)
    yuan = {"amount": "1", "currency": "CNY"}
    made = await desk.deal()
    path = f"/opportunities/{made['id']}"

    assert faults(await desk.http.patch(path, json={"amount": yuan})) == [("/amount", "currency_mismatch")]
    mixed = {"lines": [desk.line("1"), desk.line("1", unit_price=yuan)]}
    assert faults(await desk.http.patch(path, json=mixed)) == [("/lines/1/unit_price", "currency_mismatch")]
    assert (await desk.http.get(path)).json() == made
    changed = await desk.http.patch(path, json={"lines": [desk.line("1", unit_price=yuan)]})
    assert changed.json()["amount"] == {"amount": "1.00", "currency": "CNY"}


async def test_a_sum_that_no_amount_can_hold_is_refused(company: Company) -> None:
    desk = await prepare(company)
    most = desk.line("999999999999", unit_price=dollars("999999999999.999999"))
    answer = await desk.http.post("/opportunities", json={"name": "D", "lines": [most, most]})
    assert faults(answer) == [("/lines", "out_of_range")]


async def test_a_retired_product_stays_on_old_lines_and_comes_on_no_new_ones(company: Company) -> None:
    desk, seller = await prepare(company), await company.user("account_manager")
    made = await seller.create("/opportunities", name="D", lines=[desk.line("1")])
    assert (await desk.http.post(f"/products/{desk.product}/retire")).status_code == 200
    path = f"/opportunities/{made['id']}"

    kept = {"id": made["lines"][0]["id"], "quantity": "2"}
    assert faults(await seller.http.patch(path, json={"lines": [kept, desk.line("1")]})) == [
        ("/lines/1/product_id", "product_retired")
    ]
    assert (await seller.http.patch(path, json={"lines": [kept]})).json()["amount"] == dollars("21.00")
    assert (await desk.deal())["amount"] == dollars("21.00")  # may import history


async def test_absent_keeps_and_null_clears(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(next_step="Demo", description="Long", expected_close_on="2027-01-31")
    path = f"/opportunities/{made['id']}"

    changed = await desk.http.patch(path, json={"name": "New", "next_step": None, "customer_id": None})

    expected = {"name": "New", "next_step": None, "customer_id": None, "version": 2}
    assert changed.json() == {**made, **expected, "updated_at": changed.json()["updated_at"]}
    (event,) = await company.rows("events", type="opportunity.updated")
    assert event["changes"] == {
        "name": {"from": "Deal", "to": "New"},
        "next_step": {"from": "Demo", "to": None},
        "customer_id": {"from": desk.customer, "to": None},
    }


async def test_it_is_deleted_and_restored_with_its_lines(company: Company) -> None:
    desk = await prepare(company)
    made = await desk.deal(external_ids=[{"source": "erp", "key": "1"}])
    path = f"/opportunities/{made['id']}"

    assert (await desk.http.delete(path)).status_code == 204
    assert (await desk.http.get(path)).status_code == 404
    assert (await desk.http.get(f"{path}/stage-moves")).status_code == 404
    listed = (await desk.http.get("/opportunities?deleted=only")).json()["data"]
    assert [row["id"] for row in listed] == [made["id"]]

    restored = await desk.http.post(f"{path}/restore")
    assert (restored.status_code, restored.json()["lines"]) == (200, made["lines"])

    assert (await desk.http.delete(path)).status_code == 204
    await desk.deal(external_ids=[{"source": "erp", "key": "1"}])
    assert refusal(await desk.http.post(f"{path}/restore")) == (409, "duplicate")


async def test_an_external_id_is_taken_once(company: Company) -> None:
    desk = await prepare(company)
    keys = [{"source": "erp", "key": "1"}]
    made = await desk.deal(external_ids=keys)

    refused = await desk.http.post("/opportunities", json={"name": "D", "external_ids": keys})

    assert refusal(refused) == (409, "duplicate")
    listed = (await desk.http.get("/opportunities?external_id=erp:1")).json()["data"]
    assert [row["id"] for row in listed] == [made["id"]]


async def test_assigning_takes_it_to_the_team_of_the_new_owner(company: Company) -> None:
    desk, team = await prepare(company), await company.team("City")
    seller = await company.user("account_manager", team_id=team)
    made = await desk.deal()

    given = await desk.http.post(f"/opportunities/{made['id']}/assign", json={"owner_id": seller.id})

    assert (given.json()["owner_id"], given.json()["team_id"]) == (seller.id, team)
    assert (await seller.http.get(f"/opportunities/{made['id']}")).status_code == 200
    periods = await company.rows("ownership_periods", record_id=made["id"])
    assert [
        (str(row["owner_id"]), row["ended_at"] is None)
        for row in sorted(periods, key=lambda p: p["started_at"])
    ] == [
        (company.owner.id, False),
        (seller.id, True),
    ]


FILTERS = {
    "status=open": "abc",
    "status=won": "d",
    "stage_id={proposal}": "b",
    "pipeline_id={pipeline}": "abcd",
    "customer_id={customer}": "acd",
    "owner_id={owner}": "abcd",
    "amount[gte]=21": "acd",
    "amount[gt]=21": "c",
    "amount[between]=0,21": "ad",
    "amount.currency=USD": "acd",
    "opened_on[lt]=2021-01-01": "b",
    "expected_close_on[gte]=2027-01-01": "ac",
    "closed_on=2026-05-01": "d",
    "probability[in]=10,50": "abc",
    "amount_source=manual": "c",
    "name[starts_with]=Alp": "a",
    "source=fair": "c",
    "q=deal": "cd",
    "sort=name": "abcd",
    "sort=-amount": "bcda",  # absent is greatest
    "sort=amount,name": "adcb",
    "sort=expected_close_on,name": "acbd",
    "sort=-expected_close_on,-name": "dbca",
    "sort=created_at": "abcd",
}


async def test_lists_are_filtered_and_sorted(company: Company) -> None:
    desk = await prepare(company)
    made = {
        "a": await desk.deal(name="Alpha", expected_close_on="2027-01-01"),
        "b": await desk.deal(
            name="Beta", customer_id=None, lines=[], opened_on="2020-01-01", stage_id=desk.stages["proposal"]
        ),
        "c": await desk.deal(
            name="Cee deal", amount=dollars("5000"), source="fair", expected_close_on="2027-02-01"
        ),
        "d": await desk.deal(name="Dee deal", opened_on="2026-04-01"),
    }
    won = await desk.http.post(f"/opportunities/{made['d']['id']}/win", json={"closed_on": "2026-05-01"})
    assert won.status_code == 200, won.text
    names = {row["id"]: letter for letter, row in made.items()}
    values = {**desk.stages, "pipeline": desk.pipeline, "customer": desk.customer, "owner": company.owner.id}

    found = {}
    for query in FILTERS:
        answer = await desk.http.get("/opportunities?" + query.format_map(values))
        letters = [names[row["id"]] for row in answer.json()["data"]]
        found[query] = "".join(letters if query.startswith("sort=") else sorted(letters))

    assert found == FILTERS


@pytest.mark.parametrize(
    "query",
    ["amount=x", "status=maybe", "closed_on=2026-13-01", "stage_id=x", "colour=red", "sort=closed_on"],
)
async def test_a_wrong_parameter_is_refused(company: Company, query: str) -> None:
    assert (await company.owner.http.get(f"/opportunities?{query}")).status_code == 400

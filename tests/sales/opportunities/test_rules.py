"""What an opportunity allows in its state, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_api.catalog.products.models import Offer
from crm_api.kit.errors import Invalid
from crm_api.sales.document_lines.errors import TotalTooLarge
from crm_api.sales.document_lines.filling import with_offers
from crm_api.sales.opportunities.errors import (
    ClosedBeforeOpened,
    OpportunityClosed,
    OpportunityIncomplete,
    OpportunityOpen,
)
from crm_api.sales.opportunities.lines import check_currencies
from crm_api.sales.opportunities.models import Opportunity, OpportunityLine, StageMove
from crm_api.sales.opportunities.stages import chosen, closing, open_stage
from crm_api.sales.pipelines.models import PipelineStage, StageKind

AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 5)
STAGES = [
    PipelineStage.new(id=key, pipeline_id="p", key=key, name=key.title(), kind=kind, probability=probability)
    for key, kind, probability in (
        ("lost", StageKind.LOST, 0),
        ("first", StageKind.OPEN, 10),
        ("second", StageKind.OPEN, 50),
        ("won", StageKind.WON, 100),
    )
]
LOST, FIRST, SECOND, WON = STAGES


def _deal(**values: Any) -> Opportunity:
    given = {
        "customer_id": "c",
        "amount": Decimal(10),
        "amount_currency": "CNY",
        "opened_on": TODAY,
        **values,
    }
    opportunity = Opportunity.new(name="Deal", name_sort="deal", **given)
    opportunity.enter(FIRST, AT)
    return opportunity


def _line(quantity: str, price: str, currency: str = "CNY") -> OpportunityLine:
    return OpportunityLine.new(
        product_id="p", quantity=Decimal(quantity), unit_price=Decimal(price), unit_price_currency=currency
    )


def _faults(raised: pytest.ExceptionInfo[Any]) -> list[tuple[str, str]]:
    return [(fault.at, fault.code) for fault in raised.value.faults]


def test_status_and_probability_are_those_of_the_stage() -> None:
    opportunity = _deal()
    assert (opportunity.status, opportunity.probability, opportunity.stage_entered_at) == ("open", 10, AT)

    opportunity.enter(SECOND, AT + timedelta(days=1))

    assert (opportunity.stage_id, opportunity.status, opportunity.probability) == ("second", "open", 50)
    assert opportunity.stage_entered_at == AT + timedelta(days=1)


def test_winning_closes_it() -> None:
    opportunity = _deal()

    opportunity.win(WON, TODAY, AT)

    assert (opportunity.status, opportunity.stage_id, opportunity.closed_on) == ("won", "won", TODAY)
    assert opportunity.probability == 100


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"customer_id": None}, ["/customer_id"]),
        ({"amount": None}, ["/amount"]),
        ({"customer_id": None, "amount": None}, ["/customer_id", "/amount"]),
    ],
)
def test_winning_needs_a_customer_and_an_amount(values: dict[str, Any], missing: list[str]) -> None:
    opportunity = _deal(**values)

    with pytest.raises(OpportunityIncomplete) as raised:
        opportunity.win(WON, TODAY, AT)

    assert _faults(raised) == [(field, "required") for field in missing]
    assert (opportunity.status, opportunity.closed_on) == ("open", None)


def test_an_amount_of_nothing_is_an_amount() -> None:
    opportunity = _deal(amount=Decimal(0))
    opportunity.win(WON, TODAY, AT)
    assert opportunity.status == "won"


def test_losing_needs_neither_and_keeps_the_reason() -> None:
    opportunity = _deal(customer_id=None, amount=None, amount_currency=None)

    opportunity.lose(LOST, TODAY, AT, reason="price", note="15 % more")

    assert (opportunity.status, opportunity.loss_reason, opportunity.loss_note) == (
        "lost",
        "price",
        "15 % more",
    )
    assert (opportunity.closed_on, opportunity.probability) == (TODAY, 0)


def test_what_is_closed_is_frozen() -> None:
    opportunity = _deal()
    opportunity.demand_open()
    opportunity.win(WON, TODAY, AT)

    for again in (
        opportunity.demand_open,
        lambda: opportunity.win(WON, TODAY, AT),
        lambda: opportunity.lose(LOST, TODAY, AT, reason="price", note=None),
    ):
        with pytest.raises(OpportunityClosed):
            again()


@pytest.mark.parametrize("days", [0, 1])
def test_it_closes_on_the_day_it_was_opened_or_later(days: int) -> None:
    opportunity = _deal()
    opportunity.win(WON, TODAY + timedelta(days=days), AT)
    assert opportunity.closed_on == TODAY + timedelta(days=days)


def test_it_does_not_close_before_it_was_opened() -> None:
    opportunity = _deal()
    with pytest.raises(ClosedBeforeOpened) as raised:
        opportunity.win(WON, TODAY - timedelta(days=1), AT)
    assert _faults(raised) == [("/closed_on", "closed_before_opened")]
    assert opportunity.status == "open"


def test_an_unknown_beginning_stands_against_no_end() -> None:
    opportunity = _deal(opened_on=None)
    opportunity.win(WON, date(1999, 1, 1), AT)
    assert opportunity.closed_on == date(1999, 1, 1)


def test_reopening_clears_how_it_ended() -> None:
    opportunity = _deal()
    with pytest.raises(OpportunityOpen):
        opportunity.reopen(FIRST, AT)
    opportunity.lose(LOST, TODAY, AT, reason="price", note="x")

    opportunity.reopen(SECOND, AT)

    assert (opportunity.status, opportunity.stage_id, opportunity.probability) == ("open", "second", 50)
    assert (opportunity.closed_on, opportunity.loss_reason, opportunity.loss_note) == (None, None, None)


@pytest.mark.parametrize(
    ("lines", "amount"),
    [
        ([_line("3", "10.5")], "31.50"),
        ([_line("3", "10.5"), _line("0.5", "1")], "32.00"),
        ([_line("1", "0.005")], "0.01"),  # halves away from zero
        ([_line("1", "0.004"), _line("1", "0.004")], "0.01"),  # the sum is rounded, not each line
        ([_line("3", "33.3", "JPY")], "100"),
    ],
)
def test_the_amount_is_the_sum_of_the_lines(lines: list[OpportunityLine], amount: str) -> None:
    opportunity = _deal()
    opportunity.state_amount(Decimal(1), "USD")
    assert (opportunity.amount_source, opportunity.amount_currency) == ("manual", "USD")

    opportunity.sum_lines(lines)

    assert str(opportunity.amount) == amount
    assert (opportunity.amount_source, opportunity.amount_currency) == ("lines", lines[0].unit_price_currency)


def test_no_lines_no_amount() -> None:
    opportunity = _deal()
    opportunity.sum_lines([])
    assert (opportunity.amount, opportunity.amount_currency) == (None, None)


@pytest.mark.parametrize("price", ["1000000000000", "999999999999.999"])
def test_a_sum_stays_below_what_an_amount_can_hold(price: str) -> None:
    opportunity = _deal()
    with pytest.raises(TotalTooLarge):
        opportunity.sum_lines([_line("1", price)])
    with pytest.raises(TotalTooLarge):
        opportunity.sum_lines([_line("999999999999.999999", price, "CLF")])


def test_a_step_tells_how_long_the_stage_before_took() -> None:
    opportunity = _deal()

    move = StageMove.between(opportunity, FIRST, SECOND, AT + timedelta(hours=2, microseconds=1), "me")

    assert (move.from_stage_id, move.from_stage_name) == ("first", "First")
    assert (move.to_stage_id, move.to_stage_name) == ("second", "Second")
    assert (move.dwell_seconds, move.moved_by) == (7200, "me")


def test_which_stage_a_body_means() -> None:
    assert chosen(STAGES, None) is FIRST
    assert chosen(STAGES, "won") is WON
    assert closing(STAGES, None, StageKind.LOST) is LOST
    assert closing(STAGES, "won", StageKind.WON) is WON
    assert open_stage(STAGES, "second") is SECOND
    for choose, code in (
        (lambda: chosen(STAGES, "other"), "reference_not_found"),
        (lambda: closing(STAGES, "first", StageKind.WON), "wrong_stage_kind"),
        (lambda: open_stage(STAGES, "won"), "use_win_or_lose"),
    ):
        with pytest.raises(Invalid) as raised:
            choose()
        assert _faults(raised) == [("/stage_id", code)]


def test_one_currency_for_lines_and_amount() -> None:
    check_currencies([], "CNY")
    check_currencies([_line("1", "1"), _line("1", "1")], "CNY")
    with pytest.raises(Invalid) as raised:
        check_currencies([_line("1", "1"), _line("1", "1", "USD")], "CNY")
    assert _faults(raised) == [("/lines/1/unit_price", "currency_mismatch")]
    with pytest.raises(Invalid) as raised:
        check_currencies([_line("1", "1")], "USD")
    assert _faults(raised) == [("/amount", "currency_mismatch")]


OFFERS = {
    "sold": Offer(Decimal("10.5"), "USD", sellable=True),
    "retired": Offer(Decimal(5), "USD", sellable=False),
    "priceless": Offer(None, None, sellable=True),
}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"product_id": "unknown"}, ("/lines/0/product_id", "reference_not_found")),
        ({"product_id": "retired"}, ("/lines/0/product_id", "product_retired")),
        ({"product_id": "priceless"}, ("/lines/0/unit_price", "required")),
        ({"quantity": Decimal(1)}, ("/lines/0/product_id", "required")),
    ],
)
def test_a_new_line_needs_a_product_that_is_sold_at_a_price(
    line: dict[str, Any], fault: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as raised:
        with_offers([line], {}, OFFERS, history=False)
    assert _faults(raised) == [fault]


def test_prices_come_from_the_body_or_the_product() -> None:
    stated = {"product_id": "priceless", "unit_price": Decimal(1), "unit_price_currency": "CNY"}
    assert with_offers([stated], {}, OFFERS, history=False) == [stated]
    assert with_offers([{"product_id": "sold"}], {}, OFFERS, history=False) == [
        {"product_id": "sold", "unit_price": Decimal("10.5"), "unit_price_currency": "USD"}
    ]
    (old,) = with_offers([{"product_id": "retired"}], {}, OFFERS, history=True)
    assert old["unit_price"] == Decimal(5)


def test_a_known_line_keeps_its_price_and_a_product_that_was_retired() -> None:
    known = {"l": _line("1", "7")}
    kept = [{"id": "l", "quantity": Decimal(2)}, {"id": "l", "product_id": "p"}]
    assert with_offers(kept, known, {}, history=False) == kept
    with pytest.raises(Invalid) as raised:
        with_offers([{"id": "l", "product_id": "retired"}], known, OFFERS, history=False)
    assert _faults(raised) == [("/lines/0/product_id", "product_retired")]

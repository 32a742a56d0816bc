"""Whether a quote has to be approved: a flow asks for it, or it goes below a floor price."""

from collections.abc import Sequence
from decimal import Decimal

from crm_api.catalog.products.service import ProductService
from crm_api.kit import clock
from crm_api.kit.money import rounded
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.document_lines.sums import TaxMode
from crm_api.sales.quotes.models import Quote, QuoteLine
from crm_api.sales.quotes.resource import quotes
from crm_api.setup.exchange_rates.service import ExchangeRateService
from crm_api.workflow.approvals.service import Submission

# the type by which flows know such quotes
BELOW_FLOOR = "below_floor"


async def asked(uow: UnitOfWork, quote: Quote, lines: Sequence[QuoteLine]) -> Submission:
    """What others are asked to agree to; below a floor price somebody must be."""
    below = await _goes_below(uow, quote, lines)
    kind = BELOW_FLOOR if below else None
    return Submission.of(quotes, quote, quote.gross_amount, quote.currency, type=kind, required=below)


async def _goes_below(uow: UnitOfWork, quote: Quote, lines: Sequence[QuoteLine]) -> bool:
    """Whether a line, after every discount, comes to less than its floor.

    A floor in another currency counts by today's rates; without them it is taken to be too high.
    """
    floors = await ProductService(uow).floors(line.product_id for line in lines)
    today, rates = clock.today(uow.principal.time_zone), ExchangeRateService(uow)
    worth = {
        currency: await rates.converted(Decimal(1), currency, quote.currency, today)
        for currency in {floor.currency for floor in floors.values()}
    }
    for line in lines:
        if floor := floors.get(line.product_id):
            rate = worth[floor.currency]
            if rate is None or _is_below(quote, line, floor.price * rate):
                return True
    return False


def _is_below(quote: Quote, line: QuoteLine, least: Decimal) -> bool:
    """By the prices that the quote has: where they include tax, the floor is raised by it as a list price is."""
    amount = line.net_amount
    if quote.tax_mode == TaxMode.INCLUSIVE:
        amount, least = line.gross_amount, rounded(least * (100 + line.tax_rate) / 100, quote.currency)
    return amount < rounded(least * line.quantity, quote.currency)

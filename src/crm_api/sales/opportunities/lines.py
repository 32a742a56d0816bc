"""What holds for the lines of an opportunity together."""

from collections.abc import Sequence

from crm_api.kit.errors import Fault, Invalid
from crm_api.sales.opportunities.models import OpportunityLine


def check_currencies(lines: Sequence[OpportunityLine], currency: str | None) -> None:
    """Lines and amount are in one currency; Invalid otherwise."""
    faults = [
        Fault("pointer", f"/lines/{position}/unit_price", "currency_mismatch")
        for position, line in enumerate(lines)
        if line.unit_price_currency != lines[0].unit_price_currency
    ]
    if not faults and lines and currency != lines[0].unit_price_currency:
        faults = [Fault("pointer", "/amount", "currency_mismatch")]
    if faults:
        raise Invalid(faults=faults)

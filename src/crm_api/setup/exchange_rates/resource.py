"""Exchange rates as a resource."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource
from crm_api.setup.exchange_rates.models import ExchangeRate

exchange_rates = Resource(
    name="exchange_rates",
    singular="exchange_rate",
    model=ExchangeRate,
    access=everyone(),
    sorts={"rate_on": "rate_on", "created_at": "created_at"},
    default_sort="-rate_on",
    label="currency",
)

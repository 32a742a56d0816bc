"""Stock levels as a resource."""

from crm_api.catalog.stock_levels.models import StockLevel
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

stock_levels = Resource(
    name="stock_levels",
    singular="stock_level",
    model=StockLevel,
    access=everyone(),
    exportable=True,
    label="id",
    events=("moved", "ran_low"),
)

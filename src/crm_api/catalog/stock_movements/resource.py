"""Stock movements as a resource."""

from crm_api.catalog.stock_movements.models import StockMovement
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

stock_movements = Resource(
    name="stock_movements",
    singular="stock_movement",
    model=StockMovement,
    access=everyone(),
    exportable=True,
    label="id",
)

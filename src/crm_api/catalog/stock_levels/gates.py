"""What stock has to say when products and warehouses go."""

from crm_api.catalog.products.models import Product
from crm_api.catalog.stock_levels.errors import StockLeft
from crm_api.catalog.stock_levels.repository import StockLevelRepository
from crm_api.catalog.warehouses.models import Warehouse
from crm_api.kit.uow import UnitOfWork


async def keep_stocked_product(uow: UnitOfWork, product: Product) -> None:
    """A product of which something is on hand stays, and stays stocked."""
    if await StockLevelRepository(uow).any_left(product_id=product.id):
        raise StockLeft


async def keep_used_warehouse(uow: UnitOfWork, warehouse: Warehouse) -> None:
    """A warehouse in which something is on hand stays."""
    if await StockLevelRepository(uow).any_left(warehouse_id=warehouse.id):
        raise StockLeft

"""`/api/v1/products`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.catalog.products.resource import products
from crm_api.catalog.products.schemas import ProductCreate, ProductRead, ProductUpdate
from crm_api.catalog.products.service import ProductService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/products", tags=["products"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(products.create)]
CanUpdate = Annotated[UnitOfWork, allowed(products.update)]
CanDelete = Annotated[UnitOfWork, allowed(products.delete)]
CanRestore = Annotated[UnitOfWork, allowed(products.restore)]

reads(router, products, ProductRead)
writes(router, products, ProductCreate, ProductUpdate, ProductService, ProductRead)


@router.post(
    "",
    status_code=201,
    response_model=ProductRead,
    operation_id="products_create",
    summary="Create a product",
)
async def create_product(data: ProductCreate, uow: CanCreate) -> Any:
    """A code or external id that another product holds is 409."""
    return await ProductService(uow).create(data.given())


@router.patch(
    "/{product_id}",
    response_model=ProductRead,
    operation_id="products_update",
    summary="Change a product",
)
async def update_product(product_id: str, data: ProductUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, money is replaced whole. A list is replaced whole.

    409 when it is to be stocked no more while there is stock of it.
    """
    return await ProductService(uow).update(product_id, data.given())


@router.delete("/{product_id}", status_code=204, operation_id="products_delete", summary="Delete a product")
async def delete_product(product_id: str, uow: CanDelete) -> None:
    """Softly: it disappears from every list and can be restored. What is only not sold any more is retired instead.

    409 while there is stock of it.
    """
    await ProductService(uow).delete(product_id)


@router.post(
    "/{product_id}/restore",
    response_model=ProductRead,
    operation_id="products_restore",
    summary="Restore a product",
)
async def restore_product(product_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another product has taken its code or external id meanwhile."""
    return await ProductService(uow).restore(product_id)


@router.post(
    "/{product_id}/activate",
    response_model=ProductRead,
    operation_id="products_activate",
    summary="Activate a product",
)
async def activate_product(product_id: str, uow: CanUpdate) -> Any:
    """Sell it, for the first time or again. One that is active already stays as it is."""
    return await ProductService(uow).activate(product_id)


@router.post(
    "/{product_id}/retire",
    response_model=ProductRead,
    operation_id="products_retire",
    summary="Retire a product",
)
async def retire_product(product_id: str, uow: CanUpdate) -> Any:
    """Sell it no more; what was sold stays as it is. One that is retired already stays as it is."""
    return await ProductService(uow).retire(product_id)

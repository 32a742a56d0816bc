"""`/api/v1/warehouses`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.catalog.warehouses.resource import warehouses
from crm_api.catalog.warehouses.schemas import WarehouseCreate, WarehouseRead, WarehouseUpdate
from crm_api.catalog.warehouses.service import WarehouseService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes

router = APIRouter(prefix="/api/v1/warehouses", tags=["warehouses"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(warehouses.create)]
CanUpdate = Annotated[UnitOfWork, allowed(warehouses.update)]
CanDelete = Annotated[UnitOfWork, allowed(warehouses.delete)]
CanRestore = Annotated[UnitOfWork, allowed(warehouses.restore)]

reads(router, warehouses, WarehouseRead)
writes(router, warehouses, WarehouseCreate, WarehouseUpdate, WarehouseService, WarehouseRead)


@router.post(
    "",
    status_code=201,
    response_model=WarehouseRead,
    operation_id="warehouses_create",
    summary="Create a warehouse",
)
async def create_warehouse(data: WarehouseCreate, uow: CanCreate) -> Any:
    """A code or external id that another warehouse holds is 409."""
    return await WarehouseService(uow).create(data.given())


@router.patch(
    "/{warehouse_id}",
    response_model=WarehouseRead,
    operation_id="warehouses_update",
    summary="Change a warehouse",
)
async def update_warehouse(warehouse_id: str, data: WarehouseUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears. A list is replaced whole."""
    return await WarehouseService(uow).update(warehouse_id, data.given())


@router.delete(
    "/{warehouse_id}", status_code=204, operation_id="warehouses_delete", summary="Delete a warehouse"
)
async def delete_warehouse(warehouse_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 while anything is kept there or reserved."""
    await WarehouseService(uow).delete(warehouse_id)


@router.post(
    "/{warehouse_id}/restore",
    response_model=WarehouseRead,
    operation_id="warehouses_restore",
    summary="Restore a warehouse",
)
async def restore_warehouse(warehouse_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another warehouse has taken its code or external id meanwhile."""
    return await WarehouseService(uow).restore(warehouse_id)

"""`/api/v1/contracts`."""

from typing import Annotated, Any

from fastapi import APIRouter

from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.contracts.amending import AmendingService
from crm_api.sales.contracts.resource import ACTIVATE, AMEND, ASSIGN, SIGN, SUBMIT, TERMINATE, VOID, contracts
from crm_api.sales.contracts.schemas import (
    ContractChangeList,
    ContractCreate,
    ContractRead,
    ContractSign,
    ContractTerminate,
    ContractUpdate,
    ContractVoid,
)
from crm_api.sales.contracts.service import ContractService

router = APIRouter(prefix="/api/v1/contracts", tags=["contracts"], route_class=KitRoute)
CanRead = Annotated[UnitOfWork, allowed(contracts.read)]
CanCreate = Annotated[UnitOfWork, allowed(contracts.create)]
CanUpdate = Annotated[UnitOfWork, allowed(contracts.update)]
CanDelete = Annotated[UnitOfWork, allowed(contracts.delete)]
CanRestore = Annotated[UnitOfWork, allowed(contracts.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanSubmit = Annotated[UnitOfWork, allowed(SUBMIT)]
CanSign = Annotated[UnitOfWork, allowed(SIGN)]
CanActivate = Annotated[UnitOfWork, allowed(ACTIVATE)]
CanTerminate = Annotated[UnitOfWork, allowed(TERMINATE)]
CanVoid = Annotated[UnitOfWork, allowed(VOID)]
CanAmend = Annotated[UnitOfWork, allowed(AMEND)]

reads(router, contracts, ContractRead)
writes(router, contracts, ContractCreate, ContractUpdate, ContractService, ContractRead)


@router.post(
    "",
    status_code=201,
    response_model=ContractRead,
    operation_id="contracts_create",
    summary="Create a contract",
)
async def create_contract(data: ContractCreate, uow: CanCreate) -> Any:
    """A draft with the next number of the year. The creator owns it unless an owner is named. Every change of a contract says which version it is meant for (`If-Match`, else 428)."""
    return await ContractService(uow).create(data.given())


@router.patch(
    "/{contract_id}",
    response_model=ContractRead,
    operation_id="contracts_update",
    summary="Change a contract",
)
async def update_contract(contract_id: str, data: ContractUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `lines` and `signatories` are the complete lists. Once it is approved, another amount, sum, line, customer, type, term or day makes it a draft again. 409 while it is decided on and after it was signed."""
    return await ContractService(uow).update(contract_id, data.given())


@router.delete(
    "/{contract_id}", status_code=204, operation_id="contracts_delete", summary="Delete a contract"
)
async def delete_contract(contract_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored, and its number is not given away again. 409 unless it is a draft."""
    await ContractService(uow).delete(contract_id)


@router.post(
    "/{contract_id}/restore",
    response_model=ContractRead,
    operation_id="contracts_restore",
    summary="Restore a contract",
)
async def restore_contract(contract_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another contract has taken its external ids meanwhile."""
    return await ContractService(uow).restore(contract_id)


@router.post(
    "/{contract_id}/assign",
    response_model=ContractRead,
    operation_id="contracts_assign",
    summary="Assign a contract",
)
async def assign_contract(contract_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. In every status."""
    return await ContractService(uow).update(contract_id, data.given())


@router.post(
    "/{contract_id}/submit",
    response_model=ContractRead,
    operation_id="contracts_submit",
    summary="Submit a contract",
)
async def submit_contract(contract_id: str, uow: CanSubmit) -> Any:
    """Ask for approval by the flow that fits best, and wait for it unchanged; approved at once when none fits. 409 unless it is a draft, or when nobody can be found who may approve it."""
    return await ContractService(uow).submit(contract_id)


@router.post(
    "/{contract_id}/sign",
    response_model=ContractRead,
    operation_id="contracts_sign",
    summary="Sign a contract",
)
async def sign_contract(contract_id: str, uow: CanSign, data: ContractSign | None = None) -> Any:
    """Both sides have signed: it needs a signatory on each (409). The contract that it amends is superseded in the same moment. 409 unless it is approved."""
    return await ContractService(uow).sign(contract_id, data.signed_on if data else None)


@router.post(
    "/{contract_id}/activate",
    response_model=ContractRead,
    operation_id="contracts_activate",
    summary="Activate a contract",
)
async def activate_contract(contract_id: str, uow: CanActivate) -> Any:
    """In force from today, or since its first day; that happens by itself when the day comes. 409 before it, and unless it is signed."""
    return await ContractService(uow).activate(contract_id)


@router.post(
    "/{contract_id}/terminate",
    response_model=ContractRead,
    operation_id="contracts_terminate",
    summary="Terminate a contract",
)
async def terminate_contract(contract_id: str, data: ContractTerminate, uow: CanTerminate) -> Any:
    """End it early, for a reason. 409 unless it is signed, active or expiring."""
    return await ContractService(uow).terminate(contract_id, data.given())


@router.post(
    "/{contract_id}/void",
    response_model=ContractRead,
    operation_id="contracts_void",
    summary="Void a contract",
)
async def void_contract(contract_id: str, data: ContractVoid, uow: CanVoid) -> Any:
    """As if it had never been, for a reason. 409 unless it is approved or in force, or while something depends on it."""
    return await ContractService(uow).void(contract_id, data.reason)


@router.post(
    "/{contract_id}/amend",
    status_code=201,
    response_model=ContractRead,
    operation_id="contracts_amend",
    summary="Amend a contract",
)
async def amend_contract(contract_id: str, uow: CanAmend) -> Any:
    """A draft of the next revision, with the same lines and signatories. This one stays in force until that is signed. 409 while another amendment is under way."""
    return await AmendingService(uow).amend(contract_id)


@router.get(
    "/{contract_id}/changes",
    response_model=ContractChangeList,
    operation_id="contracts_changes",
    summary="List the changes of an amendment",
)
async def list_changes(contract_id: str, uow: CanRead) -> Any:
    """Field by field, how it differs from the revision that it amends; nothing for the first."""
    changes = await AmendingService(uow).changes(contract_id)
    return {"data": changes, "page": {"next_cursor": None, "prev_cursor": None, "has_more": False}}

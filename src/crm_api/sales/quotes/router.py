"""`/api/v1/quotes`, and `/api/v1/public/quotes` for those who hold a link."""

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse

from crm_api.identity.auth.visitors import Visitors
from crm_api.identity.credentials.opaque import SecretKind
from crm_api.kit.allowed import allowed, public
from crm_api.kit.http import KitRoute
from crm_api.kit.owning import Assignment
from crm_api.kit.reads import reads
from crm_api.kit.streaming import file_answers, streaming
from crm_api.kit.uow import PublicUnit, UnitOfWork
from crm_api.kit.writes import writes
from crm_api.sales.quotes.conversion import ConversionService
from crm_api.sales.quotes.deciding import DecidingService
from crm_api.sales.quotes.printing import printed
from crm_api.sales.quotes.resource import (
    ACCEPT,
    ASSIGN,
    CONTRACT,
    ORDER,
    REJECT,
    REVISE,
    SEND,
    SUBMIT,
    WITHDRAW,
    quotes,
)
from crm_api.sales.quotes.schemas import (
    PublicDecision,
    PublicQuote,
    QuoteContract,
    QuoteCreate,
    QuoteDecision,
    QuoteOrder,
    QuoteRead,
    QuoteSent,
    QuoteUpdate,
)
from crm_api.sales.quotes.service import QuoteService

router = APIRouter(prefix="/api/v1/quotes", tags=["quotes"], route_class=KitRoute)
public_router = APIRouter(prefix="/api/v1/public/quotes", tags=["public"], route_class=KitRoute)
CanCreate = Annotated[UnitOfWork, allowed(quotes.create)]
CanUpdate = Annotated[UnitOfWork, allowed(quotes.update)]
CanDelete = Annotated[UnitOfWork, allowed(quotes.delete)]
CanRestore = Annotated[UnitOfWork, allowed(quotes.restore)]
CanAssign = Annotated[UnitOfWork, allowed(ASSIGN)]
CanSubmit = Annotated[UnitOfWork, allowed(SUBMIT)]
CanSend = Annotated[UnitOfWork, allowed(SEND)]
CanWithdraw = Annotated[UnitOfWork, allowed(WITHDRAW)]
CanAccept = Annotated[UnitOfWork, allowed(ACCEPT)]
CanReject = Annotated[UnitOfWork, allowed(REJECT)]
CanRevise = Annotated[UnitOfWork, allowed(REVISE)]
CanOrder = Annotated[UnitOfWork, allowed(ORDER)]
CanContract = Annotated[UnitOfWork, allowed(CONTRACT)]
CanPrint = Annotated[UnitOfWork, streaming(quotes.read)]
Visitor = Annotated[PublicUnit, public()]
Token = Annotated[str, Path(description="The token of the link.", examples=["crm_ql_…"])]


def _inside(request: Request, unit: PublicUnit, token: str) -> AbstractAsyncContextManager[bytes]:
    """The company of a link, entered as `system:quotes.public`; the digest of the link."""
    visitors: Visitors = request.app.state.visitors
    return visitors.entering(unit, SecretKind.QUOTE_LINK, token, "quotes.public")


reads(router, quotes, QuoteRead)
writes(router, quotes, QuoteCreate, QuoteUpdate, QuoteService, QuoteRead)


@router.post(
    "", status_code=201, response_model=QuoteRead, operation_id="quotes_create", summary="Create a quote"
)
async def create_quote(data: QuoteCreate, uow: CanCreate) -> Any:
    """A draft with the next number. A new line takes name, unit and tax rate of its product, and the price that `/price-books/resolve` tells; all sums follow."""
    return await QuoteService(uow).create(data.given())


@router.patch("/{quote_id}", response_model=QuoteRead, operation_id="quotes_update", summary="Change a quote")
async def update_quote(quote_id: str, data: QuoteUpdate, uow: CanUpdate) -> Any:
    """Absent keeps, null clears, `lines` is the complete list. 409 unless it is a draft."""
    return await QuoteService(uow).update(quote_id, data.given())


@router.delete("/{quote_id}", status_code=204, operation_id="quotes_delete", summary="Delete a quote")
async def delete_quote(quote_id: str, uow: CanDelete) -> None:
    """Softly: it can be restored. 409 unless it is a draft."""
    await QuoteService(uow).delete(quote_id)


@router.post(
    "/{quote_id}/restore", response_model=QuoteRead, operation_id="quotes_restore", summary="Restore a quote"
)
async def restore_quote(quote_id: str, uow: CanRestore) -> Any:
    """Undo a deletion. 409 when another quote has taken its external ids meanwhile."""
    return await QuoteService(uow).restore(quote_id)


@router.post(
    "/{quote_id}/assign", response_model=QuoteRead, operation_id="quotes_assign", summary="Assign a quote"
)
async def assign_quote(quote_id: str, data: Assignment, uow: CanAssign) -> Any:
    """Give it to another user, or to nobody; the team it counts for follows the new owner. 409 once it is accepted or superseded."""
    return await QuoteService(uow).update(quote_id, data.given())


@router.post(
    "/{quote_id}/submit", response_model=QuoteRead, operation_id="quotes_submit", summary="Submit a quote"
)
async def submit_quote(quote_id: str, uow: CanSubmit) -> Any:
    """Ask for approval by the flow that fits best, and wait for it unchanged; approved at once when none fits and nothing is below its floor price.

    409 without lines, after its last day, unless it is a draft, or when nobody can be found who may approve it.
    """
    return await QuoteService(uow).submit(quote_id)


@router.post("/{quote_id}/send", response_model=QuoteSent, operation_id="quotes_send", summary="Send a quote")
async def send_quote(request: Request, quote_id: str, uow: CanSend) -> Any:
    """Makes the link by which the customer reads, accepts or rejects it, once; the answer tells it, nothing else does.

    409 without lines, after its last day, unless it is approved or a draft, and for a draft that has to be approved first.
    """
    return await QuoteService(uow).send(quote_id, request.app.state.authentication.pepper)


@router.post(
    "/{quote_id}/withdraw",
    response_model=QuoteRead,
    operation_id="quotes_withdraw",
    summary="Withdraw a quote",
)
async def withdraw_quote(quote_id: str, uow: CanWithdraw) -> Any:
    """A draft again; its link works no more. 409 unless it is approved or sent."""
    return await QuoteService(uow).withdraw(quote_id)


@router.post(
    "/{quote_id}/accept", response_model=QuoteRead, operation_id="quotes_accept", summary="Accept a quote"
)
async def accept_quote(quote_id: str, uow: CanAccept, data: QuoteDecision | None = None) -> Any:
    """As the customer has told us; it is frozen from then on. 409 unless it is sent, or after its last day."""
    return await DecidingService(uow).decide(quote_id, "accept", data.given() if data else {})


@router.post(
    "/{quote_id}/reject", response_model=QuoteRead, operation_id="quotes_reject", summary="Reject a quote"
)
async def reject_quote(quote_id: str, uow: CanReject, data: QuoteDecision | None = None) -> Any:
    """As the customer has told us. 409 unless it is sent, or after its last day."""
    return await DecidingService(uow).decide(quote_id, "reject", data.given() if data else {})


@router.post(
    "/{quote_id}/revise",
    status_code=201,
    response_model=QuoteRead,
    operation_id="quotes_revise",
    summary="Revise a quote",
)
async def revise_quote(quote_id: str, uow: CanRevise) -> Any:
    """The next version, a draft with the same lines and number; the version before is superseded and its link works no more.

    409 unless that is sent, rejected or expired.
    """
    return await QuoteService(uow).revise(quote_id)


@router.post(
    "/{quote_id}/order", response_model=QuoteRead, operation_id="quotes_order", summary="Order a quote"
)
async def order_quote(quote_id: str, uow: CanOrder, data: QuoteOrder | None = None) -> Any:
    """Place the order that the customer has agreed to, with the same lines and sums; what is stocked is reserved.

    The answer names it in `order_id`, now and whenever it is asked again: there is one, ever. 409 unless it is accepted, or
    once it has become a contract. It needs the right to place orders (403).
    """
    return await ConversionService(uow).order(quote_id, data.given() if data else {})


@router.post(
    "/{quote_id}/contract",
    response_model=QuoteRead,
    operation_id="quotes_contract",
    summary="Contract a quote",
)
async def contract_quote(quote_id: str, uow: CanContract, data: QuoteContract | None = None) -> Any:
    """Draw up the contract that the customer has agreed to: a draft with the same lines and sums.

    The answer names it in `contract_id`, now and whenever it is asked again: there is one, ever. 409 unless it is accepted,
    or once it has become an order. It needs the right to create contracts (403).
    """
    return await ConversionService(uow).contract(quote_id, data.given() if data else {})


@router.get(
    "/{quote_id}/pdf",
    operation_id="quotes_print",
    summary="Print a quote",
    response_class=StreamingResponse,
    responses=file_answers(["application/pdf"]),
)
async def print_quote(quote_id: str, uow: CanPrint) -> Any:
    """The quote as a PDF document, in Chinese for those who ask for it (`Accept-Language`). Every one is on record."""
    return await printed(uow, quote_id)


@public_router.get(
    "/{token}",
    response_model=PublicQuote,
    operation_id="public_quotes_get",
    summary="Read a quote by its link",
)
async def read_public_quote(request: Request, token: Token, unit: Visitor) -> Any:
    """What is offered to you. 404 once it is decided on, withdrawn or out of date, as for a link that never was."""
    async with _inside(request, unit, token) as digest:
        return await DecidingService(unit).show(digest)


@public_router.post(
    "/{token}/accept",
    response_model=PublicQuote,
    operation_id="public_quotes_accept",
    summary="Accept a quote by its link",
)
async def accept_public_quote(request: Request, token: Token, data: PublicDecision, unit: Visitor) -> Any:
    """Your name, your address and where you are is kept with it. A link decides once: 404 for whoever comes later."""
    async with _inside(request, unit, token) as digest:
        return await DecidingService(unit).decide_by_link(digest, "accept", data.given())


@public_router.post(
    "/{token}/reject",
    response_model=PublicQuote,
    operation_id="public_quotes_reject",
    summary="Reject a quote by its link",
)
async def reject_public_quote(request: Request, token: Token, data: PublicDecision, unit: Visitor) -> Any:
    """Your name, your address and where you are is kept with it. A link decides once: 404 for whoever comes later."""
    async with _inside(request, unit, token) as digest:
        return await DecidingService(unit).decide_by_link(digest, "reject", data.given())

"""`/api/v1/search`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator

from crm_api.integrations.search.resource import SEARCH
from crm_api.integrations.search.schemas import SearchResult
from crm_api.integrations.search.service import SearchService
from crm_api.kit.allowed import allowed
from crm_api.kit.http import KitRoute
from crm_api.kit.kinds import Whole
from crm_api.kit.uow import UnitOfWork

router = APIRouter(prefix="/api/v1/search", tags=["search"], route_class=KitRoute)
CanSearch = Annotated[UnitOfWork, allowed(SEARCH)]
Limit = Annotated[int, BeforeValidator(Whole().read)]


@router.get("", response_model=SearchResult, operation_id="search_get", summary="Search everything")
async def search_everything(
    uow: CanSearch,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="Words or beginnings of words, Chinese fragments of two characters and more, phone numbers or "
            "their last digits, e-mail addresses; all must occur.",
            examples=["智达"],
        ),
    ],
    types: Annotated[
        str | None,
        Query(
            description="Resources to search, comma-separated; all that you may read unless given.",
            examples=["customers,contacts"],
        ),
    ] = None,
    limit: Annotated[Limit, Query(ge=1, le=50, description="Hits to answer.")] = 20,
) -> Any:
    """Titles that are the query come first, then those that begin with it, then those that hold it, then other fields.

    One wrong letter in a word of four letters and more, or one wrong character in a Chinese name of five and more, is
    forgiven when nothing matches as typed. A record is found from the moment it was written.
    """
    return await SearchService(uow).search(q, types, limit)

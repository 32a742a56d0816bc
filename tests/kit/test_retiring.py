"""A route that goes away says so in its headers and in the document."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from crm_api.document.openapi import build_document
from crm_api.kit.allowed import public
from crm_api.kit.dispatch import Dispatch
from crm_api.kit.edge import Edge
from crm_api.kit.http import KitRoute
from crm_api.kit.retiring import Retiring, retiring
from crm_api.kit.uow import PublicUnit

SINCE, SUNSET = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 7, 1, tzinfo=UTC)
router = APIRouter(prefix="/api/v1/boxes", tags=["boxes"], route_class=KitRoute)
Visitor = Annotated[PublicUnit, public()]


@router.get("/old", operation_id="boxes_old", summary="Old")
@retiring(SINCE, sunset=SUNSET, successor="/api/v2/boxes")
async def old(unit: Visitor) -> Any:
    """As it was."""
    return {}


@router.get("/new", operation_id="boxes_new", summary="New")
async def new(unit: Visitor) -> Any:
    """As it is."""
    return {}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.edge = Edge(None, None, None, None)  # type: ignore[arg-type]
    app.middleware_stack = Dispatch(router.routes, app.build_middleware_stack())  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm") as opened:
        yield opened


async def test_every_answer_of_a_retiring_route_says_so(client: httpx.AsyncClient) -> None:
    for path, status in (("/api/v1/boxes/old", 200), ("/api/v1/boxes/old?unknown=1", 400)):
        answer = await client.get(path)
        assert answer.status_code == status
        assert answer.headers["deprecation"] == f"@{int(SINCE.timestamp())}"
        assert answer.headers["sunset"] == "Sat, 01 Jul 2028 00:00:00 GMT"
        assert answer.headers["link"] == (
            '</docs>; rel="deprecation"; type="text/html", </api/v2/boxes>; rel="successor-version"'
        )
        assert answer.headers["vary"] == "Authorization, Accept-Language"
    assert "deprecation" not in (await client.get("/api/v1/boxes/new")).headers


def test_the_document_says_so_too() -> None:
    made = build_document(router.routes, title="Boxes", version="1", description="Boxes.", tags=[])
    was, now = (made["paths"][f"/api/v1/boxes/{name}"]["get"] for name in ("old", "new"))
    assert was["deprecated"] is True
    assert was["description"].endswith(
        "Deprecated since 2027-01-01, answers until 2028-07-01; use `/api/v2/boxes`."
    )
    assert "deprecated" not in now


def test_nothing_is_gone_before_it_is_deprecated() -> None:
    with pytest.raises(ValueError, match="not earlier"):
        Retiring(SUNSET, SINCE)

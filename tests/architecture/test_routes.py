"""Every route is guarded, named and described alike; each checker is shown to be able to fail."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import Field

from crm_api import wiring
from crm_api.identity.users.resource import users
from crm_api.kit.allowed import allowed, public, signed_in
from crm_api.kit.http import KitRoute
from crm_api.kit.principal import Permission
from crm_api.kit.schemas import Schema
from crm_api.kit.uow import PublicUnit, UnitOfWork
from crm_api.main import create_app
from crm_api.settings import Settings
from tests.architecture import routes as check
from tests.architecture.sources import ROOT
from tests.factories.companies import Company

ROUTES = [route for router in wiring.ROUTERS for route in router.routes]


def test_every_route_asks_for_a_permission_or_is_listed() -> None:
    assert check.unguarded(ROUTES) == []
    assert check.unknown_entries(ROUTES) == []


def test_every_operation_is_named_for_its_resource_and_verb() -> None:
    assert check.misnamed(ROUTES) == []


def test_every_field_of_an_answer_is_always_there() -> None:
    assert check.optional_answers(ROUTES) == []


def test_every_refusal_of_the_edge_is_documented() -> None:
    assert check.undeclared_refusals(ROUTES) == []


def test_nothing_else_is_served() -> None:
    paths = {getattr(route, "path", "") for route in create_app(Settings(_env_file=None)).router.routes}
    assert {path for path in paths if not path.startswith("/docs/assets/")} == check.OUTSIDE


@pytest.mark.parametrize("resource", wiring.RESOURCES, ids=lambda resource: resource.name)
def test_every_resource_proves_who_reaches_it(resource: Any) -> None:
    """The matrix of roles, actions and rows has a file of its own beside the other tests of the resource."""
    packages = {resource.model.__module__.split(".")[-2], resource.name}
    assert any(next((ROOT / "tests").glob(f"*/{package}/test_access.py"), None) for package in packages)


GUARDED = [route for route in ROUTES if isinstance(route, KitRoute) and not route.public]


def _request(route: KitRoute) -> tuple[str, str]:
    (method,) = route.methods
    return method, route.path.replace("{", "").replace("}", "").removeprefix("/api/v1")


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.operation_id)
async def test_nobody_is_let_in_without_a_token(company: Company, route: KitRoute) -> None:
    method, path = _request(route)
    async with company.served.client() as nobody:
        assert (await nobody.request(method, path)).status_code == 401


async def test_a_user_without_roles_is_let_in_nowhere(company: Company) -> None:
    idle = await company.user()
    for route in GUARDED:
        if not route.own:
            method, path = _request(route)
            body = {} if route.body_field is not None else None
            answer = await idle.http.request(method, path, json=body)
            assert (route.operation_id, answer.status_code) == (route.operation_id, 403)


class Half(Schema):
    """An answer that leaves a field out."""

    name: str | None = Field(None, description="Perhaps.")


class Whole(Schema):
    """An answer that holds another."""

    half: list[Half] = Field(description="Several.")


async def _open() -> None: ...


async def _for_everybody(unit: Annotated[PublicUnit, public()]) -> None: ...


async def _for_every_principal(uow: Annotated[UnitOfWork, signed_in()]) -> None: ...


async def _for_nobody(uow: Annotated[UnitOfWork, allowed(Permission("boxes", "shake"))]) -> None: ...


async def _guarded(uow: Annotated[UnitOfWork, allowed(users.read)]) -> None: ...


def _routes(
    endpoint: Any, path: str = "/api/v1/boxes", name: str = "boxes_list", **options: Any
) -> list[Any]:
    router = APIRouter(route_class=options.pop("route_class", KitRoute))
    router.add_api_route(path, endpoint, operation_id=name, **options)
    return list(router.routes)


@pytest.mark.parametrize(
    ("routes", "finding"),
    [
        (_routes(_open), "boxes_list: no permission"),
        (_routes(_for_everybody), "boxes_list: open to everybody, and on no list"),
        (_routes(_for_every_principal), "boxes_list: open to every principal, and on no list"),
        (_routes(_for_nobody), "boxes_list: boxes:shake is granted by no role"),
        (_routes(_open, route_class=APIRoute), "/api/v1/boxes: not a route of the kit"),
    ],
)
def test_a_planted_hole_is_found(routes: list[Any], finding: str) -> None:
    assert check.unguarded(routes) == [finding]


@pytest.mark.parametrize(
    ("routes", "finding"),
    [
        (
            _routes(_guarded, name="listBoxes"),
            "/api/v1/boxes: operationId 'listBoxes' is not <resource>_<verb>",
        ),
        (_routes(_guarded, path="/boxes"), "/boxes: not /api/v1/<kebab-plural>"),
        (_routes(_guarded) * 2, "/api/v1/boxes: operationId 'boxes_list' is taken twice"),
        (
            _routes(_guarded, path="/api/v1/boxes/{a}/b/{b}/c/{c}"),
            "/api/v1/boxes/{a}/b/{b}/c/{c}: nested deeper than once",
        ),
    ],
)
def test_a_planted_name_is_found(routes: list[Any], finding: str) -> None:
    assert check.misnamed(routes) == [finding]


def test_a_planted_default_is_found() -> None:
    assert check.optional_answers(_routes(_guarded, response_model=Whole)) == ["Half.name: has a default"]


def test_a_planted_silence_is_found() -> None:
    (route,) = _routes(_guarded)
    route.errors = (400, 401, 503)
    assert check.undeclared_refusals([route]) == ["boxes_list: 403 is not documented"]

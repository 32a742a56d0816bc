"""What every route must keep to."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import BaseRoute

from crm_api.kit.http import KitRoute
from crm_api.kit.principal import Permission
from crm_api.roles import ROLES

# Operations without a principal.
PUBLIC = {
    "auth_login",
    "auth_refresh",
    "auth_token",
    "public_quotes_accept",
    "public_quotes_get",
    "public_quotes_reject",
}
# Operations of every principal, about themselves.
OWN = {"auth_logout", "auth_me", "metadata_objects_get", "metadata_objects_list"}
# Paths outside the resources, besides the files of the documentation pages.
OUTSIDE = {
    "/",
    "/docs",
    "/healthz",
    "/metrics",
    "/problems",
    "/problems/{code}",
    "/readyz",
    "/redoc",
}
# Keys of an answer that are there only when they were asked for.
ON_REQUEST = {"Page.total", "Page.total_is_capped"}


def unguarded(
    routes: Iterable[BaseRoute],
    public: frozenset[str] = frozenset(PUBLIC),
    own: frozenset[str] = frozenset(OWN),
) -> list[str]:
    """A route that neither asks for a permission that somebody holds nor stands on a reviewed list."""
    granted = {permission for role in ROLES.values() for permission in role.permissions()}
    return [finding for route in routes for finding in _unguarded(route, granted, public, own)]


def _unguarded(
    route: BaseRoute, granted: set[Permission], public: frozenset[str], own: frozenset[str]
) -> Iterator[str]:
    if not isinstance(route, KitRoute):
        yield f"{getattr(route, 'path', route)}: not a route of the kit"
        return
    name = route.operation_id or ""
    if route.public or route.own:
        if name not in (public if route.public else own):
            yield f"{name}: open to {'everybody' if route.public else 'every principal'}, and on no list"
    elif route.permission is None:
        yield f"{name}: no permission"
    elif route.permission not in granted:
        yield f"{name}: {route.permission} is granted by no role"


def unknown_entries(routes: Iterable[BaseRoute]) -> list[str]:
    """An entry of a reviewed list that no route needs any more."""
    known = {route.operation_id for route in routes if isinstance(route, APIRoute)}
    return sorted((PUBLIC | OWN) - known)


def misnamed(routes: Iterable[BaseRoute]) -> list[str]:
    """An operationId that is not `<resource>_<verb>`, is taken twice, or a path that is not kebab-case plural."""
    found: list[str] = []
    taken: set[str] = set()
    for route in routes:
        assert isinstance(route, APIRoute)
        name, path = route.operation_id or "", route.path
        # a report is a resource of its own below /reports
        match = re.match(r"/api/v1/(?:reports/)?([a-z]+(-[a-z]+)*)(/|$)", path)
        if match is None:
            found.append(f"{path}: not /api/v1/<kebab-plural>")
        elif not re.fullmatch(match[1].replace("-", "_") + r"(_[a-z]+)+", name):
            found.append(f"{path}: operationId {name!r} is not <resource>_<verb>")
        if name in taken:
            found.append(f"{path}: operationId {name!r} is taken twice")
        if len(re.findall(r"\{", path)) > 2:
            found.append(f"{path}: nested deeper than once")
        taken.add(name)
    return found


def optional_answers(routes: Iterable[BaseRoute]) -> list[str]:
    """A field of an answer that has a default: every field is present, null is explicit."""
    models = {
        model
        for route in routes
        if isinstance(route, APIRoute)
        for model in _models(route.response_model, set())
    }
    return sorted(
        f"{model.__name__}.{name}: has a default"
        for model in models
        for name, field in model.model_fields.items()
        if not field.is_required() and f"{model.__name__}.{name}" not in ON_REQUEST
    )


def _models(annotation: Any, seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        for field in annotation.model_fields.values():
            _models(field.annotation, seen)
    for part in get_args(annotation):
        _models(part, seen)
    return seen


def undeclared_refusals(routes: Iterable[BaseRoute]) -> list[str]:
    """A guarded route whose document leaves out what every guarded route can answer."""
    return [
        f"{route.operation_id}: {status} is not documented"
        for route in routes
        if isinstance(route, KitRoute)
        for status in (400, 503, *(() if route.public else (401,)), *((403,) if route.permission else ()))
        if status not in route.errors
    ]

"""The arguments of a handler, made from its signature as FastAPI read it.

FastAPI's own resolver costs more than the statement of a get. Handlers of this API take path ids, one JSON body, the
unit of work and the request; those are filled in here. A handler with query parameters or a form is left to FastAPI.
"""

from collections.abc import Callable
from types import NoneType
from typing import Any, NamedTuple, get_args

from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from crm_api.kit.allowed import Door, OwnDoor, PublicDoor
from crm_api.kit.faults import problem_of
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import Multipart

AnyDoor = Door | OwnDoor | PublicDoor


class Plan(NamedTuple):
    """Which arguments come from where."""

    path: tuple[str, ...]
    doors: tuple[tuple[str, AnyDoor], ...]
    body: tuple[str, type[BaseModel]] | None
    body_optional: bool
    body_raw: bool
    request: str | None

    async def call(
        self, endpoint: Callable[..., Any], request: Request, unit: UnitOfWork, content: Any
    ) -> Any:
        """Open the doors (Forbidden), then read the body (Invalid), then call."""
        given: dict[str, Any] = {name: request.scope["path_params"][name] for name in self.path}
        for name, door in self.doors:
            given[name] = door.open(unit)
        if self.body:
            name, schema = self.body
            if content is not None or not self.body_optional:
                given[name] = content if self.body_raw else validated(schema, content)
        if self.request:
            given[self.request] = request
        return await endpoint(**given)


def plan_of(dependant: Dependant) -> Plan | None:
    """The plan for a handler, or None when FastAPI has to resolve it.

    One with the attribute `raw_body` reads its JSON by a schema of its own choice.
    """
    bodies = dependant.body_params
    doors: list[tuple[str, Any]] = [(found.name or "", found.call) for found in dependant.dependencies]
    if (
        dependant.query_params
        or dependant.header_params
        or dependant.cookie_params
        or len(bodies) > 1
        or any(
            isinstance(body.field_info, Form) and not isinstance(body.field_info, Multipart)
            for body in bodies
        )
        or not all(isinstance(door, AnyDoor) for _, door in doors)
    ):
        return None
    annotation: Any = bodies[0].field_info.annotation if bodies else None
    # `data: OpportunityWin | None = None` is a body that may be left out
    schemas = [part for part in get_args(annotation) if part is not NoneType]
    body: tuple[str, Any] | None = (bodies[0].name, schemas[0] if schemas else annotation) if bodies else None
    path = tuple(parameter.name for parameter in dependant.path_params)
    raw = bool(getattr(dependant.call, "raw_body", False))
    return Plan(path, tuple(doors), body, bool(schemas), raw, dependant.request_param_name)


def validated(schema: type[BaseModel], content: Any) -> BaseModel:
    """A body as its schema; what is wrong is Invalid at its pointers, without the input."""
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise problem_of(found, schema.model_fields) from error

"""The only door to the database: a handler gets its unit of work from the permission it names, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi import Depends, Request

from crm_api.kit.errors import Forbidden
from crm_api.kit.principal import Permission, Reach
from crm_api.kit.uow import UnitOfWork

UNIT = "crm.unit"


class Door:
    """Hands out the unit of the request to principals who hold the permission; others are Forbidden, without SQL."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def open(self, unit: UnitOfWork) -> UnitOfWork:
        return admit(unit, self.permission)

    async def __call__(self, request: Request) -> UnitOfWork:
        return self.open(request.scope[UNIT])


class OwnDoor:
    """The door of what every principal may ask about themselves; opens no row of a resource."""

    def open(self, unit: UnitOfWork) -> UnitOfWork:
        return unit

    async def __call__(self, request: Request) -> UnitOfWork:
        return self.open(request.scope[UNIT])


class PublicDoor(OwnDoor):
    """The door of the short reviewed list of routes that have no principal yet."""


def admit(unit: UnitOfWork, permission: Permission) -> UnitOfWork:
    """The unit, carrying the permission it was opened with."""
    if unit.principal.reach(permission) is Reach.NONE:
        raise Forbidden
    unit.permission = permission
    return unit


@contextmanager
def entrusted(unit: UnitOfWork, *permissions: Permission) -> Iterator[None]:
    """In the block the unit holds these rights alone, company-wide: for what a verb brings about by a rule."""
    principal, carried = unit.principal, unit.permission
    unit.principal = replace(principal, reaches=dict.fromkeys(permissions, Reach.ALL), restrictions={})
    unit.permission = permissions[-1]
    try:
        yield
    finally:
        unit.principal, unit.permission = principal, carried


def allowed(permission: Permission) -> Any:
    """`Annotated[UnitOfWork, allowed(opportunities.update)]`."""
    return Depends(Door(permission))


def public() -> Any:
    """`Annotated[PublicUnit, public()]`: no principal; the route must be on the public list."""
    return Depends(PublicDoor())


def signed_in() -> Any:
    """`Annotated[UnitOfWork, signed_in()]`: any principal, about themselves."""
    return Depends(OwnDoor())

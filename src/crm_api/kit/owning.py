"""Owners: who a row is given to, first and later."""

from typing import Any

from pydantic import Field

from crm_api.kit.errors import Forbidden
from crm_api.kit.principal import Permission, Reach
from crm_api.kit.references import owner_of
from crm_api.kit.schemas import Id, Schema
from crm_api.kit.uow import UnitOfWork


class Assignment(Schema):
    """The new owner."""

    owner_id: Id | None = Field(description="The user who looks after it from now on; null for nobody.")


async def first_owner(uow: UnitOfWork, values: dict[str, Any]) -> dict[str, Any]:
    """Take `id` and `owner_id` out of a create body: a user who names no owner becomes it, null means nobody."""
    own = uow.principal.id if uow.principal.kind == "user" else None
    owner = await owner_of(uow, values.pop("owner_id", own))
    given_id = values.pop("id", None)
    stamped = {"owner_id": owner.id, "team_id": owner.team_id}
    return {**stamped, "id": given_id} if given_id else stamped


async def assign_owner(uow: UnitOfWork, row: Any, values: dict[str, Any], right: Permission) -> str:
    """Take a new owner out of an update body and put it on the row; the name of the event this is.

    Giving a row away is a right of its own: the row before must lie within its reach (the row after is checked when
    it is saved).
    """
    if "owner_id" not in values or values["owner_id"] == row.owner_id:
        values.pop("owner_id", None)
        return "updated"
    reach = uow.principal.reach(right)
    if reach is Reach.NONE or not _within(uow, reach, row):
        raise Forbidden
    owner = await owner_of(uow, values.pop("owner_id"))
    row.apply({"owner_id": owner.id, "team_id": owner.team_id})
    return "assigned"


def _within(uow: UnitOfWork, reach: Reach, row: Any) -> bool:
    teams = uow.principal.teams(reach)
    return reach is Reach.ALL or row.owner_id == uow.principal.id or row.team_id in teams

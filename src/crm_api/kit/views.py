"""Saved list requests: `view=<id>` stands for filter, sort and shape; what else is asked goes on top of it."""

from crm_api.kit.errors import Problem, bad_parameter
from crm_api.kit.ids import as_id
from crm_api.kit.listing import View, empty, faults_in_body
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES, find_view
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork


async def view_of(uow: UnitOfWork, resource: Resource, view_id: str) -> View:
    """The view that a request for records of a resource names.

    One that is absent, out of reach or of another resource is a BadRequest, and so is one that names what the caller
    may not use: a view never shows more than its filter written out.
    """
    view: View | None = await find_view(uow, view_id) if as_id(view_id) else None
    if view is None or view.resource != resource.name:
        raise bad_parameter("view", "reference_not_found", resource="saved_view")
    try:
        empty(resource, uow.principal, view)
    except Problem as problem:
        fault = problem.faults[0]
        raise bad_parameter("view", fault.code, **fault.params) from problem
    return view


def check_view(principal: Principal, view: View) -> None:
    """Refuse (Invalid, at its place in the body) what this principal could not ask of the resource."""
    with faults_in_body():
        resource = RESOURCES.get(view.resource)
        if resource is None or not principal.reach(resource.read):
            raise bad_parameter("resource", "reference_not_found", resource="record")
        empty(resource, principal, view)

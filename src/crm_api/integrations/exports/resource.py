"""Exports as a resource."""

from crm_api.integrations.exports.models import Export
from crm_api.kit.access import authored
from crm_api.kit.principal import Permission
from crm_api.kit.resource import Resource

exports = Resource(
    name="exports",
    singular="export",
    model=Export,
    access=authored(),
    label="resource",
    events=("started", "finished", "deleted"),
)


def right_to_export(resource: Resource) -> Permission:
    """The permission to take the rows of a resource out as a file."""
    return resource.action("export")

"""Imports as a resource."""

from crm_api.integrations.imports.models import Import
from crm_api.kit.access import authored
from crm_api.kit.principal import Permission
from crm_api.kit.resource import Resource

imports = Resource(name="imports", singular="import", model=Import, access=authored(), label="file_name")
COMMIT = imports.action("commit")


def right_to_history(resource: Resource) -> Permission:
    """The permission to bring in rows under their former author and time."""
    return resource.action("import_history")

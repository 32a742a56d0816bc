"""Which resources something can be about, and the access of what is about them."""

from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.subjects import SubjectAccess


def subjects() -> list[Resource]:
    """The resources whose records can have notes and attachments."""
    return [resource for resource in RESOURCES.values() if resource.subject]


THROUGH_SUBJECT = SubjectAccess(subjects)

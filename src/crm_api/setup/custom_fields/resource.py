"""Custom fields as a resource."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource
from crm_api.setup.custom_fields.models import CustomField

custom_fields = Resource(
    name="custom_fields",
    singular="custom_field",
    model=CustomField,
    access=everyone(),
    sorts={"position": "position", "created_at": "created_at"},
    default_sort="position",
    label="key",
)

"""Dictionary types as a resource."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource
from crm_api.setup.dictionary_types.models import DictionaryType

dictionary_types = Resource(
    name="dictionary_types",
    singular="dictionary_type",
    model=DictionaryType,
    access=everyone(),
    sorts={"created_at": "created_at"},
    default_sort="created_at",
    label="code",
)

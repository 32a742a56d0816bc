"""Dictionary items as a resource."""

from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource
from crm_api.setup.dictionaries.models import DictionaryItem

dictionary_items = Resource(
    name="dictionary_items",
    singular="dictionary_item",
    model=DictionaryItem,
    access=everyone(),
    sorts={"position": "position", "created_at": "created_at"},
    default_sort="position",
    label="code",
)

"""Saved views as a resource."""

from crm_api.kit.access import published
from crm_api.kit.resource import Resource
from crm_api.setup.saved_views.models import SavedView

saved_views = Resource(
    name="saved_views",
    singular="saved_view",
    model=SavedView,
    access=published(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    default_sort="name",
)

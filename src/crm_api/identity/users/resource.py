"""Users as a resource: everybody in the company may know them."""

from crm_api.identity.users.models import User
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

users = Resource(
    name="users",
    singular="user",
    model=User,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    default_sort="name",
    search=("name", "email", "title"),
    events=("activated", "disabled", "enabled", "moved"),
)
ASSIGN_ROLES = users.action("assign_roles")
DISABLE = users.action("disable")
MOVE = users.action("move")

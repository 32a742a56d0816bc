"""Teams as a resource: everybody in the company may know them."""

from crm_api.identity.teams.models import Team
from crm_api.kit.access import everyone
from crm_api.kit.resource import Resource

teams = Resource(
    name="teams",
    singular="team",
    model=Team,
    access=everyone(),
    sorts={"created_at": "created_at", "name": "name_sort"},
    default_sort="name",
    search=("name",),
    events=("moved",),
)
MOVE = teams.action("move")

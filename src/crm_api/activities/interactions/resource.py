"""Interactions as a resource."""

from crm_api.activities.interactions.models import Interaction, Participant
from crm_api.activities.subjects.resource import THROUGH_SUBJECT
from crm_api.kit.resource import Children, Resource

PARTICIPANTS = Children("participants", Participant, "interaction_id")
interactions = Resource(
    name="interactions",
    singular="interaction",
    model=Interaction,
    access=THROUGH_SUBJECT,
    importable=True,
    exportable=True,
    sorts={"happened_at": "happened_at", "created_at": "created_at"},
    default_sort="-happened_at",
    search=("summary", "outcome"),
    children=(PARTICIPANTS,),
    label="summary",
)

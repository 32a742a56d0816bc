"""Notes as a resource."""

from crm_api.activities.notes.models import Note
from crm_api.activities.subjects.resource import THROUGH_SUBJECT
from crm_api.kit.resource import Resource

notes = Resource(
    name="notes",
    singular="note",
    model=Note,
    access=THROUGH_SUBJECT,
    search=("body",),
    label="body",
)

"""Attachments as a resource."""

from crm_api.activities.attachments.models import Attachment
from crm_api.activities.subjects.resource import THROUGH_SUBJECT
from crm_api.kit.resource import Resource

attachments = Resource(
    name="attachments",
    singular="attachment",
    model=Attachment,
    access=THROUGH_SUBJECT,
    search=("name",),
)

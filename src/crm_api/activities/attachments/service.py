"""The verbs of attachments."""

from typing import Any

from crm_api.activities.attachments.errors import NotAllowed, QuotaExceeded
from crm_api.activities.attachments.kinds import ACCEPTED, format_of, glimpse, named_for
from crm_api.activities.attachments.models import Attachment
from crm_api.activities.attachments.repository import AttachmentRepository, Kept
from crm_api.activities.subjects.service import SubjectService
from crm_api.identity.access_log.log import recorded
from crm_api.identity.access_log.models import AccessKind
from crm_api.kit import clock
from crm_api.kit.errors import NotFound, TooLarge
from crm_api.kit.ids import as_id
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.uploads import ReceivedFile
from crm_api.storage.files import files, limits


class AttachmentService:
    """A file is staged before its row is written and condemned before its row is deleted.

    What no row names after that is swept: no crash leaves a row without its file, nor a file for good without a row.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = AttachmentRepository(uow)
        self._subjects = SubjectService(uow)

    async def create(self, subject_type: str, subject_id: str, file: ReceivedFile) -> dict[str, Any]:
        """Keep a file; what it is, its content says."""
        await self._subjects.demand_update(subject_type, subject_id)
        if file.size > limits().file:
            raise TooLarge(limit=limits().file)
        kind = format_of(await glimpse(file.chunks()))
        if kind is None:
            raise NotAllowed(expected=ACCEPTED)
        stored = await files().stage(self.uow.principal.tenant_id, file.chunks())
        attachment = Attachment.new()
        attachment.apply(
            {
                "subject_type": subject_type,
                "subject_id": subject_id,
                "name": named_for(kind, file.name),
                "media_type": kind.media_type,
                "size": stored.size,
                "sha256": stored.sha256,
                "storage_key": stored.key,
            }
        )
        created = await self._repository.add(attachment)
        # last, because uploads of a company wait for each other from here on
        if not await self._repository.take_room(stored.size, limits().quota):
            raise QuotaExceeded(limit=limits().quota)
        return created

    async def kept(self, attachment_id: str) -> Kept:
        """Where the file is, for whoever reads the record it is about; on record before it leaves."""
        found = await self._repository.kept(attachment_id) if as_id(attachment_id) else None
        if found is None:
            raise NotFound
        kind, told = AccessKind.DOWNLOAD, {"media_type": found.media_type, "size": found.size}
        self.uow.add(recorded(self.uow, kind, "attachments_download", "attachments", told, attachment_id))
        return found

    async def delete(self, attachment_id: str) -> None:
        """The row goes now, the file within hours."""
        attachment = await self._repository.load(attachment_id)
        await self._subjects.demand_update(attachment.subject_type, attachment.subject_id)
        await files().condemn(attachment.storage_key)
        attachment.deleted_at = clock.now()
        await self._repository.save(attachment, event="deleted")
        await self._repository.give_room(attachment.size)

"""The verbs of dead letters."""

from typing import Any

from crm_api.integrations.dead_letters.errors import DeadLetterSettled, JobUnknown
from crm_api.jobs import operations
from crm_api.jobs.models import DeadLetter, DeadLetterStatus, dead_letters
from crm_api.jobs.port import JOBS, enqueue
from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork


class DeadLetterService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[DeadLetter] = Repository(uow, dead_letters)

    async def retry(self, letter_id: str) -> dict[str, Any]:
        """The job is asked for again, in the name of whoever asked for it first; its operation waits again."""
        letter = await self._held(letter_id)
        if letter.job not in JOBS:
            raise JobUnknown
        letter.status = DeadLetterStatus.RETRIED.value
        if letter.operation_id:
            await operations.reopen(self.uow, letter.operation_id)
        await enqueue(
            self.uow, letter.job, letter.args, operation=letter.operation_id, by=letter.requested_by
        )
        return await self._repository.save(letter, event="retried")

    async def discard(self, letter_id: str) -> dict[str, Any]:
        """It will not be done; its operation stays as it ended."""
        letter = await self._held(letter_id)
        letter.status = DeadLetterStatus.DISCARDED.value
        return await self._repository.save(letter, event="discarded")

    async def _held(self, letter_id: str) -> DeadLetter:
        letter = await self._repository.load(letter_id)
        if letter.status != DeadLetterStatus.HELD.value:
            raise DeadLetterSettled
        return letter

"""The question that everything about a record asks before it is written."""

from crm_api.activities.subjects.errors import NoSubject
from crm_api.activities.subjects.repository import Subject, SubjectRepository
from crm_api.activities.subjects.resource import subjects
from crm_api.kit import clock
from crm_api.kit.effects import events
from crm_api.kit.errors import Forbidden, Invalid
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork


class SubjectService:
    """Records as subjects."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = SubjectRepository(uow)

    async def carry(self, subject: tuple[str, str], to: tuple[str, str], customer_id: str) -> None:
        """What was about one record is about another, each as (resource, id), and its customer from now on."""
        at = clock.now()
        changes = {
            name: {"from": before, "to": after}
            for name, before, after in zip(("subject_type", "subject_id"), subject, to, strict=True)
        }
        counted = {"customer_id": {"from": None, "to": customer_id}}
        for resource in RESOURCES.values():
            subject_type = resource.columns.get("subject_type")
            # an approval keeps the record that it was asked for
            if subject_type is not None and not subject_type.info["server_owned"]:
                carried = await self._repository.carry(resource, subject, to, customer_id, at)
                counts = counted if "customer_id" in resource.fields else {}
                told = [(row, {**changes, **counts}) for row in carried]
                await events(self.uow, resource, "updated", told, at)

    async def demand_read(self, subject_type: str, subject_id: str) -> None:
        """The caller sees the record, or nothing is written about it (Invalid)."""
        await self._found(subject_type, subject_id)

    async def demand_update(self, subject_type: str, subject_id: str) -> None:
        """The caller may change the record, or nothing is written about it.

        A type that cannot have anything about it and a record that is not visible are Invalid, one that is not
        the caller's to change is Forbidden.
        """
        resource, found = await self._found(subject_type, subject_id)
        principal = self.uow.principal
        reach = principal.reach(resource.update)
        shared = found.grant == "write" and bool(reach)
        if not shared and not resource.access.admits(principal, reach, found.owner_id, found.team_id):
            raise Forbidden

    async def _found(self, subject_type: str, subject_id: str) -> tuple[Resource, Subject]:
        known = {resource.name: resource for resource in subjects()}
        if subject_type not in known:
            raise Invalid.at("/subject_type", "not_a_choice", choices=", ".join(known))
        resource = known[subject_type]
        found = await self._repository.find(resource, subject_id)
        if found is None:
            raise NoSubject(resource.singular)
        return resource, found

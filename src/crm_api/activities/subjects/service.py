"""The question that everything about a record asks before it is written."""

from crm_api.activities.subjects.errors import NoSubject
from crm_api.activities.subjects.repository import SubjectRepository
from crm_api.activities.subjects.resource import subjects
from crm_api.kit.errors import Forbidden, Invalid
from crm_api.kit.uow import UnitOfWork


class SubjectService:
    """Records as subjects."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = SubjectRepository(uow)

    async def demand_update(self, subject_type: str, subject_id: str) -> None:
        """The caller may change the record, or nothing is written about it.

        A type that cannot have anything about it and a record that is not visible are Invalid, one that is not
        the caller's to change is Forbidden.
        """
        known = {resource.name: resource for resource in subjects()}
        if subject_type not in known:
            raise Invalid.at("/subject_type", "not_a_choice", choices=", ".join(known))
        resource, principal = known[subject_type], self.uow.principal
        found = await self._repository.find(resource, subject_id)
        if found is None:
            raise NoSubject(resource.singular)
        reach = principal.reach(resource.update)
        shared = found.grant == "write" and bool(reach)
        if not shared and not resource.access.admits(principal, reach, found.owner_id, found.team_id):
            raise Forbidden

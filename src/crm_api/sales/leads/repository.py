"""The SQL that leads have of their own."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, null, select

from crm_api.kit.access import Scope, access_values
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.searching import Source, Words, found_among, look_up
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.leads.models import Lead
from crm_api.sales.leads.resource import leads


class Known(NamedTuple):
    """Somebody who is known already, and by what."""

    id: str
    name: str
    company: str | None
    phones: list[dict[str, str]]
    emails: list[dict[str, str]]


class LeadRepository(Repository[Lead]):
    """Leads of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, leads)

    async def known(
        self, companies: Mapping[Resource, str | None], alternatives: Sequence[str]
    ) -> list[tuple[Resource, Known]]:
        """Visible records of some resources that hold one of the alternatives, the youngest of each first.

        Each resource comes with the field that names a company. Numbers that the caller may not search find nothing.
        """
        unreadable = self.uow.principal.unreadable
        sources = [
            Source(resource, not unreadable(resource.name).intersection(resource.sensitive_search))
            for resource in companies
        ]
        hits = await look_up(self.uow, sources, Words("", [], ["|".join(alternatives)]), similar=True)
        found = []
        for resource, company in companies.items():
            if ids := list(hits[resource.name].fits):
                found += [(resource, Known(*row)) for row in await self._read(resource, company, ids)]
        return found

    async def _read(self, resource: Resource, company: str | None, ids: list[str]) -> Sequence[Any]:
        principal = self.uow.principal
        reach = principal.reach(resource.read)
        scope = resource.access.scope(principal, reach, resource.name)
        return await self.uow.fetch(
            ("known", resource.name, scope),
            lambda: _known(resource, company, scope),
            {**access_values(principal, reach), "found_ids": ids},
        )


def _known(resource: Resource, company: str | None, scope: Scope) -> Select[Any]:
    rows = scoped(resource.model, "r")
    named = rows.c[company] if company else null().label("company")
    return (
        select(rows.c.id.cast(Text), rows.c.name, named, rows.c.phones, rows.c.emails)
        .where(
            found_among(rows),
            resource.access.predicate(rows, scope, resource.name),
            *resource.alive(rows),
        )
        .order_by(rows.c.created_at.desc(), rows.c.id)
    )

"""Whom a new lead may be already."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from crm_api.kit.resource import Resource
from crm_api.kit.searching import words_of
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.resource import contacts
from crm_api.parties.customers.resource import customers
from crm_api.sales.leads.models import Lead
from crm_api.sales.leads.repository import Known, LeadRepository
from crm_api.sales.leads.resource import leads
from crm_api.text import company_key

MOST: Final = 5
# the field of each that names a company
_COMPANIES: Final[Mapping[Resource, str | None]] = {customers: "name", contacts: None, leads: "company_name"}
_REASONS: Final = ("same_phone", "same_email", "same_company")


class DuplicateService:
    """Tells, never refuses: and tells of nothing that the caller could not read and search for."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of(self, lead: Lead) -> list[dict[str, str]]:
        """Customers, contacts and leads with its number, address or company but for the legal form; at most five."""
        principal = self.uow.principal
        companies = {
            resource: company
            for resource, company in _COMPANIES.items()
            if principal.reach(resource.read) and "name" not in principal.unreadable(resource.name)
        }
        wanted = [*dict.fromkeys(_alternatives(lead))]
        if not wanted or not companies:
            return []
        alike = []
        for resource, known in await LeadRepository(self.uow).known(companies, wanted):
            reason = self._reason(lead, resource, known)
            if reason is not None and known.id != lead.id:
                alike.append({"type": resource.name, "id": known.id, "name": known.name, "reason": reason})
        return sorted(alike, key=lambda found: _REASONS.index(found["reason"]))[:MOST]

    def _reason(self, lead: Lead, resource: Resource, known: Known) -> str | None:
        hidden = self.uow.principal.unreadable(resource.name)
        for field, reason in (("phones", "same_phone"), ("emails", "same_email")):
            if field not in hidden and _values(getattr(lead, field)) & _values(getattr(known, field)):
                return reason
        if _COMPANIES[resource] in hidden or not (lead.company_name and known.company):
            return None
        key = company_key(lead.company_name)
        return "same_company" if key and key == company_key(known.company) else None


def _values(points: list[dict[str, Any]]) -> set[str]:
    return {point["value"] for point in points}


def _alternatives(lead: Lead) -> Iterator[str]:
    """What a record must hold to be looked at, as the search has it stored."""
    names = [lead.company_name, *_bare(lead.company_name)] if lead.company_name else []
    for text in (*_values(lead.phones), *_values(lead.emails), *names):
        if grams := words_of(text).grams:
            yield " ".join(grams)


def _bare(name: str) -> Iterator[str]:
    """A company's name without its legal form, in its words and as one."""
    key, words = company_key(name), name.split()
    while len(words) > 1 and company_key(" ".join(words[:-1])) == key:
        words.pop()
    yield " ".join(words)
    yield key

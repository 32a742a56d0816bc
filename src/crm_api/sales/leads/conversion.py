"""What a lead becomes: a customer and a contact, matched or made, and an opportunity."""

from collections.abc import Mapping
from typing import Any

from crm_api.activities.contact_times.service import About, ContactTimeService
from crm_api.activities.subjects.service import SubjectService
from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.errors import Invalid
from crm_api.kit.references import check_references
from crm_api.kit.repository import Repository
from crm_api.kit.resource import Resource
from crm_api.kit.uow import UnitOfWork
from crm_api.parties.contacts.resource import contacts
from crm_api.parties.contacts.service import ContactService
from crm_api.parties.customers.models import CustomerKind
from crm_api.parties.customers.resource import customers
from crm_api.parties.customers.service import CustomerService
from crm_api.sales.belonging.service import demand_same_customer
from crm_api.sales.leads.models import Lead, LeadStatus
from crm_api.sales.leads.resource import CONVERT, leads
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.opportunities.service import OpportunityService
from crm_api.setup.custom_fields.carrying import carried

ABOUT_THE_COMPANY = ("industry", "region", "address", "website", "source")
ABOUT_THE_PERSON = ("title", "phones", "emails")


class ConversionService:
    """Converts a lead once; whoever asks again is told what it has become.

    What is made along the way needs the right to make it. Without a deal the notes and attachments go to the customer:
    one that was there before must be the caller's to change.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[Lead] = Repository(uow, leads)

    async def convert(self, lead_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The lead, naming what it has become; of two at once the second waits, and finds it converted."""
        lead = await self._repository.load(lead_id)
        if lead.status == LeadStatus.CONVERTED:
            return await self._repository.answer(lead)
        customer_id, is_new = await self._customer(lead, given.get("customer_id"))
        contact_id = await self._contact(lead, customer_id, given.get("contact_id"))
        opportunity_id = await self._opportunity(lead, customer_id, given.get("opportunity", {}))
        admit(self.uow, CONVERT)
        lead.convert(customer_id, contact_id, opportunity_id, clock.now())
        subjects = SubjectService(self.uow)
        to = (opportunities.name, opportunity_id) if opportunity_id else (customers.name, customer_id)
        if not (opportunity_id or is_new):
            await subjects.demand_update(*to)
        async with ContactTimeService(self.uow).following(About(*to, customer_id)):
            await subjects.carry((leads.name, lead.id), to, customer_id)
        return await self._repository.save(lead, event="converted")

    async def _customer(self, lead: Lead, named: str | None) -> tuple[str, bool]:
        """The one that is named, or the only visible one that is the same, or a new one; and whether it is new."""
        if named is not None:
            await check_references(self.uow, {"/customer_id": (customers.name, named)})
            return named, False
        service = CustomerService(self.uow)
        kind = CustomerKind.COMPANY if lead.company_name else CustomerKind.PERSON
        name = lead.company_name or lead.name
        same = await service.same(kind, name, [*lead.phones, *lead.emails])
        if len(same) > 1:
            raise Invalid.at("/customer_id", "ambiguous_reference", resource=customers.singular)
        if same:
            return same[0], False
        admit(self.uow, customers.create)
        known = {field: getattr(lead, field) for field in ABOUT_THE_COMPANY}
        own = {} if lead.company_name else {"phones": lead.phones, "emails": lead.emails}
        custom = await self._custom(lead, customers)
        given = {"name": name, "kind": kind, "owner_id": lead.owner_id, **known, **own, **custom}
        return str((await service.create(given))["id"]), True

    async def _contact(self, lead: Lead, customer_id: str, named: str | None) -> str:
        """The one that is named, or one of that name, number or address at the customer, or a new one.

        Invalid when the one that is named belongs to another customer.
        """
        service = ContactService(self.uow)
        if named is not None:
            await check_references(self.uow, {"/contact_id": (contacts.name, named)})
            await demand_same_customer(self.uow, customer_id, {"/contact_id": named})
            return named
        if found := await service.same_person(customer_id, lead.name, [*lead.phones, *lead.emails]):
            return found
        admit(self.uow, contacts.create)
        known = {field: getattr(lead, field) for field in ABOUT_THE_PERSON}
        custom = await self._custom(lead, contacts)
        made = await service.create(
            {"name": lead.name, "customer_id": customer_id, "owner_id": lead.owner_id, **known, **custom}
        )
        return str(made["id"])

    async def _opportunity(self, lead: Lead, customer_id: str, given: Mapping[str, Any] | None) -> str | None:
        if given is None:
            return None
        admit(self.uow, opportunities.create)
        body = {name: value for name, value in given.items() if value is not None}
        told = {"name": lead.company_name or lead.name, "description": lead.description, **body}
        custom = await self._custom(lead, opportunities)
        made = await OpportunityService(self.uow).create(
            {**told, "customer_id": customer_id, "owner_id": lead.owner_id, **custom}
        )
        return str(made["id"])

    async def _custom(self, lead: Lead, target: Resource) -> dict[str, Any]:
        """Custom fields that a new record has under the same key and of the same type are filled in."""
        return {"custom_fields": await carried(self.uow, lead.custom_fields, leads, target)}

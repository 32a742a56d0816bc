"""Making the demo company, in one transaction: whatever interrupts it, there is all of it or nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from crm_api.catalog.products.resource import products
from crm_api.catalog.products.service import ProductService
from crm_api.identity.provisioning.service import FOUNDER_ROLES, create_tenant
from crm_api.identity.teams.resource import teams
from crm_api.identity.teams.schemas import TeamCreate, TeamUpdate
from crm_api.identity.teams.service import TeamService
from crm_api.identity.users.resource import users
from crm_api.identity.users.service import UserService
from crm_api.kit import clock
from crm_api.kit.allowed import admit
from crm_api.kit.principal import Permission, Principal
from crm_api.kit.schemas import Schema
from crm_api.kit.uow import PublicUnit, UnitOfWork
from crm_api.parties.contacts.resource import contacts
from crm_api.parties.contacts.schemas import ContactCreate
from crm_api.parties.contacts.service import ContactService
from crm_api.parties.customers.resource import customers
from crm_api.parties.customers.schemas import CustomerCreate
from crm_api.parties.customers.service import CustomerService
from crm_api.roles import rights
from crm_api.sales.opportunities.closing import ClosingService
from crm_api.sales.opportunities.repository import OpportunityRepository
from crm_api.sales.opportunities.resource import LOSE, MOVE, WIN, opportunities
from crm_api.sales.opportunities.service import OpportunityService
from crm_api.server.bootstrap import outside_unit
from crm_api.server.database_roles import DatabaseRoles
from crm_api.server.demo import bodies, market
from crm_api.server.demo.asking import ZONE, Answers, asked
from crm_api.server.demo.bodies import CURRENCY, PASSWORD
from crm_api.server.demo.cast import (
    COMPANY,
    DEPARTMENTS,
    FOUNDER,
    PEOPLE,
    SELLERS,
    SLUG,
    Person,
    address,
    superior,
    within,
)
from crm_api.server.demo.catalogue import ITEMS
from crm_api.server.demo.deals import DAYS, Buyer, Deal, deals
from crm_api.server.locking import exclusively
from crm_api.server.migrating import LOCK, Report, as_owner, connected, ensure_event_partitions
from crm_api.settings import CannotStart, Secrets, Settings

SEED = 2026
# A little before the first deal, so that everybody and everything in it is there.
PRELUDE = timedelta(days=30)

Verb = Callable[[UnitOfWork], Awaitable[dict[str, Any]]]


async def load(settings: Settings, report: Report, email: str = FOUNDER, password: str = PASSWORD) -> None:
    """Make the demo company unless it is there, founded by `email`, and tell how to sign in to it."""
    async with connected(settings.app_dsn) as connection, exclusively(connection, "crm demo"):
        if await connection.fetchval("SELECT EXISTS (SELECT FROM tenants WHERE slug = $1)", SLUG):
            report(f"The demo company is there already ({SLUG}).")
            return
        first_day = clock.today(ZONE) - timedelta(days=DAYS) - PRELUDE
        await _make_room(settings, first_day)
        async with outside_unit(settings) as unit:
            await _Story(unit, first_day, settings.secrets, report).tell(email, password)
    report(f"Demo company “{COMPANY}”, founded by {email}; everybody else's password: {PASSWORD}")
    for person in PEOPLE:
        report(f"  {address(person)}: {person.name}, {person.role}")


async def _make_room(settings: Settings, first_day: date) -> None:
    """Events are kept by month, and a new installation has no room for those of the past."""
    if settings.admin_dsn is None:
        raise CannotStart("The demo company has a past: making room for it needs CRM_DATABASE_ADMIN_URL.")
    roles = DatabaseRoles(settings.db_role_prefix)
    async with (
        connected(settings.admin_dsn) as connection,
        exclusively(connection, LOCK),
        as_owner(connection, roles),
    ):
        await ensure_event_partitions(connection, _at(first_day))


class _Story:
    """Who did what, and when: the same every time, but for ids and today's date."""

    def __init__(self, unit: PublicUnit, first_day: date, secrets: Secrets, report: Report) -> None:
        self.unit, self.first_day, self.secrets, self.report = unit, first_day, secrets, report
        self.random = Random(SEED)  # noqa: S311  guards nothing
        self.today = clock.today(ZONE)
        self.tenant_id = ""
        self.people: dict[str, Principal] = {}

    async def tell(self, email: str, password: str) -> None:
        """Found the company, fill it, let it work until today."""
        with clock.frozen(_at(self.first_day)):
            founded = await create_tenant(
                self.unit,
                name=COMPANY,
                slug=SLUG,
                email=email,
                password=password,
                locale="zh",
                currency=CURRENCY,
                time_zone=ZONE,
            )
        self.tenant_id = founded.tenant_id
        owner = self.people["owner"] = self._principal(founded.user_id, FOUNDER_ROLES)
        await self._hire(owner)
        offered = {
            item.code: await self._do(owner, products.create, _create(ProductService, bodies.product(item)))
            for item in ITEMS
        }
        buyers = await self._meet()
        await self._sell(buyers, offered)
        await self._earn(buyers, offered)

    async def _hire(self, owner: Principal) -> None:
        """Departments from the top down, then people after those they report to, then who leads what."""
        ids: dict[str, str] = {}
        for department in DEPARTMENTS:
            team = TeamCreate(name=department.name, parent_id=ids.get(department.above or ""))
            ids[department.key] = await self._do(owner, teams.create, _create(TeamService, team))
        for person in PEOPLE:
            team_id = ids.get(person.team or "")
            above = superior(person)
            manager_id = self.people[above].id if above else None
            body = bodies.user(person, team_id, manager_id)
            user_id = await self._do(owner, users.create, _create(UserService, body))
            if person.leads:
                await self._do(owner, teams.update, _led_by(user_id, team_id))
            below = tuple(ids[key] for key in within(person.team))
            self.people[person.email] = self._principal(user_id, (person.role,), team_id, below)
        self.report(f"Demo company: {len(DEPARTMENTS)} teams, {len(PEOPLE) + 1} users")

    async def _meet(self) -> list[Buyer]:
        """Customers, and the people at each, as their account managers come to know them."""
        buyers: list[Buyer] = []
        people = 0
        for prospect in market.customers(self.random):
            buyer = self._buyer(prospect, buyers)
            parent_id = None if prospect.parent is None else buyers[prospect.parent].customer_id
            body = CustomerCreate.model_validate({**prospect.body, "parent_id": parent_id})
            seller = self._seller(buyer)
            customer_id = await self._do(
                seller, customers.create, _create(CustomerService, body), buyer.met_on
            )
            buyers.append(replace(buyer, customer_id=customer_id))
            for contact in market.contacts(self.random, prospect):
                known = ContactCreate.model_validate({**contact, "customer_id": customer_id})
                await self._do(seller, contacts.create, _create(ContactService, known), buyer.met_on)
                people += 1
            await self.unit.flush()
        self.report(f"Demo company: {len(buyers)} customers, {people} contacts")
        return buyers

    def _buyer(self, prospect: market.Prospect, known: Sequence[Buyer]) -> Buyer:
        """Who looks after a customer, and since when; a subsidiary belongs to whoever has its parent."""
        met_on = self.first_day + timedelta(days=max(0, self.random.randint(-DAYS // 2, DAYS)))
        if prospect.parent is None:
            places = [place for place, person in enumerate(SELLERS) if _serves(person, prospect)]
            seller = self.random.choice(places)
        else:
            seller = known[prospect.parent].seller
            met_on = max(met_on, known[prospect.parent].met_on)
        body = prospect.body
        skill = SELLERS[seller].skill
        return Buyer("", body["name"], body["level"], prospect.abroad, seller, skill, met_on)

    async def _sell(self, buyers: Sequence[Buyer], offered: Mapping[str, str]) -> None:
        made = deals(self.random, buyers, self.today)
        stages = await self._stages()
        won: set[str] = set()
        for number, deal in enumerate(made, 1):
            await self._live(deal, offered, stages)
            if deal.won and deal.customer_id and deal.customer_id not in won:
                won.add(deal.customer_id)
                await self._win_over(deal, deal.customer_id)
            await self.unit.flush()
            if number % 200 == 0 or number == len(made):
                self.report(f"Demo company: {number} of {len(made)} opportunities")

    async def _live(self, deal: Deal, offered: Mapping[str, str], stages: Mapping[str, str]) -> None:
        """One deal from its first day to its last."""
        seller = self._seller(deal)
        made = _create(OpportunityService, bodies.opportunity(deal, offered))
        deal_id = await self._do(seller, opportunities.create, made, deal.opened_on)
        for day, stage in deal.moves:
            await self._do(seller, MOVE, _moved(deal_id, stages[stage]), day)
        if deal.won:
            await self._do(seller, WIN, lambda unit: ClosingService(unit).win(deal_id, {}), deal.closed_on)
        elif deal.closed_on:
            lost = {"loss_reason": deal.loss_reason}
            await self._do(
                seller, LOSE, lambda unit: ClosingService(unit).lose(deal_id, lost), deal.closed_on
            )

    async def _win_over(self, deal: Deal, customer_id: str) -> None:
        seller, bought = self._seller(deal), {"lifecycle": "customer"}
        await self._do(
            seller,
            customers.update,
            lambda unit: CustomerService(unit).update(customer_id, bought),
            deal.closed_on,
        )

    async def _earn(self, buyers: Sequence[Buyer], offered: Mapping[str, str]) -> None:
        """From leads to money, request by request; `of li na` is the first company that she looks after."""
        known = {code: {"id": product_id} for code, product_id in offered.items()}
        known |= {name.replace(".", " "): {"id": person.id} for name, person in self.people.items()}
        for buyer in reversed(buyers):
            seller = SELLERS[buyer.seller].email.replace(".", " ")
            known[f"of {seller}"] = {"id": buyer.customer_id}
        answers, table = Answers(self.today, known, self.secrets), asked()
        for ask in table:
            self.unit.principal = self.people[ask.who]
            with clock.frozen(_at(self.today - timedelta(ask.days_ago))):
                await answers.ask(self.unit, ask)
        self.report(f"Demo company: {len(table)} requests from lead to cash")

    def _seller(self, of: Buyer | Deal) -> Principal:
        return self.people[SELLERS[of.seller].email]

    async def _stages(self) -> dict[str, str]:
        found = await OpportunityRepository(self.unit).stages_to_begin_in(None, None)
        return {stage.key: stage.id for stage in found}

    def _principal(
        self, user_id: str, roles: Sequence[str], team_id: str | None = None, subtree: tuple[str, ...] = ()
    ) -> Principal:
        reaches, restrictions = rights(roles)
        return Principal(
            self.tenant_id,
            user_id,
            roles=tuple(roles),
            team_id=team_id,
            subtree=subtree,
            reaches=reaches,
            restrictions=restrictions,
            time_zone=ZONE,
            currency=CURRENCY,
        )

    async def _do(self, who: Principal, permission: Permission, verb: Verb, day: date | None = None) -> str:
        """Let somebody do something on a day, with their own rights; the id of what it was done to."""
        self.unit.principal = who
        admit(self.unit, permission)
        with clock.frozen(_at(day or self.first_day)):
            record = await verb(self.unit)
        return str(record["id"])


def _at(day: date) -> datetime:
    """Half past nine in the company's morning, but never in the future."""
    return min(datetime.combine(day, time(9, 30), ZoneInfo(ZONE)).astimezone(UTC), clock.now())


def _serves(person: Person, prospect: market.Prospect) -> bool:
    if prospect.abroad or person.abroad:
        return prospect.abroad and person.abroad
    return (person.team == "south") is (prospect.body["region"] != "华东")


def _create(service: Any, body: Schema) -> Verb:
    given = body.given()
    return lambda unit: service(unit).create(given)


def _moved(deal_id: str, stage_id: str) -> Verb:
    return lambda unit: OpportunityService(unit).move(deal_id, stage_id)


def _led_by(user_id: str, team_id: str | None) -> Verb:
    leader = TeamUpdate(leader_id=user_id).given()
    return lambda unit: TeamService(unit).update(team_id or "", leader)

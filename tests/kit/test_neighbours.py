"""Filters one step away: the caller's own reach and field rights hold for the neighbour too."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crm_api.kit import reading
from crm_api.kit.listing import from_query
from crm_api.kit.principal import Permission, Principal, Reach, Right
from crm_api.kit.registries import RESOURCES
from crm_api.kit.relations import relations
from crm_api.kit.uow import UnitOfWork
from tests.factories.answers import as_sent
from tests.factories.companies import Company, Served, found_company
from tests.factories.everybody import key
from tests.factories.floors import Floor, furnish
from tests.factories.grants import share
from tests.factories.statements import Statements

CUSTOMERS = ("agent", "mate", "supervisor", "stranger", "nobody")


@pytest.fixture(scope="module")
async def furnished(served: Served) -> AsyncIterator[Floor]:
    """A contact of the agent's at a customer of everybody's, named after its owner; one at a deleted one, one at none."""
    company = await found_company(served)
    floor = await furnish(company)
    for name in CUSTOMERS:
        owner = getattr(floor, name).id if name != "nobody" else None
        customer = await company.owner.create(
            "/customers", name=name, industry="saas", tax_id=f"T-{name}", owner_id=owner
        )
        await company.owner.create(
            "/contacts", name=name, customer_id=customer["id"], owner_id=floor.agent.id
        )
    gone = await company.owner.create("/customers", name="gone", industry="saas")
    await company.owner.create("/contacts", name="gone", customer_id=gone["id"], owner_id=floor.agent.id)
    await company.owner.http.delete(f"/customers/{gone['id']}")
    await company.owner.create("/contacts", name="none", owner_id=floor.agent.id)
    yield floor
    await company.close()


EVERYBODY = {*CUSTOMERS, "gone", "none"}


def principal_of(floor: Floor, reach: Reach, *shared: str, **rights: Right) -> Principal:
    """The agent, who reads every contact, and customers as far as `reach`."""
    return Principal(
        floor.company.tenant_id,
        floor.agent.id,
        team_id=floor.city,
        subtree=(floor.city, floor.north),
        reaches={Permission("contacts", "read"): Reach.ALL, Permission("customers", "read"): reach},
        restrictions={"customers": rights} if rights else {},
        shared=frozenset(shared),
    )


async def names(floor: Floor, principal: Principal, query: str) -> set[str]:
    contacts = RESOURCES["contacts"]
    unit = UnitOfWork(floor.company.served.pool, principal, contacts.read, read_only=True)
    try:
        listing = from_query(contacts, principal, f"{query}&include_total=true".encode())
        page = as_sent(await reading.page(unit, listing, floor.company.served.app.state.edge.cursors))
    finally:
        await unit.close()
    found = {record["name"] for record in page["data"]}
    assert page["page"]["total"] == len(found)
    return found


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (Reach.OWN, {"agent"}),
        (Reach.TEAM, {"agent", "mate"}),
        (Reach.SUBTREE, {"agent", "mate", "supervisor"}),
        (Reach.ALL, set(CUSTOMERS)),
    ],
)
async def test_a_neighbour_out_of_reach_matches_nothing(
    furnished: Floor, reach: Reach, seen: set[str]
) -> None:
    who = principal_of(furnished, reach)

    assert await names(furnished, who, "customer.industry=saas") == seen
    assert await names(furnished, who, "customer.industry[in]=saas,x") == seen
    assert await names(furnished, who, "customer.name[contains]=a&customer.industry=saas") == {
        name for name in seen if "a" in name
    }
    # what is unknown does not hold, its negation does
    assert await names(furnished, who, "customer.industry[ne]=saas") == EVERYBODY - seen
    assert await names(furnished, who, "customer.industry[is_null]=true") == EVERYBODY - seen
    assert await names(furnished, who, "customer.industry[is_null]=false") == seen
    # the id stands in the contact itself
    assert await names(furnished, who, "customer_id[is_null]=false") == EVERYBODY - {"none"}


async def test_a_shared_neighbour_is_within_reach(furnished: Floor) -> None:
    stranger = (await furnished.company.rows("customers", name="stranger"))[0]
    await share(furnished.company, "customers", str(stranger["id"]), furnished.agent.id)

    with_grants = principal_of(furnished, Reach.OWN, "customers")
    assert await names(furnished, with_grants, "customer.industry=saas") == {"agent", "stranger"}
    both = principal_of(furnished, Reach.OWN, "customers", "contacts")
    assert await names(furnished, both, "customer.industry=saas") == {"agent", "stranger"}
    without = principal_of(furnished, Reach.OWN)
    assert await names(furnished, without, "customer.industry=saas") == {"agent"}


@pytest.mark.parametrize("right", [Right.HIDDEN, Right.MASKED])
async def test_a_field_the_caller_may_not_see_is_no_field(furnished: Floor, right: Right) -> None:
    who = principal_of(furnished, Reach.ALL, tax_id=right)

    with pytest.raises(Exception, match="invalid_parameter") as refused:
        await names(furnished, who, "customer.tax_id=T-agent")
    assert refused.value.faults[0].code == "unknown_parameter"  # type: ignore[attr-defined]
    assert "tax_id" not in str(refused.value.faults[0].params)  # type: ignore[attr-defined]
    assert await names(
        furnished, principal_of(furnished, Reach.ALL, tax_id=Right.READ_ONLY), "customer.tax_id=T-mate"
    ) == {"mate"}


async def refused(http: Any, query: str) -> dict[str, Any]:
    """The fault of a parameter and of the same condition in a tree, which must be alike."""
    name, _, value = query.partition("=")
    by_parameter = await http.get(f"/contacts?{query}")
    by_tree = await http.post("/contacts/query", json={"filter": {"field": name, "op": "eq", "value": value}})
    assert (by_parameter.status_code, by_tree.status_code) == (400, 422), by_parameter.text
    fault, other = by_parameter.json()["errors"][0], by_tree.json()["errors"][0]
    assert (fault["parameter"], other["pointer"]) == (name, "/filter/field")
    assert (fault["code"], other["code"]) == ("unknown_parameter", "unknown_field")
    assert fault["params"] == other["params"]
    return fault["params"]


async def test_who_may_not_read_the_neighbours_may_not_ask_about_them(furnished: Floor) -> None:
    integration = await key(furnished.company, "contacts:read")
    marketer = await furnished.company.user("marketer")

    assert await refused(integration.http, "customer.name=agent") == {"hint": ""}
    assert await refused(marketer.http, "customer.tax_id=T-agent") == await refused(
        marketer.http, "customer.tax_i=T-agent"
    )
    assert (await refused(marketer.http, "customer.nam=x")) == {"hint": " → customer.name"}


async def test_a_page_filtered_by_neighbours_costs_one_statement(
    furnished: Floor, statements: Statements
) -> None:
    await furnished.supervisor.http.get("/auth/me")

    async with statements.counted() as sent:
        answer = await furnished.supervisor.http.get(
            "/contacts?customer.industry=saas&owner.name=Agent&team.name=City"
        )

    assert {record["name"] for record in answer.json()["data"]} == {"agent", "mate", "supervisor"}
    assert sent.verbs == ["BEGIN", "SELECT", "COMMIT"]


def test_every_reference_leads_to_a_resource() -> None:
    found = {f"{name}.{relation}" for name, resource in RESOURCES.items() for relation in relations(resource)}

    assert {"customers.owner", "customers.team", "customers.parent", "contacts.customer"} <= found
    assert {"opportunities.pipeline", "users.manager", "teams.leader"} <= found


async def test_keys_of_other_systems_are_asked_of_neighbours_too(company: Company) -> None:
    customer = await company.owner.create(
        "/customers",
        name="Acme",
        external_ids=[{"source": "erp", "key": "1"}, {"source": "shop", "key": "1"}],
    )
    # the same key on another kind of record
    await company.owner.create("/contacts", name="other", external_ids=[{"source": "erp", "key": "1"}])
    await company.owner.create("/contacts", name="Li Na", customer_id=customer["id"])

    async def found(query: str) -> list[str]:
        answer = await company.owner.http.get(f"/contacts?{query}")
        assert answer.status_code == 200, answer.text
        return [record["name"] for record in answer.json()["data"]]

    assert await found("customer.external_id=erp:1") == ["Li Na"]
    assert await found("external_id=erp:1") == ["other"]
    assert await found("customer.external_id[has_all]=erp:1,shop:1") == ["Li Na"]
    assert await found("customer.external_id[has_all]=erp:1,shop:2") == []
    assert await found("customer.external_id[ne]=erp:1") == ["other"]
    assert await found("customer.external_id=erp:1&external_id=erp:1") == []

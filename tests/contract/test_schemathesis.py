"""The whole document against the running server, as three roles: no 5xx, no undocumented status, answers as described.

Requests are generated from the document, half of them deliberately wrong; ids in paths are also replaced by real ones.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crm_api.main import document
from crm_api.settings import Settings
from tests.factories.companies import Actor, Company, Served, found_company
from tests.factories.processes import serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("company_owner", "account_manager", "support_agent")
SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.config.phases.coverage.enabled = False
SCHEMA.config.phases.examples.enabled = False
SCHEMA.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[str]:
    """The application in a process of its own, on this worker's database."""
    with serving(settings) as (address, _):
        yield address


@pytest.fixture(scope="module")
async def cast(served: Served) -> AsyncIterator[tuple[dict[str, Actor], dict[str, str]]]:
    """Somebody of each role, and the ids of real records that they all can meet."""
    company = await found_company(served)
    actors = {"company_owner": company.owner, **{role: await company.user(role) for role in ROLES[1:]}}
    yield actors, await _records(company, actors["account_manager"])
    await company.close()


async def _records(company: Company, seller: Actor) -> dict[str, str]:
    team = await company.team()
    product = await company.owner.create(
        "/products", code="P-1", name="Product", list_price={"amount": "10.00", "currency": "CNY"}
    )
    customer = await seller.create("/customers", name="Customer")
    contact = await seller.create("/contacts", name="Contact", customer_id=customer["id"])
    deal = await seller.create(
        "/opportunities", name="Deal", customer_id=customer["id"], lines=[{"product_id": product["id"]}]
    )
    return {
        "team_id": team,
        "user_id": seller.id,
        "product_id": product["id"],
        "customer_id": customer["id"],
        "contact_id": contact["id"],
        "opportunity_id": deal["id"],
        "pipeline_id": deal["pipeline_id"],
        "role_key": "account_manager",
        "object_type": "customers",
    }


@SCHEMA.parametrize()
@hypothesis_settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_every_answer_is_as_described(
    case: Any, server: str, cast: tuple[dict[str, Actor], dict[str, str]]
) -> None:
    actors, known = cast
    real = {name: known[name] for name in case.path_parameters or {} if name in known}
    if real and not case.path.endswith("/disable") and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters = {**case.path_parameters, **real}
    for actor in actors.values():
        case.call_and_validate(
            base_url=server, headers={"Authorization": f"Bearer {actor.token}"}, checks=CHECKS
        )

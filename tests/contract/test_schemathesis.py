"""The whole document against the running server, as every default role and the owner of the company.

No 5xx, no undocumented status, answers as described: for requests generated from the document, half of them
deliberately wrong, whose path ids are also those of real records; and for a valid request of every operation.
"""

import copy
import re
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import one_of
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crm_api.kit.registries import RESOURCES
from crm_api.main import document
from crm_api.roles import DEFAULT_ROLES
from crm_api.settings import Settings
from tests.factories.companies import Actor, Company, Served, found_company
from tests.factories.processes import serving
from tests.isolation.examination import valid
from tests.isolation.operations import Operation, operations
from tests.isolation.samples import PARAMETERS
from tests.isolation.worlds import World

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OWNER = "company_owner"


def _checked() -> dict[str, Any]:
    """The document, with the events of a stream where the checks look for them."""
    found = copy.deepcopy(document())
    for item in found["paths"].values():
        for operation in item.values():
            for answer in operation.get("responses", {}).values():
                for media in answer.get("content", {}).values():
                    media["schema"] = media.pop("x-item-schema", media["schema"])
    return found


SCHEMA = schemathesis.openapi.from_dict(_checked())
# each example is sent as every second role, the next as the others
EXAMPLES, EVERY = 4, 2
generated = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture(scope="class")
def server(settings: Settings) -> Iterator[str]:
    """The application in a process of its own, on this worker's database."""
    shared = {
        "CRM_STORAGE_DIR": str(settings.file_dir),
        "CRM_STREAM_SECONDS": str(settings.stream_seconds),
        "CRM_OUTBOUND_ALLOW": ",".join(settings.outbound_allow),
    }
    with serving(settings, **shared) as (address, _):
        yield address


class Cast:
    """A company with somebody of each role and records that they all can meet."""

    def __init__(self, company: Company, world: World, actors: dict[str, Actor]) -> None:
        self.company, self.world, self.actors = company, world, actors
        self.turn = count()
        self.known = {
            f"{resource.singular}_id": world.ids[resource.singular]
            for resource in RESOURCES.values()
            if resource.singular in world.ids
        }
        self.known |= {"user_id": actors["account_manager"].id, "role_key": "account_manager"}
        self.known |= {"object_type": "customers"}

    def next(self) -> list[Actor]:
        """Those who send the next example."""
        return list(self.actors.values())[next(self.turn) % EVERY :: EVERY]


@pytest.fixture(scope="class")
async def cast(served: Served) -> AsyncIterator[Cast]:
    company = await found_company(served)
    world = World(company)
    await world.furnish()
    actors = {role: await company.user(role, team_id=world.ids["team"]) for role in DEFAULT_ROLES}
    yield Cast(company, world, {**actors, OWNER: company.owner})
    await company.close()


def as_described(operation: APIOperation, server: str, cast: Cast) -> None:
    """Send what the document makes of the operation, good and bad, to real records where it is good."""

    @generated
    @given(one_of(*(operation.as_strategy(mode) for mode in GenerationMode)))
    def each(case: Case) -> None:
        real = {name: cast.known[name] for name in case.path_parameters or {} if name in cast.known}
        good = case.meta and case.meta.generation.mode is GenerationMode.POSITIVE
        if real and good and not case.path.endswith("/disable"):
            case.path_parameters = {**case.path_parameters, **real}
        for actor in cast.next():
            case.call_and_validate(
                base_url=server, headers={"Authorization": f"Bearer {actor.token}"}, checks=CHECKS
            )

    each()


def described(*, reads: bool) -> list[Any]:
    """The operations of the document; parametrized here, as xdist runs one test of each name."""
    found = [result.ok() for result in SCHEMA.get_all_operations()]
    return [pytest.param(o, id=o.label) for o in found if (o.method == "get") is reads]


def named_in(template: str, path: str) -> dict[str, str]:
    """The parameters that a path was made with."""
    found = re.fullmatch(re.sub(r"\{(\w+)(:\w+)?\}", r"(?P<\1>[^/]+)", template), path)
    assert found, path
    return found.groupdict()


class TestReads:
    @pytest.mark.parametrize("operation", described(reads=True))
    def test_every_answer_is_as_described(self, operation: APIOperation, server: str, cast: Cast) -> None:
        as_described(operation, server, cast)


class TestWrites:
    @pytest.mark.parametrize("operation", described(reads=False))
    def test_every_answer_is_as_described(self, operation: APIOperation, server: str, cast: Cast) -> None:
        as_described(operation, server, cast)


class TestValidRequests:
    @pytest.mark.parametrize("operation", [pytest.param(o, id=o.name) for o in operations()])
    async def test_what_each_role_is_answered_is_as_described(self, operation: Operation, cast: Cast) -> None:
        described = SCHEMA.find_operation_by_id(operation.name)
        request = await valid(cast.world, operation)
        request.params = PARAMETERS.get(operation.name, [None])[0]
        for role, actor in cast.actors.items():
            # whoever signs out needs a session to lose
            leaves = operation.name == "auth_logout"
            request.actor = await cast.company.sign_in(actor.id) if leaves else actor
            answer = await request.send(cast.world)
            answer.request.read()
            case = described.Case(path_parameters=named_in(operation.path, request.path))
            case.validate_response(answer, checks=CHECKS)
            assert answer.is_success or role != OWNER, answer.text
            if answer.is_success and not operation.reads:
                request = await valid(cast.world, operation)

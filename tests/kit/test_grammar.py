"""Every operator of every field of every resource, and random trees of them, against a model in plain Python."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from tests.factories.companies import Company, Served, found_company
from tests.factories.grammar import Case, Data, randomised
from tests.isolation.samples import ORDER
from tests.isolation.worlds import World

EACH, SEED = 9, 20261122
LEAST = (("limit", "200"), ("fields", "id"))


class Field:
    """A company full of random rows, and the model of them."""

    def __init__(self, company: Company, data: Data) -> None:
        self.company, self.data = company, data

    async def by_parameters(self, resource: Resource, case: Case) -> set[str]:
        return ids(await self.company.owner.http.get(path(resource), params=[*case.parameters(), *LEAST]))

    async def by_tree(self, resource: Resource, tree: dict[str, Any]) -> set[str]:
        body = {"filter": tree, "limit": 200, "fields": ["id"]}
        return ids(await self.company.owner.http.post(f"{path(resource)}/query", json=body))

    def expected(self, resource: Resource, case: Case) -> set[str]:
        return self.data.ids(resource, lambda row: case.holds(self.data.value(resource, row, case.field)))


def path(resource: Resource) -> str:
    return f"/{resource.name.replace('_', '-')}"


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, (str(answer.request.url), answer.text)
    listed = [record["id"] for record in answer.json()["data"]]
    assert len(set(listed)) == len(listed)
    return set(listed)


@pytest.fixture(scope="module")
async def field(served: Served) -> AsyncIterator[Field]:
    company = await found_company(served)
    world = World(company)
    await world.furnish()
    for resource in ORDER * EACH:
        await world.make(resource)
    yield Field(company, await randomised(company, SEED))
    await company.close()


@pytest.mark.parametrize("hops", [False, True], ids=["own", "neighbours"])
@pytest.mark.parametrize("name", ORDER)
async def test_every_operator_of_every_field_finds_what_a_plain_model_finds(
    field: Field, name: str, hops: bool
) -> None:
    resource, random = RESOURCES[name], Random(f"{SEED}{name}{hops}")
    everything = {str(row["id"]) for row in field.data.rows[name]}
    tried = told_apart = 0
    cases = list(field.data.cases(resource, random, hops=hops))
    for case in random.sample(cases, min(len(cases), 25)) if hops else cases:
        should = field.expected(resource, case)
        if random.random() < 0.5:
            assert await field.by_parameters(resource, case) == should, case
        else:
            negated = random.random() < 0.3
            tree = {"not": case.tree()} if negated else case.tree()
            assert await field.by_tree(resource, tree) == (everything - should if negated else should), tree
        tried, told_apart = tried + 1, told_apart + bool(should and everything - should)
    assert hops or not tried or told_apart > tried / 6, "the samples must tell rows apart"


def trees(cases: list[Case]) -> st.SearchStrategy[Any]:
    """Conditions joined by and, or, not, three levels deep."""
    leaf = st.sampled_from(cases)
    joined = leaf
    for _ in range(2):
        nodes = st.lists(joined, min_size=1, max_size=3)
        joined = leaf | st.tuples(st.sampled_from(["and", "or"]), nodes) | st.tuples(st.just("not"), joined)
    return joined


def as_json(tree: Any) -> dict[str, Any]:
    if isinstance(tree, Case):
        return tree.tree()
    joint, nodes = tree
    return {joint: as_json(nodes) if joint == "not" else [as_json(node) for node in nodes]}


async def test_trees_of_conditions_find_what_a_plain_model_finds(field: Field) -> None:
    random = Random(SEED)
    cases = {
        name: [c for hops in (False, True) for c in field.data.cases(RESOURCES[name], random, hops=hops)]
        for name in ("customers", "contacts", "opportunities")
    }
    loop = asyncio.get_running_loop()

    def check(drawn: st.DataObject) -> None:
        name = drawn.draw(st.sampled_from(sorted(cases)))
        resource, tree = RESOURCES[name], drawn.draw(trees(random.sample(cases[name], 12)))

        def holds(row: dict[str, Any], node: Any) -> bool:
            if isinstance(node, Case):
                return node.holds(field.data.value(resource, row, node.field))
            joint, nodes = node
            if joint == "not":
                return not holds(row, nodes)
            return (all if joint == "and" else any)(holds(row, child) for child in nodes)

        asked = asyncio.run_coroutine_threadsafe(field.by_tree(resource, as_json(tree)), loop)
        assert asked.result(30) == field.data.ids(resource, lambda row: holds(row, tree))

    run = hypothesis.given(st.data())(check)
    await asyncio.to_thread(hypothesis.settings(max_examples=100, deadline=None, derandomize=True)(run))

"""Every event that a verb emits is declared by its resource: whoever subscribes to events is told what there is."""

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest

from crm_api import wiring
from crm_api.integrations.webhooks.patterns import kinds_of
from crm_api.kit.resource import Resource
from tests.architecture.sources import Source, sources


def emitted(source: Source) -> Iterator[str]:
    """The events of `save(…, event="won")` and of its like."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "event" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value)


def undeclared(resource: Resource, found: list[Source]) -> list[str]:
    return [
        f"{source.path}: {event}"
        for source in found
        for event in emitted(source)
        if event not in kinds_of(resource)
    ]


def _folder(resource: Resource) -> str:
    return resource.model.__module__.removeprefix("crm_api.").rpartition(".")[0].replace(".", "/") + "/"


@pytest.mark.parametrize("resource", wiring.RESOURCES, ids=lambda resource: resource.name)
def test_what_happens_is_declared(resource: Resource) -> None:
    import_module(resource.model.__module__)
    here = [source for source in sources() if source.path.startswith(_folder(resource))]
    assert here
    assert undeclared(resource, here) == []


def test_a_planted_event_is_found() -> None:
    resource = wiring.RESOURCES[0]
    planted = Source("a/b/service.py", 'await self._repository.save(row, event="exploded")')
    assert undeclared(resource, [planted]) == ["a/b/service.py: exploded"]

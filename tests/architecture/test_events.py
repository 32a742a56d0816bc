"""Every event that a verb emits is declared by its resource: whoever subscribes to events is told what there is."""

import ast
from collections.abc import Iterable, Iterator

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


def undeclared(found: list[Source], resources: Iterable[Resource]) -> list[str]:
    known = {kind for resource in resources for kind in kinds_of(resource)}
    return [f"{source.path}: {event}" for source in found for event in emitted(source) if event not in known]


def _folders(resource: Resource) -> tuple[str, str]:
    """Where its model lives, and the folder of its name where that is another one."""
    home = resource.model.__module__.removeprefix("crm_api.").rpartition(".")[0].replace(".", "/")
    return f"{home}/", f"/{resource.name}/"


@pytest.mark.parametrize("resource", wiring.RESOURCES, ids=lambda resource: resource.name)
def test_what_happens_is_declared(resource: Resource) -> None:
    home, named = _folders(resource)
    here = [source for source in sources() if source.path.startswith(home) or named in source.path]
    # neighbours in one folder, and an import that is undone deletes records of other resources
    others = [
        other
        for other in wiring.RESOURCES
        if _folders(other)[0] == home or (other.deletable and named == "/imports/")
    ]
    assert here
    assert undeclared(here, others) == []


def test_a_planted_event_is_found() -> None:
    resource = wiring.RESOURCES[0]
    planted = Source("a/b/service.py", 'await self._repository.save(row, event="exploded")')
    assert undeclared([planted], [resource]) == ["a/b/service.py: exploded"]

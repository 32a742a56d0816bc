"""Which events a webhook is for: by name, by type of record, or all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_api.integrations.changes.telling import ACCESS, DERIVED
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.filters import Filter, nearest
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES
from crm_api.kit.requests import escaped
from crm_api.kit.resource import Resource

EVERYTHING, PING = "*", "webhook.ping"


def event_types() -> list[str]:
    """Every type that an event can have for its reader."""
    return [*(f"{r.singular}.{kind}" for r in RESOURCES.values() for kind in kinds_of(r)), ACCESS]


def kinds_of(resource: Resource) -> list[str]:
    """What can happen to a record, in the past tense."""
    deletion = ("deleted", "restored") if resource.deletable else ()
    view = DERIVED if resource.access.owned else ()
    return list(dict.fromkeys(("created", "updated", *deletion, *resource.events, *view)))


def check_patterns(patterns: Sequence[str]) -> None:
    """Each stands for at least one type of event; Invalid names the nearest for those that do not."""
    types = event_types()
    known = {EVERYTHING, *types, *(f"{name.partition('.')[0]}.*" for name in types)}
    faults = [
        Fault("pointer", f"/events/{place}", "unknown_event", {"hint": nearest(pattern, known)})
        for place, pattern in enumerate(patterns)
        if pattern not in known
    ]
    if faults:
        raise Invalid(faults=faults)


def matches(patterns: Iterable[str], event_type: str) -> bool:
    """Whether an event is among those that the patterns stand for."""
    return not {EVERYTHING, event_type, f"{event_type.partition('.')[0]}.*"}.isdisjoint(patterns)


def check_filters(principal: Principal, filters: Mapping[str, Any]) -> None:
    """Each is for a type of record, and one that the principal may ask; else Invalid."""
    known = {resource.singular: resource for resource in RESOURCES.values()}
    for name, tree in filters.items():
        if name not in known:
            raise Invalid.at(f"/filters/{escaped(name)}", "unknown_object", hint=nearest(name, known))
        filter_of(principal, known[name], tree)


def filter_of(principal: Principal, resource: Resource, tree: object) -> Filter:
    """A filter tree of a webhook as conditions; Invalid where it asks what the principal may not."""
    found = Filter(resource, principal)
    found.tree(tree, f"/filters/{resource.singular}")
    return found

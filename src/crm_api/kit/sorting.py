"""The order of a list: up to three fields of a resource, and the id last."""

from collections.abc import Sequence

from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import nearest
from crm_api.kit.principal import Principal
from crm_api.kit.resource import Resource

SORT_KEYS = 3


def sort_of(resource: Resource, principal: Principal, keys: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Column and whether descending of each key; a field that cannot be sorted by, or not by the caller, is refused."""
    allowed = {
        name: c for name, c in resource.sorts.items() if name not in principal.unreadable(resource.name)
    }
    found: list[tuple[str, bool]] = []
    for key in keys:
        name = key.removeprefix("-")
        if name not in allowed or any(column == allowed[name] for column, _ in found):
            raise bad_parameter(
                "sort", "not_sortable", fields=", ".join(allowed), hint=nearest(name, allowed)
            )
        found.append((allowed[name], key.startswith("-")))
    if len(found) > SORT_KEYS:
        raise bad_parameter("sort", "too_many", limit=SORT_KEYS)
    return (*found, ("id", found[-1][1]))

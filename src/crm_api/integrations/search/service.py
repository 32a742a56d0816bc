"""The verbs of search."""

from collections.abc import Sequence
from typing import Any

from crm_api.integrations.search.highlighting import highlight
from crm_api.integrations.search.repository import Found, SearchRepository
from crm_api.integrations.search.schemas import Match
from crm_api.kit.errors import Forbidden, bad_parameter
from crm_api.kit.principal import Principal
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.searching import words_of
from crm_api.kit.showing import redact, unseen
from crm_api.kit.uow import UnitOfWork

MATCHES = list(Match)
SCORES = dict(zip(MATCHES, (1.0, 0.9, 0.8, 0.6, 0.4), strict=True))


class SearchService:
    """Finds what the caller could also read one by one."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def search(self, q: str, types: str | None, limit: int) -> dict[str, Any]:
        """The records with the words of `q`; only when there is none, those with one typing error in a word."""
        resources = _searched(self.uow.principal, types)
        words = words_of(q)
        repository = SearchRepository(self.uow)
        found = await repository.best(resources, words, limit + 1) if words.grams else []
        if not found and words.clauses:
            found = await repository.best(resources, words, limit + 1, similar=True)
        found = list({hit.id: hit for hit in found}.values())
        found.sort(key=lambda hit: (hit.updated_at, hit.id), reverse=True)
        found.sort(key=lambda hit: hit.fit)
        data = [_hit(self.uow.principal, hit, q) for hit in found[:limit]]
        for hit, told in zip(found, data, strict=False):
            if place := told["highlight"]:
                self.uow.shown.append((hit.resource, {place["field"]: place["text"]}))
        return {"data": data, "has_more": len(found) > limit}


def _searched(principal: Principal, types: str | None) -> Sequence[Resource]:
    """The resources that are asked for, else all that the caller may read."""
    declared = {resource.name: resource for resource in RESOURCES.values() if resource.search}
    if types is None:
        return [resource for resource in declared.values() if principal.reach(resource.read)]
    names = list(dict.fromkeys(types.split(",")))
    if not declared.keys() >= set(names):
        raise bad_parameter("types", "not_a_choice", choices=", ".join(declared))
    if not all(principal.reach(declared[name].read) for name in names):
        raise Forbidden
    return [declared[name] for name in names]


def _hit(principal: Principal, found: Found, q: str) -> dict[str, Any]:
    resource, record, match = found.resource, found.record, MATCHES[found.fit]
    rights = {name: right for name, right in unseen(principal, resource).items() if name in record}
    redacted = redact(record, rights)
    similar = match is Match.SIMILAR
    shown = [name for name in record if name not in rights]
    return {
        "type": resource.name,
        "id": found.id,
        "title": record[resource.label],
        "match": match,
        "score": SCORES[match],
        "highlight": None if similar else highlight(record, shown, q),
        "updated_at": found.updated_at,
        "redacted": redacted,
    }

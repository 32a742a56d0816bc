"""The SQL of search: the best records of several resources, those that the caller may see."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ARRAY, Integer, Select, Text, Uuid, case, desc, func, literal, select, union, union_all
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import Alias, bindparam
from sqlalchemy.sql.selectable import CompoundSelect, Subquery

from crm_api.kit.access import Scope, access_values
from crm_api.kit.events import SearchDocument
from crm_api.kit.kinds import Instant
from crm_api.kit.principal import Reach
from crm_api.kit.resource import Resource
from crm_api.kit.searching import Hits, Source, Words, holds_words, look_up
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork

_LIMIT = bindparam("limit", type_=Integer)


class Found(NamedTuple):
    """A record and how well it fits, 0 best; `record` holds its searchable fields as they are stored."""

    resource: Resource
    id: str
    fit: int
    updated_at: str
    record: dict[str, Any]


class _Arm(NamedTuple):
    """How one resource is read: of `walked` ones there are more hits than were looked up."""

    source: Source
    scope: Scope
    walked: bool

    @property
    def name(self) -> str:
        return self.source.resource.name


class SearchRepository:
    """Search of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def best(
        self, resources: Sequence[Resource], words: Words, limit: int, *, similar: bool = False
    ) -> list[Found]:
        """At least the `limit` best records among those the caller reads, in no order."""
        unreadable = self.uow.principal.unreadable
        sources = [
            Source(resource, not unreadable(resource.name).intersection(resource.sensitive_search))
            for resource in resources
        ]
        hits = await look_up(self.uow, sources, words, similar=similar)
        found: list[Found] = []
        for reach, arms in self._by_reach(sources, hits).items():  # a statement binds the teams of one reach
            found += await self._read(
                reach, arms, hits, {"grams": words.grams, "typed": words.typed, "limit": limit}
            )
        return found

    def _by_reach(self, sources: Sequence[Source], hits: Mapping[str, Hits]) -> dict[Reach, list[_Arm]]:
        principal = self.uow.principal
        by_reach: dict[Reach, list[_Arm]] = {}
        for source in sources:
            resource = source.resource
            if hits[resource.name].fits:
                reach = principal.reach(resource.read)
                scope = resource.access.scope(principal, reach, resource.name)
                by_reach.setdefault(reach, []).append(_Arm(source, scope, hits[resource.name].more))
        return by_reach

    async def _read(
        self, reach: Reach, arms: Sequence[_Arm], hits: Mapping[str, Hits], values: dict[str, Any]
    ) -> list[Found]:
        values = {**access_values(self.uow.principal, reach), **values}
        for arm in arms:
            fits = hits[arm.name].fits
            values |= {f"{arm.name}_ids": list(fits), f"{arm.name}_fits": list(fits.values())}
        shape = tuple((arm.name, arm.source.sensitive, arm.scope, arm.walked) for arm in arms)
        rows = await self.uow.fetch(("search", *shape), partial(_best, arms), values)
        resources = {arm.name: arm.source.resource for arm in arms}
        return [Found(resources[row[0]], row[1], row[2], row[3], orjson.loads(row[4])) for row in rows]


def _best(arms: Sequence[_Arm]) -> CompoundSelect[Any]:
    """The ids first: what a record holds is read of those that are shown."""
    return union_all(
        *(
            _whole(arm, best)
            for arm in arms
            for best in ([_looked_up(arm), _walked(arm)] if arm.walked else [_looked_up(arm)])
        )
    )


def _looked_up(arm: _Arm) -> Subquery:
    """The best of the ids that the look-up gave."""
    resource = arm.source.resource
    ids = bindparam(f"{arm.name}_ids", type_=ARRAY(Uuid(as_uuid=False)))
    fits = bindparam(f"{arm.name}_fits", type_=ARRAY(Integer))
    hits = func.unnest(ids, fits).table_valued("record_id", "fit", name=f"{arm.name}_hits").render_derived()
    rows = scoped(resource.model, f"{arm.name}_rows")
    best = (
        select(rows.c.id, hits.c.fit, rows.c.updated_at)
        .join_from(hits, rows, rows.c.id == hits.c.record_id)
        .where(resource.access.predicate(rows, arm.scope, resource.name), *resource.alive(rows))
        .order_by(hits.c.fit, desc(rows.c.updated_at), desc(rows.c.id))
        .limit(_LIMIT)
    )
    return best.subquery(f"{arm.name}_best")


def _walked(arm: _Arm) -> Subquery:
    """The youngest records that hold the words, found from the youngest back."""
    resource = arm.source.resource
    rows = scoped(resource.model, f"{arm.name}_walk")

    def narrow(statement: Select[Any], source: Alias) -> Select[Any]:
        holding = statement.where(*resource.alive(source), holds_words(source, arm.source))
        return holding.order_by(desc(source.c.created_at), desc(source.c.id)).limit(_LIMIT)

    ways = resource.access.branches(rows, [rows.c.id], arm.scope, resource.name, narrow)
    ids = union(*(way.subquery(f"{arm.name}_way_{i}").select() for i, way in enumerate(ways))).subquery()
    documents, young = (
        scoped(SearchDocument, f"{arm.name}_documents"),
        scoped(resource.model, f"{arm.name}_young"),
    )
    return (
        select(young.c.id, _fit(documents.c.title).label("fit"), young.c.updated_at)
        .join_from(ids, young, young.c.id == ids.c.id)
        .join(documents, documents.c.id == ids.c.id)
        .subquery(f"{arm.name}_youngest")
    )


def _fit(title: ColumnElement[str]) -> ColumnElement[int]:
    typed = bindparam("typed", type_=Text)
    return case(
        (title == typed, 0), (func.starts_with(title, typed), 1), (func.strpos(title, typed) > 0, 2), else_=3
    )


def _whole(arm: _Arm, best: Subquery) -> Select[Any]:
    resource = arm.source.resource
    whole = scoped(resource.model, f"{best.name}_whole")
    names = dict.fromkeys((resource.label, *resource.search))
    pairs = (part for name in names for part in (literal(name, Text), whole.c[name]))
    return select(
        literal(resource.name, Text),
        best.c.id.cast(Text),
        best.c.fit,
        Instant().select(best.c.updated_at),
        func.jsonb_build_object(*pairs).cast(Text),
    ).join_from(best, whole, whole.c.id == best.c.id)

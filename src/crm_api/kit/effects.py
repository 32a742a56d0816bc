"""What goes with every written row: its event, its ownership period, its external ids, its search document."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, Uuid, any_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import Base, table
from crm_api.kit.events import Event, ExternalId, Log, OwnershipPeriod, PendingEvent, SearchDocument
from crm_api.kit.ids import new_id
from crm_api.kit.resource import Resource
from crm_api.kit.searching import misspellings, phrase
from crm_api.kit.tenancy import scoped_delete, scoped_insert, scoped_update
from crm_api.kit.uow import Effect, UnitOfWork
from crm_api.text import grams


def insert_of(model: type[Base], suffix: str = "") -> Insert:
    """INSERT of every column that is not generated; binds are `<column><suffix>`, the tenant is the unit's."""
    columns = [c for c in table(model).columns if c.computed is None and c.key != "tenant_id"]
    return scoped_insert(model).values({c.key: bindparam(f"{c.key}{suffix}", type_=c.type) for c in columns})


def event(
    uow: UnitOfWork, resource: Resource, row: Any, kind: str, changes: Mapping[str, Any], at: datetime
) -> Effect:
    """`<singular>.<kind>` happened to a row; waits for its place in the feed from the commit on."""
    fact = _fact(uow, resource, row, kind, changes, at)
    return Effect("event", _event, fact, (Event, PendingEvent))


async def events(
    uow: UnitOfWork,
    resource: Resource,
    kind: str,
    rows: Sequence[tuple[Any, Mapping[str, Any]]],
    at: datetime,
) -> None:
    """The same happened to many rows, each with its own changes: written at once, in one batch."""
    facts = [_fact(uow, resource, row, kind, changes, at) for row, changes in rows]
    await uow.many("events", lambda: _event(""), facts)


def _fact(
    uow: UnitOfWork, resource: Resource, row: Any, kind: str, changes: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created_at": at,
        "type": f"{resource.singular}.{kind}",
        "schema_version": 1,
        "resource": resource.name,
        "record_id": row.id,
        "version": row.version,
        "owner_id": getattr(row, "owner_id", None),
        "team_id": getattr(row, "team_id", None),
        "actor_id": uow.principal.id,
        "request_id": uow.origin.request_id,
        "ip": uow.origin.ip,
        "user_agent": uow.origin.user_agent,
        "changes": changes,
        "log": Log.EVENTS.value,
    }


def _event(suffix: str) -> Insert:
    columns = table(PendingEvent).c
    names = (columns.id, columns.created_at, columns.log)
    waiting = {c.key: bindparam(f"{c.key}{suffix}", type_=c.type) for c in names}
    fact = insert_of(Event, suffix).cte(f"fact{suffix}")
    return scoped_insert(PendingEvent).values(waiting).add_cte(fact)


def period(resource: Resource, row: Any, at: datetime) -> Effect:
    """A new owner, from now on."""
    return Effect(
        "period",
        lambda suffix: insert_of(OwnershipPeriod, suffix),
        {
            "id": new_id(),
            "resource": resource.name,
            "record_id": row.id,
            "owner_id": row.owner_id,
            "team_id": row.team_id,
            "started_at": at,
            "ended_at": None,
        },
        (OwnershipPeriod,),
    )


def end_of_period(resource: Resource, row: Any, at: datetime) -> Effect:
    """The former owner, until now."""
    return Effect("end_of_period", _end_of_period, {"of": resource.name, "record_id": row.id, "ended_at": at})


def links(
    resource: Resource,
    record_id: str,
    before: Sequence[Mapping[str, str]],
    after: Sequence[Mapping[str, str]],
) -> list[Effect]:
    """External ids that are gone, then those that are new."""
    gone = [item for item in before if item not in after]
    found = (
        [
            Effect(
                "unlink",
                _unlink,
                {
                    "of": resource.name,
                    "record_id": record_id,
                    "pairs": [f"{item['source']}:{item['key']}" for item in gone],
                },
            )
        ]
        if gone
        else []
    )
    return found + [
        Effect(
            "link",
            lambda suffix: insert_of(ExternalId, suffix),
            {"id": new_id(), "resource": resource.name, "record_id": record_id, **item},
            (ExternalId,),
        )
        for item in after
        if item not in before
    ]


def search_document(resource: Resource, row: Any) -> Effect:
    """The row's words, apart those that not everybody may search."""
    open_words = [
        _words(getattr(row, name)) for name in resource.search if name not in resource.sensitive_search
    ]
    closed_words = [_words(getattr(row, name)) for name in resource.sensitive_search]
    title = _words(getattr(row, resource.label))
    return Effect(
        "search",
        _search,
        {
            "id": row.id,
            "resource": resource.name,
            "title": phrase(title),
            "grams": sorted(grams(*open_words) | misspellings(title)),
            "sensitive_grams": sorted(grams(*closed_words)),
        },
        (SearchDocument,),
    )


def _words(value: Any) -> str:
    """Items stand on lines of their own: two numbers that follow each other are not one. None stands there twice."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(dict.fromkeys([_words(item) for item in value]))
    return value or ""


def _end_of_period(suffix: str) -> Update:
    periods = table(OwnershipPeriod).c
    return (
        scoped_update(OwnershipPeriod)
        .where(
            periods.resource == bindparam(f"of{suffix}", type_=Text),
            periods.record_id == bindparam(f"record_id{suffix}", type_=Uuid(as_uuid=False)),
            periods.ended_at.is_(None),
        )
        .values(ended_at=bindparam(f"ended_at{suffix}", type_=periods.ended_at.type))
    )


def _unlink(suffix: str) -> Delete:
    keys = table(ExternalId).c
    return scoped_delete(ExternalId).where(
        keys.resource == bindparam(f"of{suffix}", type_=Text),
        keys.record_id == bindparam(f"record_id{suffix}", type_=Uuid(as_uuid=False)),
        (keys.source + ":" + keys.key) == any_(bindparam(f"pairs{suffix}", type_=ARRAY(Text))),
    )


def _search(suffix: str) -> Insert:
    statement = insert(table(SearchDocument)).values(dict(insert_of(SearchDocument, suffix)._values or {}))
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={name: statement.excluded[name] for name in ("title", "grams", "sensitive_grams")},
    )

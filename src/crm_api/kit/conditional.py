"""Concurrency: entity tags, and writes that hold only for the version a client has seen (RFC 9110 §13).

`If-Match` compares the version of the record the URL names, strong or weak: a proxy that compresses weakens tags.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, Select, Text, Uuid, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.answers import Partial
from crm_api.kit.errors import BadRequest, Fault, PreconditionFailed, PreconditionRequired
from crm_api.kit.events import Event
from crm_api.kit.tenancy import scoped

if TYPE_CHECKING:
    from crm_api.kit.resource import Resource
    from crm_api.kit.uow import UnitOfWork

_TAG = r'(?:W/)?"([\x21\x23-\x7e]*)"'
_TAGS = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")
_VERSION = re.compile(r"v([1-9]\d{0,8})")


class Target(NamedTuple):
    """The record that a write names, and what the client demands of it.

    `versions` are those the client accepts, None for any; `stated` is whether it said so. `fields` are the keys of the
    body; with `merge` a later version is accepted when others have changed other fields.
    """

    record_id: str
    versions: frozenset[int] | None = None
    stated: bool = False
    fields: frozenset[str] = frozenset()
    merge: bool = False


def entity_tag(record: Any) -> str | None:
    """`"v12"` for a record as it is stored, `W/"v12"` for one of which the caller sees less; None for no record."""
    version = record.get("version") if isinstance(record, dict) and "id" in record else None
    if not isinstance(version, int):
        return None
    return f'W/"v{version}"' if record.get("redacted") or isinstance(record, Partial) else f'"v{version}"'


def same_tag(if_none_match: str, tag: str) -> bool:
    """Whether the client holds this representation already (weak comparison)."""
    bare = tag.removeprefix("W/")
    return if_none_match.strip() == "*" or bare in {
        part.strip().removeprefix("W/") for part in if_none_match.split(",")
    }


def accepted_versions(if_match: str) -> frozenset[int] | None:
    """The versions an `If-Match` names, None for `*`; a tag that is none of ours is a version nobody has."""
    if if_match.strip() == "*":
        return None
    if not _TAGS.fullmatch(if_match):
        raise BadRequest("invalid_header", faults=[Fault("header", "If-Match", "invalid_entity_tag")])
    named = (_VERSION.fullmatch(tag) for tag in re.findall(_TAG, if_match))
    return frozenset(int(found[1]) for found in named if found)


def fields_of(content: Any) -> frozenset[str]:
    """The fields that a body writes, custom ones by their own name."""
    if not isinstance(content, Mapping):
        return frozenset()
    custom = content.get("custom_fields")
    inner = {f"custom_fields.{key}" for key in custom} if isinstance(custom, Mapping) else set()
    return frozenset(content.keys() - {"custom_fields"} | inner)


async def demand_version(uow: "UnitOfWork", resource: "Resource", row: Any, shown: Any) -> None:
    """Refuse a write whose author has not seen the row as it is; `shown()` makes the record as they may see it."""
    target = uow.target
    if target is None or target.record_id != row.id:
        return
    if not target.stated:
        if resource.guarded:
            raise PreconditionRequired
        return
    if target.versions is None or row.version in target.versions:
        return
    seen = max((version for version in target.versions if version < row.version), default=0)
    changed = await _changed_since(uow, resource, row, seen)
    clashes = sorted(target.fields & changed) if changed is not None else sorted(target.fields)
    if target.merge and changed is not None and not clashes:
        return
    record = await shown()
    uow.shown.append((resource, record))
    raise PreconditionFailed(
        faults=[Fault("pointer", f"/{name.replace('.', '/')}", "changed_since") for name in clashes],
        headers={"ETag": entity_tag(record) or ""},
        extra={"version": row.version, "current": record},
    )


async def _changed_since(uow: "UnitOfWork", resource: "Resource", row: Any, version: int) -> set[str] | None:
    """The fields that changed after a version; None when not every change since is on record."""
    values = {"of": resource.name, "record_id": row.id, "seen": version}
    rows = await uow.fetch("changed since", _changes, values)
    if len({found[0] for found in rows}) != row.version - version or version == 0:
        return None
    return {name for found in rows for name in found[1]}


def _changes() -> Select[Any]:
    facts = scoped(Event, "e")
    return select(facts.c.version, facts.c.changes).where(
        facts.c.resource == bindparam("of", type_=Text),
        facts.c.record_id == bindparam("record_id", type_=Uuid(as_uuid=False)),
        facts.c.version > bindparam("seen", type_=Integer),
    )

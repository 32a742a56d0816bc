"""Lists that live with their parent (`lines`, `stages`): what a body sends is the complete list.

A known id keeps the fields it omits, no id or a client's new id is new, an item that is missing is deleted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Uuid, select
from sqlalchemy.sql.dml import Delete, Update
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import Base, table
from crm_api.kit.effects import insert_of
from crm_api.kit.errors import Invalid
from crm_api.kit.kinds import CurrencyKind, Identifier, MoneyKind, kind_of
from crm_api.kit.money import money_json
from crm_api.kit.resource import Children
from crm_api.kit.tenancy import scoped, scoped_delete, scoped_update
from crm_api.kit.uow import UnitOfWork


async def load_children(uow: UnitOfWork, child: Children, parent_id: str) -> list[Any]:
    """The items of a parent in their order; lock the parent first."""
    rows = await uow.fetch(
        ("children", child.name, child.model.__name__), lambda: _load(child), {"parent_id": parent_id}
    )
    return [child.model.loaded(dict(row)) for row in rows]


def merged(
    child: Children, parent_id: str, before: Sequence[Any], given: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """The list that a body describes, as rows; the same id twice is Invalid."""
    known = {row.id: row for row in before}
    after: list[Any] = []
    for position, item in enumerate(given):
        if any(row.id == item.get("id") for row in after):
            raise Invalid.at(f"/{child.name}/{position}/id", "id_taken")
        row = known.get(item.get("id") or "")
        if row is None:
            row = child.model.new(
                **{child.parent: parent_id, **{k: v for k, v in item.items() if v is not None or k != "id"}}
            )
        else:
            row.apply(item)
        row.position = position
        after.append(row)
    return after


async def write_children(
    uow: UnitOfWork, child: Children, before: Sequence[Any], after: Sequence[Any]
) -> bool:
    """Make the stored list equal to `after`; whether anything changed."""
    kept = {row.id for row in after}
    gone = [row for row in before if row.id not in kept]
    fresh = [row for row in after if row._loaded is None]
    moved = [row for row in after if row._loaded is not None and row.changes()]
    name = child.model.__name__
    await uow.many(("delete", name), lambda: _delete(child.model), [{"row_id": row.id} for row in gone])
    await uow.many(
        ("update all", name),
        lambda: _update(child.model),
        [{"row_id": row.id, **_values(row)} for row in moved],
    )
    await uow.many(("insert", name), lambda: insert_of(child.model), [_values(row) for row in fresh])
    return bool(gone or fresh or moved)


def children_json(child: Children, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The items as the contract shows them."""
    found = []
    for row in rows:
        item: dict[str, Any] = {}
        for name, kind in child.fields.items():
            if isinstance(kind, MoneyKind):
                item[name] = money_json(getattr(row, name), getattr(row, f"{name}_currency"))
            elif not isinstance(kind, CurrencyKind):
                item[name] = kind.show(getattr(row, name))
        found.append(item)
    return found


def _values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.__dict__.items() if name != "_loaded"}


def _load(child: Children) -> Select[Any]:
    items = scoped(child.model, "i")
    columns = [_native(c, items) for c in table(child.model).columns if c.computed is None]
    parent = bindparam("parent_id", type_=Uuid(as_uuid=False))
    return select(*columns).where(items.c[child.parent] == parent).order_by(items.c.position)


def _native(column: Any, rows: Any) -> Any:
    kind = kind_of(column)
    return (kind.select(rows.c[column.key]) if isinstance(kind, Identifier) else rows.c[column.key]).label(
        column.key
    )


def _delete(model: type[Base]) -> Delete:
    return scoped_delete(model).where(table(model).c.id == bindparam("row_id", type_=Uuid(as_uuid=False)))


def _update(model: type[Base]) -> Update:
    columns = [c for c in table(model).columns if c.computed is None and c.key not in ("tenant_id", "id")]
    return (
        scoped_update(model)
        .where(table(model).c.id == bindparam("row_id", type_=Uuid(as_uuid=False)))
        .values({c.key: bindparam(c.key, type_=c.type) for c in columns})
    )

"""The SQL that stock levels have of their own."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Select, Uuid, and_, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.expression import Alias, bindparam

from crm_api.catalog.stock_levels.models import Place, StockLevel
from crm_api.catalog.stock_levels.resource import stock_levels
from crm_api.kit import clock, effects
from crm_api.kit.db import table
from crm_api.kit.diffs import changes_of
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.registries import react
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped, scoped_update
from crm_api.kit.uow import UnitOfWork

_ID = bindparam("id", type_=Uuid(as_uuid=False))
_IDS = ARRAY(Uuid(as_uuid=False))
_CHANGED = ("on_hand", "reserved", "available", "set_aside", "low", "updated_at", "updated_by", "version")


class StockLevelRepository(Repository[StockLevel]):
    """Stock levels of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, stock_levels)

    async def open(self, places: Iterable[Place]) -> None:
        """Levels that are not there yet, with nothing on them; of two units at once one makes them."""
        at, me = clock.now(), self.uow.principal
        stamps = {"created_at": at, "created_by": me.id, "updated_at": at, "updated_by": me.id, "version": 0}
        rows = [StockLevel.at(place, **stamps).__dict__ for place in sorted(places)]
        await self.uow.many("open levels", _open, rows)

    async def lock(self, places: Iterable[Place]) -> dict[Place, StockLevel]:
        """The levels of some places, locked in their order."""
        wanted = sorted(places)
        values = {
            "warehouses": [place.warehouse_id for place in wanted],
            "products": [place.product_id for place in wanted],
        }
        rows = [StockLevel.loaded(dict(row)) for row in await self.uow.fetch("lock levels", _lock, values)]
        for row in rows:
            if row.is_new:  # all of it is news to whoever reads its event
                row.__dict__["_loaded"] = None
        return {Place(row.warehouse_id, row.product_id): row for row in rows}

    async def keep(self, levels: Sequence[StockLevel]) -> None:
        """Write what movements did to some levels, each with its one event."""
        at = clock.now()
        kinds: dict[str, list[tuple[StockLevel, dict[str, Any]]]] = {}
        for level in levels:
            kind, changed = _kind(level), level.changes()
            stamps = {"updated_at": at, "updated_by": self.uow.principal.id, "version": level.version + 1}
            level.apply(stamps)
            kinds.setdefault(kind, []).append((level, changes_of(self.resource, level, changed)))
        await self.uow.many("keep levels", _keep, [level.__dict__ for level in levels])
        for kind, rows in kinds.items():
            await effects.events(self.uow, self.resource, kind, rows, at)
            for level, diff in rows:
                await react(f"{self.resource.singular}.{kind}", self.uow, level.id, diff)

    async def any_left(self, *, warehouse_id: str | None = None, product_id: str | None = None) -> bool:
        """Whether something is on hand in a warehouse, or of a product."""
        name = "warehouse_id" if warehouse_id is not None else "product_id"

        def build() -> Select[Any]:
            rows = scoped(StockLevel, "r")
            return select(literal(1)).where(rows.c[name] == _ID, rows.c.on_hand > 0).limit(literal(1))

        return bool(await self.uow.fetch(("stock left", name), build, {"id": warehouse_id or product_id}))


def _kind(level: StockLevel) -> str:
    """What happened to a level; running low is told when it begins, and not again while it lasts."""
    if level.is_new:
        return "created"
    was_low = level.changes().get("low", (level.low,))[0]
    return "ran_low" if level.low and not was_low else "moved"


def _open() -> Insert:
    statement = insert(table(StockLevel)).values(dict(effects.insert_of(StockLevel)._values or {}))
    return statement.on_conflict_do_nothing(index_elements=["tenant_id", "warehouse_id", "product_id"])


def _lock() -> Select[Any]:
    levels = scoped(StockLevel, "l")
    wanted = (
        func.unnest(bindparam("warehouses", type_=_IDS), bindparam("products", type_=_IDS))
        .table_valued("warehouse_id", "product_id", name="wanted")
        .render_derived()
    )
    same = and_(levels.c.warehouse_id == wanted.c.warehouse_id, levels.c.product_id == wanted.c.product_id)
    return (
        select(*_native(levels))
        .select_from(levels.join(wanted, same))
        .order_by(levels.c.warehouse_id, levels.c.product_id)
        .with_for_update(key_share=True, of=levels)
    )


def _native(rows: Alias) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    for column in table(StockLevel).columns:
        kind, cell = kind_of(column), rows.c[column.key]
        found.append((kind.select(cell) if isinstance(kind, Identifier) else cell).label(column.key))
    return found


def _keep() -> Update:
    target = table(StockLevel).c
    return (
        scoped_update(StockLevel)
        .where(target.id == _ID)
        .values({name: bindparam(name, type_=target[name].type) for name in _CHANGED})
    )

"""Adding to the access log."""

from sqlalchemy import insert
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.expression import bindparam

from crm_api.identity.access_log.models import AccessEntry, UnknownSignIn
from crm_api.kit.db import table
from crm_api.kit.effects import insert_of
from crm_api.kit.events import PendingEvent
from crm_api.kit.tenancy import scoped_insert


def insert_entry(suffix: str = "") -> Insert:
    columns = table(PendingEvent).c
    names = (columns.id, columns.created_at, columns.log)
    waiting = {c.key: bindparam(f"{c.key}{suffix}", type_=c.type) for c in names}
    entry = insert_of(AccessEntry, suffix).cte(f"entry{suffix}")
    return scoped_insert(PendingEvent).values(waiting).add_cte(entry)


def insert_unknown() -> Insert:
    target = table(UnknownSignIn)
    return insert(target).values({c.key: bindparam(c.key, type_=c.type) for c in target.columns})

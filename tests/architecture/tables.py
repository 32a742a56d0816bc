"""What every mapped class must keep to."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Table, UniqueConstraint

# Tables without tenant rows, each with the reason its class states.
OPEN = {
    "logins": "read while signing in, before a tenant is known",
    "unknown_sign_ins": "a failed sign-in of nobody belongs to no company",
    "memberships": "read while signing in, before a tenant is known",
    "tenants": "read while signing in, before a tenant is known",
}


def unscoped(tables: Iterable[Table]) -> list[str]:
    """A table that is neither led by its tenant in every key nor on the reviewed list."""
    return [finding for table in tables for finding in _unscoped(table)]


def _unscoped(table: Table) -> Iterator[str]:
    reason = table.info.get("open")
    if reason != OPEN.get(table.name):
        yield f"{table.name}: open for a reason that is not on the list: {reason}"
    if reason is None:
        yield from _keys(table)
    yield from _references(table)


def _keys(table: Table) -> Iterator[str]:
    unique = {
        str(constraint.name): [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    unique |= {str(i.name): [column.name for column in i.columns] for i in table.indexes if i.unique}
    for name, columns in {"primary key": [c.name for c in table.primary_key], **unique}.items():
        if columns[:1] != ["tenant_id"]:
            yield f"{table.name}: {name} is not led by tenant_id"


def _references(table: Table) -> Iterator[str]:
    for key in table.foreign_key_constraints:
        pairs = {element.parent.name: element.target_fullname.split(".")[-1] for element in key.elements}
        target = next(iter(key.elements)).target_fullname.split(".")[0]
        if target not in OPEN and pairs.get("tenant_id") != "tenant_id":
            yield f"{table.name}: a foreign key to {target} without tenant_id"

"""Who is asking, with everything that is needed to decide what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any, NamedTuple


class Reach(IntEnum):
    """How far a permission goes: each contains the one before it."""

    NONE = 0
    OWN = 1
    TEAM = 2
    SUBTREE = 3
    ALL = 4


class Right(Enum):
    """What a role may not do with a field."""

    READ_ONLY = 1
    MASKED = 2
    HIDDEN = 3


class Permission(NamedTuple):
    """`resource:action`."""

    resource: str
    action: str

    def __str__(self) -> str:
        return f"{self.resource}:{self.action}"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, an API key or a named system job inside one tenant; reaches are the widest of all roles.

    `setup_version` counts what the company changed in its set-up; 0 is as founded, None is not known.
    `catalogue` holds the fields the company defined itself: resource → `custom_fields.<key>` → `kit.conditions.Field`.
    """

    tenant_id: str
    id: str
    kind: str = "user"
    roles: tuple[str, ...] = ()
    team_id: str | None = None
    subtree: tuple[str, ...] = ()
    reaches: Mapping[Permission, Reach] = field(default_factory=dict)
    restrictions: Mapping[str, Mapping[str, Right]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    session_id: str | None = None
    time_zone: str = "UTC"
    currency: str = "CNY"
    setup_version: int | None = None
    catalogue: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def reach(self, permission: Permission) -> Reach:
        """The reach of a permission; one that no role grants is NONE."""
        return self.reaches.get(permission, Reach.NONE)

    def teams(self, reach: Reach) -> list[str]:
        """The teams whose rows a reach covers."""
        if reach is Reach.SUBTREE:
            return list(self.subtree)
        return [self.team_id] if reach is Reach.TEAM and self.team_id else []

    def unreadable(self, resource: str) -> frozenset[str]:
        """Fields the caller may not see as they are: no filter, sort, search or group may use them."""
        rights = self.restrictions.get(resource)
        if not rights:
            return frozenset()
        return frozenset(name for name, right in rights.items() if right is not Right.READ_ONLY)

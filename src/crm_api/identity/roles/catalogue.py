"""The roles there are: defined in one place above every context, known here by key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_api.kit.principal import Permission, Reach, Right

ROLES: dict[str, "Role"] = {}


@dataclass(frozen=True)
class Role:
    """`grants`: "resource:action action …" → reach. `fields`: resource → field → right.

    A role that is not `default` is handed out only by somebody who holds it.
    """

    label: str
    label_zh: str
    description: str
    grants: Mapping[str, Reach]
    fields: Mapping[str, Mapping[str, Right]] = field(default_factory=dict)
    default: bool = True

    def permissions(self) -> dict[Permission, Reach]:
        """The grants, one permission each."""
        return permissions_of(self.grants)


def permissions_of(grants: Mapping[str, Reach]) -> dict[Permission, Reach]:
    """Lines "resource:action action …" → reach, one permission each."""
    return {
        Permission(resource, action): reach
        for line, reach in grants.items()
        for resource, _, actions in [line.partition(":")]
        for action in actions.split()
    }


def bind_roles(roles: Mapping[str, Role]) -> None:
    """Make roles known by key."""
    ROLES.update(roles)

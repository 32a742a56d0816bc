"""Roles as they are shown."""

from typing import Any

from crm_api.identity.roles.catalogue import ROLES, Role
from crm_api.kit.errors import NotFound


def list_all() -> dict[str, Any]:
    """Every role."""
    return {"data": [_shown(key, role) for key, role in ROLES.items()]}


def get(key: str) -> dict[str, Any]:
    """One role, or NotFound."""
    if key not in ROLES:
        raise NotFound
    return _shown(key, ROLES[key])


def _shown(key: str, role: Role) -> dict[str, Any]:
    return {
        "key": key,
        "label": {"en": role.label, "zh": role.label_zh},
        "description": role.description,
        "default": role.default,
        "permissions": {str(p): reach.name.lower() for p, reach in sorted(role.permissions().items())},
        "fields": {
            resource: {name: right.name.lower() for name, right in rights.items()}
            for resource, rights in role.fields.items()
        },
    }

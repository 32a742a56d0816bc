"""How the event of a row tells what changed in it."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.money import money_json
from crm_api.kit.resource import Resource


def changes_of(resource: Resource, row: Any, changed: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Field → from, to as JSON; fields nobody sees and stamps are left out."""
    recorded, shows = resource.recorded, resource.shows
    found: dict[str, Any] = {}
    for name, (before, after) in changed.items():
        if name in recorded and not (before is None and (after is None or after == [])):
            show = shows.get(name)
            found[name] = {"from": show(before), "to": show(after)} if show else {"from": before, "to": after}
    for name in resource.moneys:
        code = f"{name}_currency"
        if name in changed or code in changed:
            before, after = row.__dict__["_loaded"] or {}, row.__dict__
            told = {
                "from": money_json(before.get(name), before.get(code)),
                "to": money_json(after[name], after[code]),
            }
            found |= {name: told} if any(told.values()) else {}
    if any(changed.get("custom_fields", ())) and resource.customised:
        found |= _of_custom_fields(*changed["custom_fields"])
    return found


def _of_custom_fields(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """Each is told by its own name."""
    was, now = before or {}, after or {}
    return {
        f"custom_fields.{key}": {"from": was.get(key), "to": now.get(key)}
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    }

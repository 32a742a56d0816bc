"""An event as one reader may know it: their reach, their field rights, and what came into or left their view.

Decided for a whole page at once: two statements a resource, however many events.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_api.identity.users.resource import users
from crm_api.integrations.changes.repository import FeedRepository
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.kit.resource import Resource
from crm_api.kit.showing import redact, unseen
from crm_api.kit.uow import UnitOfWork

ENTERED, LEFT, ACCESS = "entered_view", "left_view", "access.changed"
DERIVED = (ENTERED, LEFT)


class Told(NamedTuple):
    """A change, and the place of its event in the feed."""

    position: int
    event_id: str
    change: dict[str, Any]


def readable(principal: Principal) -> list[str]:
    """The resources whose events can concern a reader; those that decide about their own access always do."""
    own = {"users", "teams"}
    return sorted(name for name, found in RESOURCES.items() if name in own or principal.reach(found.read))


async def tell(uow: UnitOfWork, events: Sequence[Mapping[str, Any]]) -> list[Told]:
    """Those of some events that the reader may know, as they may know them."""
    repository, principal = FeedRepository(uow), uow.principal
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        ids[event["resource"]].add(event["record_id"])
    visible = {name: await repository.visible(RESOURCES[name], found) for name, found in ids.items()}
    types = [_type(principal, event, event["record_id"] in visible[event["resource"]]) for event in events]
    entering: dict[str, set[str]] = defaultdict(set)
    for event, type_ in zip(events, types, strict=True):
        if type_ is not None and type_.endswith(f".{ENTERED}"):
            entering[event["resource"]].add(event["record_id"])
    states = {name: await repository.states(RESOURCES[name], found) for name, found in entering.items()}
    return [
        Told(event["position"], event["id"], _change(principal, event, type_, states))
        for event, type_ in zip(events, types, strict=True)
        if type_ is not None
    ]


def _type(principal: Principal, event: Mapping[str, Any], visible: bool) -> str | None:
    """What an event is called for a reader; None when it is none of their business."""
    if _concerns_access(principal, event):
        return ACCESS
    resource = RESOURCES[event["resource"]]
    before, after = _views(principal, resource, event)
    # what was shared with the reader stays in view, whoever owns it
    shared = visible and resource.name in principal.shared
    if before and not after and not shared:
        return f"{resource.singular}.{LEFT}"
    if not visible:
        return None
    return f"{resource.singular}.{ENTERED}" if after and not before else str(event["type"])


def _views(principal: Principal, resource: Resource, event: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether the record was within reach before and after an event; a new one has no before."""
    owner, team, changes = event["owner_id"], event["team_id"], event["changes"]
    if not resource.access.owned or event["version"] == 1:
        return True, True
    reach = principal.reach(resource.read)
    before = [
        changes[name]["from"] if name in changes else now
        for name, now in (("owner_id", owner), ("team_id", team))
    ]
    return (
        resource.access.admits(principal, reach, *before),
        resource.access.admits(principal, reach, owner, team),
    )


def _concerns_access(principal: Principal, event: Mapping[str, Any]) -> bool:
    """Whether the reader's own roles or team changed, or the tree of teams around them."""
    changes = event["changes"]
    if event["resource"] == "users":
        return (
            event["record_id"] == principal.id
            and event["version"] != 1
            and bool({"roles", "team_id"} & set(changes))
        )
    if event["resource"] == "teams" and "path" in changes and Reach.SUBTREE in principal.reaches.values():
        return event["version"] != 1 and any(
            principal.team_id in (way or ()) for way in changes["path"].values()
        )
    return False


def _change(
    principal: Principal, event: Mapping[str, Any], type_: str, states: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    resource = RESOURCES[event["resource"]]
    thing: dict[str, Any] = {"type": resource.singular, "id": event["record_id"], "version": event["version"]}
    changes: dict[str, Any] = {}
    redacted: list[str] = []
    if type_.endswith(f".{ENTERED}"):
        state = dict(states[resource.name][event["record_id"]])
        redacted, thing["version"] = state.pop("redacted"), state["version"]
        changes = {name: {"from": None, "to": value} for name, value in state.items()}
    elif type_.endswith(f".{LEFT}"):
        thing["version"] = None
    elif principal.reach(resource.read):
        changes, redacted = seen(principal, resource, event["changes"])
    return {
        "id": event["id"],
        "type": type_,
        "at": event["created_at"],
        "actor": None if thing["version"] is None else _known_actor(principal, event),
        "object": thing,
        "changes": changes,
        "redacted": redacted,
    }


def seen(
    principal: Principal, resource: Resource, changes: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """A diff with the field rights of the reader applied to both of its sides."""
    rights = {name: right for name, right in unseen(principal, resource).items() if name in changes}
    if not rights:
        return dict(changes), []
    sides = {side: {name: change[side] for name, change in changes.items()} for side in ("from", "to")}
    for values in sides.values():
        redact(values, rights)
    return {name: {side: sides[side][name] for side in sides} for name in changes}, sorted(rights)


def actor_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Who did it, by name."""
    return {"id": row["actor_id"], "kind": row["actor_kind"], "name": row["actor_name"]}


def _known_actor(principal: Principal, event: Mapping[str, Any]) -> dict[str, Any]:
    known = principal.reach(users.read) or event["actor_id"] == principal.id
    return actor_of(event) | ({} if known else {"name": None})

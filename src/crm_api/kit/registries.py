"""What would point upward or sideways in the imports: three small registries, bound once in `wiring`.

References: resource name → declaration, for ids in bodies and for everything that is true of any record.
Gates: a later context may veto a verb of an earlier one. Reactions: a consumer of an event, within the transaction.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from crm_api.kit.resource import Resource

if TYPE_CHECKING:
    from crm_api.kit.uow import UnitOfWork

type_gate = Callable[["UnitOfWork", Any], Awaitable[None]]
type_catalogue = Callable[["UnitOfWork"], Awaitable[Mapping[str, Mapping[str, Any]]]]
type_reaction = Callable[["UnitOfWork", str, Mapping[str, Any]], Awaitable[None]]

type_finder = Callable[["UnitOfWork", str], Awaitable[Any]]

RESOURCES: dict[str, Resource] = {}
_finders: list[type_finder] = []
_catalogues: list[type_catalogue] = []
_gates: dict[str, list[type_gate]] = defaultdict(list)
_reactions: dict[str, list[type_reaction]] = defaultdict(list)


def bind_resources(resources: Iterable[Resource]) -> None:
    """Make resources known by name."""
    RESOURCES.update({resource.name: resource for resource in resources})


def bind_gate(verb: str, gate: type_gate) -> None:
    """`gate(uow, row)` may raise a Conflict before the verb (`users.disable`) happens, or add to the row."""
    _gates[verb].append(gate)


def bind_reaction(event: str, reaction: type_reaction) -> None:
    """`reaction(uow, record_id, diff)` runs in the transaction of the event (`user.moved`)."""
    _reactions[event].append(reaction)


def bind_catalogue(load: type_catalogue) -> None:
    """`load(uow)` knows the fields that the unit's company defined itself, as `Principal.catalogue` holds them."""
    _catalogues.append(load)


async def catalogue_of(uow: "UnitOfWork") -> Mapping[str, Mapping[str, Any]]:
    """The fields that the unit's company defined itself."""
    return await _catalogues[0](uow) if _catalogues else {}


def bind_views(find: type_finder) -> None:
    """`find(uow, id)` is the `kit.listing.View` that the caller saved or was given, or None."""
    _finders.append(find)


async def find_view(uow: "UnitOfWork", view_id: str) -> Any:
    """The saved view of an id, None when there is none the caller may see."""
    return await _finders[0](uow, view_id)


async def ask_gates(verb: str, uow: "UnitOfWork", row: Any) -> None:
    """Let every gate of a verb speak."""
    for gate in _gates[verb]:
        await gate(uow, row)


async def react(event: str, uow: "UnitOfWork", record_id: str, diff: Mapping[str, Any]) -> None:
    """Run the reactions to an event."""
    for reaction in _reactions.get(event, ()):
        await reaction(uow, record_id, diff)

"""What a company has laid down about its own records: asked by the one writer, bound once in `wiring`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_api.kit.resource import Resource

if TYPE_CHECKING:
    from crm_api.kit.uow import UnitOfWork


class Rule:
    """`constraint` names the unique index that decides a race about it, `""` for a rule that nobody races for."""

    constraint = ""

    async def before(self, uow: "UnitOfWork", resource: Resource, row: Any) -> None:
        """Complete a row that is about to be written, or refuse it (Invalid)."""

    async def after(
        self, uow: "UnitOfWork", resource: Resource, row: Any, changed: Mapping[str, tuple[Any, Any]]
    ) -> None:
        """Add what goes with a written row to the unit."""

    async def holders(self, uow: "UnitOfWork", resource: Resource, row: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Who broke the constraint: field and id of each record that holds a value of the row."""
        return []


RULES: list[Rule] = []


def bind_rules(*rules: Rule) -> None:
    """Make rules known to the writer."""
    RULES.extend(rules)

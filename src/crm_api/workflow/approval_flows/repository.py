"""The SQL that approval flows have of their own."""

from typing import Any

from sqlalchemy import Select, Text, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.db import table
from crm_api.kit.kinds import Identifier, kind_of
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.workflow.approval_flows.models import ApprovalFlow
from crm_api.workflow.approval_flows.resource import approval_flows


class ApprovalFlowRepository(Repository[ApprovalFlow]):
    """Flows of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, approval_flows)

    async def in_force(self, resource: str) -> list[ApprovalFlow]:
        """The active flows of a resource; none of them changes before the commit."""
        rows = await self.uow.fetch("flows in force", _in_force, {"of": resource})
        return [ApprovalFlow.loaded(dict(row)) for row in rows]


def _in_force() -> Select[Any]:
    flows = scoped(ApprovalFlow, "f")
    columns = [
        (kind_of(c).select(flows.c[c.key]) if isinstance(kind_of(c), Identifier) else flows.c[c.key]).label(
            c.key
        )
        for c in table(ApprovalFlow).columns
        if c.computed is None
    ]
    return (
        select(*columns)
        .where(
            flows.c.resource == bindparam("of", type_=Text),
            flows.c.active,
            flows.c.deleted_at.is_(None),
        )
        .order_by(flows.c.created_at, flows.c.id)
        .with_for_update(read=True, of=flows)
    )

"""The SQL that development plans have of their own."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, literal, select
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.development_plans.models import DevelopmentPlan, PlanStatus
from crm_api.sales.development_plans.resource import development_plans


class PlanRepository(Repository[DevelopmentPlan]):
    """Plans of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, development_plans)

    async def status_for(self, opportunity_id: str) -> str | None:
        """How far the plan of an opportunity has come, whoever asks; None without one that is alive and not failed."""
        rows = await self.uow.fetch("plan status", _status, {"id": opportunity_id})
        return rows[0][0] if rows else None


def _status() -> Select[Any]:
    rows = scoped(DevelopmentPlan, "p")
    return select(rows.c.status).where(
        rows.c.opportunity_id == bindparam("id", type_=Uuid(as_uuid=False)),
        rows.c.deleted_at.is_(None),
        rows.c.status != literal(PlanStatus.FAILED, Text),
    )

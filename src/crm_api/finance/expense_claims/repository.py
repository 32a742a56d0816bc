"""The SQL that expense claims have of their own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Select, Text, Uuid, any_, select
from sqlalchemy.sql.expression import bindparam

from crm_api.finance.expense_claims.models import ExpenseClaim, ExpenseLine
from crm_api.finance.expense_claims.resource import expense_claims
from crm_api.kit.repository import Repository
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import UnitOfWork


class ExpenseClaimRepository(Repository[ExpenseClaim]):
    """Expense claims of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        super().__init__(uow, expense_claims)

    async def claimed_elsewhere(self, claim_id: str, numbers: Sequence[str]) -> set[str]:
        """Which of these receipts stand in another claim that lives."""
        values = {"id": claim_id, "numbers": list(numbers)}
        return {row[0] for row in await self.uow.fetch("claimed receipts", _claimed, values)}


def _claimed() -> Select[Any]:
    lines, claims = scoped(ExpenseLine, "l"), scoped(ExpenseClaim, "c")
    return (
        select(lines.c.receipt_number)
        .select_from(lines.join(claims, claims.c.id == lines.c.expense_claim_id))
        .where(
            lines.c.receipt_number == any_(bindparam("numbers", type_=ARRAY(Text))),
            claims.c.id != bindparam("id", type_=Uuid(as_uuid=False)),
            claims.c.deleted_at.is_(None),
        )
    )

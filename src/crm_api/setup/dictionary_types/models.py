"""Lists that a company chooses from."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded

LOSS_REASON, LEAD_DISCARD_REASON = "loss_reason", "lead_discard_reason"
STOCK_ADJUSTMENT_REASON, DELAY_REASON = "stock_adjustment_reason", "delay_reason"
PLAN_FAILURE_REASON = "plan_failure_reason"
# reasons are there to be counted
ALWAYS_CLOSED = frozenset(
    {LOSS_REASON, LEAD_DISCARD_REASON, PLAN_FAILURE_REASON, STOCK_ADJUSTMENT_REASON, DELAY_REASON}
)


class DictionaryType(Recorded, Base):
    """One list; records hold the codes of its items. A closed list is the only source of what its fields hold."""

    __tablename__ = "dictionary_types"
    code: Mapped[str] = columns.line(63)
    label_en: Mapped[str] = columns.line(200)
    label_zh: Mapped[str] = columns.line(200)
    description: Mapped[str | None] = columns.line(2000, null=True)
    closed: Mapped[bool] = columns.flag(default=False)
    built_in: Mapped[bool] = columns.flag(default=False, server_owned=True)
    __table_args__ = (
        Index("dictionary_types_code_key", "tenant_id", "code", unique=True),
        Index("dictionary_types_created_at_idx", "tenant_id", "created_at", "id"),
    )

    @property
    def always_closed(self) -> bool:
        """What is given up, or put right, is so for a reason that can be counted."""
        return self.code in ALWAYS_CLOSED

"""How far a series of numbers has come."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base


class NumberSeries(Base):
    """One row for each series and year of a company; `taken` numbers have been given away in it."""

    __tablename__ = "number_series"
    tenant_id: Mapped[str] = columns.identifier(internal=True)
    series: Mapped[str] = columns.line(63)
    year: Mapped[int] = columns.integer()
    taken: Mapped[int] = columns.integer()
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "series", "year"),
        CheckConstraint("taken > 0", name="taken"),
    )

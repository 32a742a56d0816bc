"""Splitting the amount of a deal over its lines, in SQL."""

from typing import Any

from sqlalchemy import ARRAY, Text, case, func
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.expression import bindparam

from crm_api.kit.money import codes_by_digits

COMMON_DIGITS = 2


def share(
    amount: ColumnElement[Any],
    currency: ColumnElement[Any],
    line_total: ColumnElement[Any],
    *,
    deal: ColumnElement[Any],
    order: tuple[ColumnElement[Any], ...],
) -> ColumnElement[Any]:
    """What a line holds of the amount of its deal: by its part of the line totals, equal parts if those are zero.

    In minor units of the currency, or finer when the amount is. The shares of a deal add up to its amount
    exactly: each is the difference of two rounded running sums, and the last of these is the amount itself.
    """
    total = func.sum(line_total).over(partition_by=deal)
    lines = func.count().over(partition_by=deal)
    running = func.sum(line_total).over(partition_by=deal, order_by=order)
    place = func.row_number().over(partition_by=deal, order_by=order)
    digits = func.greatest(func.min_scale(amount), _minor_digits(currency))

    def up_to(running: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[Any]:
        part = case((total == 0, amount * place / lines), else_=amount * running / func.nullif(total, 0))
        return func.round(part, digits)

    return up_to(running, place) - up_to(running - line_total, place - 1)


def _minor_digits(currency: ColumnElement[Any]) -> ColumnElement[Any]:
    unusual = {digits: codes for digits, codes in codes_by_digits().items() if digits != COMMON_DIGITS}
    return case(
        *(
            (currency == func.any(bindparam(f"digits_{digits}", codes, type_=ARRAY(Text))), digits)
            for digits, codes in unusual.items()
        ),
        else_=COMMON_DIGITS,
    )

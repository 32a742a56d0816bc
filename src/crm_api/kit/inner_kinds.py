"""Kinds of columns that no client sees."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Text
from sqlalchemy.types import TypeEngine

from crm_api.kit.kinds import Kind


class Micros(Kind):
    """Money × 10⁶ as bigint: row security lets an index compare it, which numeric is not allowed to."""

    def type(self) -> TypeEngine[Any]:
        return BigInteger()


class Grams(Kind):
    """Search grams (`text.grams`)."""

    operators = ()

    def type(self) -> TypeEngine[Any]:
        return ARRAY(Text())


class Digest(Kind):
    """A keyed digest of a secret; never shown."""

    operators = ()

    def type(self) -> TypeEngine[Any]:
        return LargeBinary()

"""Which documents are billed, and while they are in which states."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from crm_api.kit.resource import Resource


class Billable(NamedTuple):
    """A resource whose rows have a customer, an owner, a currency and a gross amount."""

    resource: Resource
    dead: frozenset[str]


DOCUMENTS: Final[Mapping[str, Billable]] = {}

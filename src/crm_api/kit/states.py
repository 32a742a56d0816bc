"""The states of a record, and what each verb does to them: one table, which services obey and tests walk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from crm_api.kit.errors import Conflict


class WrongState(Conflict):
    """The record is in none of the states in which this can be done."""

    default_code = "wrong_state"


class Step(NamedTuple):
    """The states a verb starts from, and the one it leads to; None: the record stays where it is."""

    origins: frozenset[StrEnum]
    target: StrEnum | None = None


@dataclass(frozen=True)
class States:
    """What may happen to a record in which state. The state stands in `status`, since when in `status_entered_at`."""

    steps: Mapping[str, Step]

    def demand(self, row: Any, verb: str) -> None:
        """WrongState unless the verb starts from the state of the row."""
        origins = self.steps[verb].origins
        if row.status not in origins:
            raise WrongState(status=str(row.status), allowed=", ".join(sorted(origins)))

    def take(self, row: Any, verb: str, at: datetime) -> None:
        """Do what a verb does to the state of a row, at that moment; WrongState where it has no such step."""
        self.demand(row, verb)
        if target := self.steps[verb].target:
            row.apply({"status": target, "status_entered_at": at})

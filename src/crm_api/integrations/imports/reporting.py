"""What a run has found so far: counts, and of every error the first rows that have it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from crm_api.integrations.imports.models import Outcome

EXAMPLES, KINDS = 5, 200
_Key = tuple[str | None, str | None, str]


class Report:
    """Grows with every batch; its size does not."""

    def __init__(self, counts: Mapping[str, int] | None = None) -> None:
        self._counts = Counter(counts or {})
        self._errors: Counter[_Key] = Counter()
        self._first: dict[_Key, list[int]] = {}

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count the rows of a batch."""
        for outcome in outcomes:
            self._counts[str(outcome.status)] += 1
            for error in outcome.errors or ():
                key = (error["column"], error["field"], error["code"])
                if key in self._first or len(self._first) < KINDS:
                    self._errors[key] += 1
                    rows = self._first.setdefault(key, [])
                    if len(rows) < EXAMPLES and outcome.row_no not in rows:
                        rows.append(outcome.row_no)

    def counts(self) -> dict[str, int]:
        """Rows by what became, or would become, of them."""
        return dict(self._counts)

    def total(self) -> int:
        """Rows so far."""
        return self._counts.total()

    def as_json(self) -> dict[str, Any]:
        """The report of a dry run; the commonest errors first."""
        return {
            "rows": self._counts.total(),
            "counts": self.counts(),
            "errors": [
                {"column": key[0], "field": key[1], "code": key[2], "count": count, "rows": self._first[key]}
                for key, count in self._errors.most_common()
            ],
        }

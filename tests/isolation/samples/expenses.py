"""Samples of what people spent."""

from __future__ import annotations

from typing import Any

from tests.isolation.samples.company import PRICE, links

ORDER = ("expense_claims",)
MADE: dict[str, Any] = {}


def _line(w: Any, code: str) -> dict[str, Any]:
    about = {f"{name}_id": w.ids[name] for name in ("customer", "opportunity", "order")}
    return {"type": "travel", "spent_on": "2026-01-31", "amount": PRICE, "receipt_number": code, **about}


BODIES = {
    "expense_claims": lambda w, name, code: {
        "name": name,
        "owner_id": w.ids["user"],
        "lines": [_line(w, code)],
        "external_ids": links(code),
    },
}
SAMPLES = {
    "expense_claims_update": lambda w, r: {"lines": [_line(w, w.fresh("receipt"))]},
    "expense_claims_pay": lambda w, r: {"paid_by": "cash", "payment_reference": w.mark},
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, Any] = {}
KEYS: dict[str, str] = {}
STEPS: dict[str, Any] = {"expense_claims_pay": (("/submit", None),)}

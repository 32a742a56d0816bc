"""Samples of what happened, and what is to be done."""

from __future__ import annotations

from typing import Any

from tests.isolation.samples.company import links

ORDER = ("interactions", "tasks")
MADE: dict[str, Any] = {}
BODIES = {
    "interactions": lambda w, name, code: {
        "kind": "call",
        "summary": name,
        "subject_type": "opportunities",
        "subject_id": w.ids["opportunity"],
        "participants": [{"contact_id": w.ids["contact"]}],
        "external_ids": links(code),
    },
    "tasks": lambda w, name, code: {
        "title": name,
        "subject_type": "customers",
        "subject_id": w.ids["customer"],
        "due_at": "2027-01-31T01:00:00Z",
        "recurrence": "weekly",
        "checklist": [{"title": name}],
        "owner_id": w.ids["user"],
        "external_ids": links(code),
    },
}
SAMPLES = {
    "interactions_update": lambda w, r: {
        "summary": f"{w.mark} other {w._count}",
        "participants": [{"contact_id": w.ids["contact"]}],
    },
    "tasks_update": lambda w, r: {"title": w.fresh("other"), "checklist": [{"title": w.mark}]},
    "tasks_assign": lambda w, r: {"owner_id": w.owner.id},
    "tasks_complete": lambda w, r: {
        "interaction": {"kind": "call", "summary": w.mark, "participants": [{"contact_id": w.ids["contact"]}]}
    },
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, Any] = {}
KEYS: dict[str, str] = {}
STEPS: dict[str, Any] = {"tasks_reopen": (("/cancel", None),)}

"""What Pydantic found wrong with a body, as faults of ours: each at its JSON Pointer, never with the input."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_api.kit.errors import BadRequest, Fault, Invalid, Problem
from crm_api.kit.filters import nearest
from crm_api.kit.requests import escaped


def problem_of(errors: Sequence[Mapping[str, Any]], known: Any = (), prefix: str = "") -> Invalid:
    """Pydantic's errors as faults of ours, each at its JSON Pointer, never with the input."""
    return Invalid(faults=[_fault(error, known, prefix) for error in errors])


def unreadable(errors: Sequence[Any]) -> Problem:
    """What FastAPI could not read of parameters or a form."""
    for item in errors:
        if item["loc"][0] in ("query", "header"):
            return _in_query(item)
    return problem_of([{**item, "loc": item["loc"][1:]} for item in errors])


def _in_query(item: dict[str, Any]) -> BadRequest:
    """A query parameter that FastAPI refused: the same fault, at the parameter, as 400."""
    fault = problem_of([{**item, "loc": item["loc"][1:2]}]).faults[0]
    return BadRequest(
        "invalid_parameter", faults=[Fault("parameter", str(item["loc"][1]), fault.code, fault.params)]
    )


def _fault(error: Mapping[str, Any], known: Any, prefix: str) -> Fault:
    kind, context = error["type"], dict(error.get("ctx") or {})
    parts = [str(part) for part in error["loc"]]
    pointer = prefix + "".join(f"/{escaped(part)}" for part in parts)
    code, params = _TRANSLATION.get(kind, (None, {}))
    if kind == "extra_forbidden":
        return Fault("pointer", pointer, "unknown_field", {"hint": nearest(parts[-1], known)})
    if kind in ("string_too_long", "too_long"):
        return Fault("pointer", pointer, "too_long", {"limit": context["max_length"]})
    if kind in ("string_too_short", "too_short"):
        return Fault("pointer", pointer, "too_short", {"limit": context["min_length"]})
    if kind in ("enum", "literal_error"):
        return Fault("pointer", pointer, "not_a_choice", {"choices": context["expected"].replace("'", "")})
    if code is None and "code" in context:
        return Fault("pointer", pointer, context.pop("code"), context)
    if code is None and kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        sign = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}[
            kind
        ]
        return Fault(
            "pointer", pointer, "out_of_range", {"expected": f"{sign} {next(iter(context.values()))}"}
        )
    return Fault("pointer", pointer, code or "pattern", params)


_TRANSLATION: dict[str, tuple[str, dict[str, Any]]] = {
    "missing": ("required", {}),
    "string_type": ("wrong_type", {"expected": "a text"}),
    "string_unicode": ("invalid_character", {}),
    "list_type": ("wrong_type", {"expected": "a list"}),
    "dict_type": ("wrong_type", {"expected": "an object"}),
    "model_type": ("wrong_type", {"expected": "an object"}),
    "model_attributes_type": ("wrong_type", {"expected": "an object"}),
    "string_pattern_mismatch": ("pattern", {}),
}

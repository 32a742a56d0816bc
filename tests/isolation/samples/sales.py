"""Samples of what belongs to deals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.isolation.worlds import World

ORDER = ("development_plans",)


async def _to_be_submitted(w: World) -> dict[str, Any]:
    """A deal in a pipeline with a stage that asks for an approval, which somebody can give."""
    stages = [
        {"key": "a", "name": w.mark, "kind": "open"},
        {"key": "b", "name": w.mark, "kind": "open", "approval_required": True},
        {"key": "c", "name": w.mark, "kind": "won"},
        {"key": "d", "name": w.mark, "kind": "lost"},
    ]
    made = await w.owner.create("/pipelines", name=w.fresh("asking"), stages=stages)
    asking = made["stages"][1]["id"]
    node = {"name": w.mark, "kind": "users", "mode": "any", "user_ids": [w.ids["user"]]}
    flow = {"name": w.fresh("flow"), "resource": "opportunities", "type": asking, "nodes": [node]}
    await w.owner.create("/approval-flows", **flow)
    w.ids["stage_asking"] = asking
    return await w.owner.create("/opportunities", name=w.fresh("deal"), pipeline_id=made["id"])


MADE: dict[str, Any] = {"opportunities_submit": _to_be_submitted}


async def _plan(w: World, name: str, _: str) -> dict[str, Any]:
    """A deal has one plan, so each plan is made for a new one."""
    deal = await w.make("opportunities")
    items = [{"action": name, "due_on": "2030-01-31"}]
    return {"name": name, "goal": name, "opportunity_id": deal["id"], "items": items}


BODIES: dict[str, Callable[[World, str, str], Awaitable[dict[str, Any]]]] = {"development_plans": _plan}
SAMPLES: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "pipelines_update": lambda w, r: {
        "name": f"{w.mark} other {w._count}",
        "stages": [r["stages"][0], *r["stages"][2:]],
        "stage_mapping": [{"from_stage_id": r["stages"][1]["id"], "to_stage_id": r["stages"][0]["id"]}],
    },
    "opportunities_submit": lambda w, r: {"stage_id": w.ids["stage_asking"]},
    "development_plans_update": lambda w, r: {
        "goal": f"{w.mark} other {w._count}",
        "owner_id": w.ids["user"],
        "items": [{"id": r["items"][0]["id"], "owner_id": w.ids["user"]}],
    },
    "development_plans_complete": lambda w, r: {"result": f"{w.mark} done"},
    "development_plans_succeed": lambda w, r: {"stage_id": w.ids["stage_second"], "lifecycle": "customer"},
    "development_plans_fail": lambda w, r: {"failure_reason": "other", "failure_note": w.mark},
}


async def _item(_: World, record: dict[str, Any]) -> str:
    return str(record["items"][0]["id"])


INNER = {"item_id": _item}
PARAMETERS: dict[str, list[dict[str, str]]] = {}
KEYS: dict[str, str] = {}
_STARTED = (("/start", None),)
STEPS: dict[str, tuple[tuple[str, Any], ...]] = {
    "development_plans_complete": _STARTED,
    "development_plans_succeed": _STARTED,
    "development_plans_fail": _STARTED,
}

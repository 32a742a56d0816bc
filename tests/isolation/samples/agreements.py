"""What is agreed on inside the company and with customers: flows, contracts, approvals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.isolation.worlds import World

PRICE = {"amount": "10", "currency": "CNY"}
ORDER = ("approval_flows", "contracts", "approvals")


def _flow(w: World, name: str, code: str) -> dict[str, Any]:
    return {
        "name": name,
        "resource": "contracts",
        "type": code[-63:],
        "team_id": w.ids["team"],
        "amount_from": PRICE,
        "nodes": [
            {"name": name, "kind": "users", "mode": "any", "user_ids": [w.ids["user"], w.ids["owner"]]},
            {"kind": "superior_chain", "mode": "all", "levels": 1},
        ],
    }


def _contract(w: World, name: str, code: str) -> dict[str, Any]:
    return {
        "name": name,
        "customer_id": w.ids["customer"],
        "opportunity_id": w.ids["opportunity"],
        "owner_id": w.ids["user"],
        "terms": name,
        "lines": [{"product_id": w.ids["product"], "quantity": "2", "unit_price": PRICE}],
        "signatories": [
            {"side": "ours", "name": name, "user_id": w.ids["user"]},
            {"side": "theirs", "name": name, "contact_id": w.ids["contact"]},
        ],
        "external_ids": [{"source": "erp", "key": code}],
    }


async def _submitted(w: World, *, by_owner: bool) -> dict[str, Any]:
    """An approval that the owner is to decide on, or has submitted."""
    code = w.fresh("flow")[-63:]
    approver = w.ids["user"] if by_owner else w.ids["owner"]
    node = {"name": w.mark, "kind": "users", "mode": "any", "user_ids": [approver]}
    flow = {"name": code, "resource": "contracts", "type": code, "nodes": [node]}
    await w.owner.create("/approval-flows", **flow)
    submitter = w.owner if by_owner else await w.company.user("account_manager", name=w.mark)
    body = {**await w.body_of("contracts"), "type": code, "owner_id": submitter.id}
    made = await w.owner.create("/contracts", **body)
    path = f"/contracts/{made['id']}/submit"
    asked = await submitter.http.post(path, headers={"If-Match": "*"})
    assert asked.status_code == 200, asked.text
    query = f"/approvals?subject_id={made['id']}"
    return dict((await w.owner.http.get(query)).json()["data"][0])


MADE: dict[str, Callable[[World], Awaitable[dict[str, Any]]]] = {
    "approvals": lambda w: _submitted(w, by_owner=False),
    "approvals_withdraw": lambda w: _submitted(w, by_owner=True),
}
BODIES: dict[str, Callable[[World, str, str], dict[str, Any]]] = {
    "approval_flows": _flow,
    "contracts": _contract,
}


async def _delegate(w: World, _: Any) -> dict[str, str]:
    somebody = await w.make("users")
    return {"user_id": somebody["id"], "comment": w.mark}


async def _signer(w: World, _: Any) -> dict[str, str]:
    return {"user_id": (await w.make("users"))["id"]}


SAMPLES: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "approval_flows_update": lambda w, r: {
        "name": f"{w.mark} other {w._count}",
        "team_id": w.ids["team"],
        "nodes": [{"kind": "users", "mode": "any", "user_ids": [w.ids["user"]]}],
    },
    "approvals_approve": lambda w, r: {"comment": w.mark},
    "approvals_reject": lambda w, r: {"comment": w.mark},
    "approvals_send_back": lambda w, r: {"comment": w.mark},
    "approvals_delegate": _delegate,
    "approvals_add_signer": _signer,
    "contracts_update": lambda w, r: {
        "customer_id": w.ids["customer"],
        "opportunity_id": w.ids["opportunity"],
        "lines": [{"product_id": w.ids["product"]}],
        "signatories": [
            {"side": "ours", "name": w.mark, "user_id": w.ids["user"], "contact_id": w.ids["contact"]}
        ],
    },
    "contracts_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "contracts_sign": lambda w, r: {"signed_on": "2026-01-31"},
    "contracts_terminate": lambda w, r: {"reason": w.mark},
    "contracts_void": lambda w, r: {"reason": w.mark},
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, list[dict[str, str]]] = {}
KEYS: dict[str, str] = {}
_SIGNED = (("/submit", None), ("/sign", None))
STEPS: dict[str, tuple[tuple[str, Any], ...]] = {
    "contracts_sign": _SIGNED[:1],
    "contracts_activate": _SIGNED,
    "contracts_terminate": _SIGNED,
    "contracts_void": _SIGNED,
    "contracts_amend": _SIGNED,
}

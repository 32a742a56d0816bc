"""What is owed, what came in and what is invoiced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.isolation.samples.company import PRICE, links

if TYPE_CHECKING:
    from tests.isolation.worlds import World

ORDER = ("exchange_rates", "receivables", "payments", "invoices")
SMALL = {"amount": "1", "currency": "CNY"}
ANY = {"If-Match": "*"}
NOTHING = {"amount": "0", "currency": "CNY"}


async def _invoice(w: World) -> dict[str, Any]:
    """Applied for by somebody else than the owner, who may approve it then."""
    if "applicant" not in w.ids:
        clerk = await w.company.user("integration", name=w.fresh("clerk"))
        w.ids["applicant"] = clerk.id
        w.clerk = clerk
    return await w.clerk.create("/invoices", **await w.body_of("invoices"))


async def _receivable(w: World) -> dict[str, Any]:
    """Beside documents of its customer that can still be billed."""
    if w.ids.get("billed_customer") != w.ids["customer"]:
        signatories = [{"side": side, "name": w.mark} for side in ("ours", "theirs")]
        rich = {"amount": "100000", "currency": "CNY"}
        body = {"name": w.fresh("agreed"), "customer_id": w.ids["customer"], "signatories": signatories}
        contract = await w.owner.create("/contracts", **body, amount=rich, type=w.fresh("type"))
        for verb in ("submit", "sign"):
            path = f"/contracts/{contract['id']}/{verb}"
            assert (await w.owner.http.post(path, headers=ANY)).status_code == 200
        order = await w.make("orders")
        (own,) = (await w.owner.http.get(f"/receivables?order_id={order['id']}")).json()["data"]
        assert (await w.owner.http.post(f"/receivables/{own['id']}/cancel", headers=ANY)).status_code == 200
        w.ids |= {"billed_contract": contract["id"], "billed_order": order["id"]}
        w.ids["billed_customer"] = w.ids["customer"]
    return await w.owner.create("/receivables", **await w.body_of("receivables"))


async def _refundable(w: World) -> dict[str, Any]:
    """A payment of an order of which something came back."""
    order = await w.make("orders")
    (own,) = (await w.owner.http.get(f"/receivables?order_id={order['id']}")).json()["data"]
    part = {"receivable_id": own["id"], "amount": own["amount"]}
    body = {**await w.body_of("payments"), "amount": own["amount"], "allocations": [part]}
    payment = await w.owner.create("/payments", **body)
    back = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
    for verb, said in (("pick", None), ("pack", None), ("ship", None), ("return", back)):
        sent = {"json": said} if said else {}
        done = await w.owner.http.post(f"/orders/{order['id']}/{verb}", headers=ANY, **sent)
        assert done.status_code == 200, done.text
    w.ids["refunded_order"] = order["id"]
    return payment


MADE = {"receivables": _receivable, "invoices": _invoice, "payments_refund": _refundable}
BODIES = {
    "exchange_rates": lambda w, name, code: {
        "currency": "USD",
        "rate_on": f"20{w._count % 80 + 10}-{w._count % 12 + 1:02d}-{w._count % 28 + 1:02d}",
        "rate": str(w._count),
    },
    "receivables": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "due_on": "2026-02-01",
        "amount": PRICE,
        "owner_id": w.ids["user"],
        "external_ids": links(code),
    },
    "payments": lambda w, name, code: {
        "customer_id": w.ids["customer"],
        "amount": PRICE,
        "received_on": "2026-02-01",
        "method": "cash",
        "reference": name,
        "owner_id": w.ids["user"],
        "allocations": [
            {"receivable_id": w.ids["receivable"], "amount": {"amount": "0.01", "currency": "CNY"}}
        ],
        "external_ids": links(code),
    },
    "invoices": lambda w, name, code: {
        "title": name,
        "customer_id": w.ids["customer"],
        "net_amount": PRICE,
        "tax_amount": NOTHING,
        "gross_amount": PRICE,
        "owner_id": w.ids["user"],
        "external_ids": links(code),
    },
}


async def _plan(w: World, _: Any) -> dict[str, Any]:
    """For an order, whose receivable it replaces."""
    order = await w.make("orders")
    item = {"name": w.fresh("plan"), "due_on": "2026-02-01", "amount": order["gross_amount"]}
    return {"order_id": order["id"], "instalments": [item]}


async def _allocations(w: World, _: Any) -> dict[str, Any]:
    owed = await w.make("receivables")
    return {"allocations": [{"receivable_id": owed["id"], "amount": SMALL}]}


SAMPLES = {
    "exchange_rates_update": lambda w, r: {"rate": str(w._count + 1000)},
    "receivables_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "receivables_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "receivables_plan": _plan,
    "payments_update": lambda w, r: {"reference": f"{w.mark} other {w._count}"},
    "payments_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "payments_allocate": _allocations,
    "payments_release": lambda w, r: {"allocation_id": r["allocations"][0]["id"]},
    "payments_refund": lambda w, r: {"amount": SMALL, "order_id": w.ids["refunded_order"]},
    "payments_reverse": lambda w, r: {"reverse_reason": w.mark},
    "invoices_update": lambda w, r: {"title": f"{w.mark} other {w._count}"},
    "invoices_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "invoices_void": lambda w, r: {"void_reason": w.mark},
    "invoices_red_letter": lambda w, r: {"red_letter_reason": w.mark},
}
INNER: dict[str, Any] = {}
PARAMETERS: dict[str, Any] = {"receivables_ageing": [{}, {"currency": "CNY"}]}
KEYS: dict[str, str] = {}
APPROVED = (("/approve", None),)
ISSUED = (*APPROVED, ("/issue", None))
STEPS: dict[str, Any] = {
    "invoices_issue": APPROVED,
    "invoices_deliver": ISSUED,
    "invoices_red_letter": ISSUED,
}

"""What is offered: price books and quotes, and the links by which customers answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.isolation.samples.company import PRICE

if TYPE_CHECKING:
    from tests.isolation.worlds import World

HOLDER = {"decided_by_name": "Holder", "decided_by_email": "holder@example.com"}
ORDER = ("price_books", "quotes")
MADE: dict[str, Callable[[World], Awaitable[dict[str, Any]]]] = {}


def _links(code: str) -> list[dict[str, str]]:
    return [{"source": "erp", "key": code}]


BODIES: dict[str, Callable[[World, str, str], dict[str, Any]]] = {
    "price_books": lambda w, name, code: {
        "name": name,
        "currency": "CNY",
        "customer_region": name,
        "entries": [{"product_id": w.ids["product"], "unit_price": PRICE}],
        "external_ids": _links(code),
    },
    "quotes": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "contact_id": w.ids["contact"],
        "opportunity_id": w.ids["opportunity"],
        "owner_id": w.ids["user"],
        "lines": [{"product_id": w.ids["product"], "unit_price": PRICE}],
        "external_ids": _links(code),
    },
}
SAMPLES: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "price_books_update": lambda w, r: {
        "name": f"{w.mark} other {w._count}",
        "entries": [{"product_id": w.ids["product"], "unit_price": PRICE}],
    },
    "price_books_resolve": lambda w, r: {
        "customer_id": w.ids["customer"],
        "currency": "CNY",
        "lines": [{"product_id": w.ids["product"]}],
    },
    "quotes_update": lambda w, r: {"lines": [{"product_id": w.ids["product"], "unit_price": PRICE}]},
    "quotes_assign": lambda w, r: {"owner_id": w.ids["owner"]},
    "quotes_accept": lambda w, r: HOLDER,
    "quotes_reject": lambda w, r: HOLDER,
    "quotes_order": lambda w, r: {
        "contact_id": w.ids["contact"],
        "opportunity_id": w.ids["opportunity"],
        "owner_id": w.ids["user"],
        "warehouse_id": w.ids["warehouse"],
        "promises": [{"line_id": r["lines"][0]["id"], "promised_on": "2026-03-31"}],
    },
    "quotes_contract": lambda w, r: {
        "opportunity_id": w.ids["opportunity"],
        "owner_id": w.ids["user"],
        "signatories": [
            {"side": "theirs", "name": w.mark, "contact_id": w.ids["contact"], "user_id": w.ids["user"]}
        ],
    },
    "public_quotes_accept": lambda w, r: HOLDER,
    "public_quotes_reject": lambda w, r: HOLDER,
}
INNER: dict[str, Callable[[World, dict[str, Any]], Awaitable[str]]] = {}
PARAMETERS: dict[str, list[dict[str, str]]] = {}
KEYS: dict[str, str] = {}
STEPS: dict[str, tuple[tuple[str, Any], ...]] = {
    f"quotes_{verb}": (("/send", None),) for verb in ("withdraw", "accept", "reject", "revise")
}
STEPS |= dict.fromkeys(("quotes_order", "quotes_contract"), (("/send", None), ("/accept", HOLDER)))


async def _link(w: World) -> str:
    made = await w.make("quotes")
    sent = await w.owner.http.post(f"/quotes/{made['id']}/send", headers={"If-Match": "*"})
    return str(sent.json()["secret"])


# links that are named in a path, each for one use
LINKS = dict.fromkeys(("public_quotes_get", "public_quotes_accept", "public_quotes_reject"), _link)

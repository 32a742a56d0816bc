"""What every company has: bodies that make records, and valid requests for operations.

The samples of a later context stand in a module of their own, with the same names; `samples` puts them together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.factories import work
from tests.factories.companies import PASSWORD
from tests.factories.peers import INSIDE

if TYPE_CHECKING:
    from tests.isolation.worlds import World

PRICE = {"amount": "10", "currency": "CNY"}
# what is made first is referred to by what is made later
ORDER = (
    "teams",
    "users",
    "customers",
    "contacts",
    "products",
    "dictionary_types",
    "dictionary_items",
    "custom_fields",
    "pipelines",
    "opportunities",
    "leads",
    "saved_views",
    "api_keys",
    "imports",
    "exports",
    "operations",
    "dead_letters",
    "notes",
    "attachments",
    "webhooks",
)


def links(code: str) -> list[dict[str, str]]:
    """The key of a record in another system."""
    return [{"source": "erp", "key": code}]


def _stages(mark: str) -> list[dict[str, Any]]:
    kinds = {"first": "open", "second": "open", "won": "won", "lost": "lost"}
    return [{"key": key, "name": f"{mark} {key}", "kind": kind} for key, kind in kinds.items()]


async def _export(w: World) -> dict[str, Any]:
    asked = await w.owner.http.post("/exports", json=await w.body_of("exports"))
    assert asked.status_code == 202, asked.text
    return dict((await w.owner.http.get(f"/exports/{asked.json()['id']}")).json())


# what no client makes, or what is not there at once
MADE: dict[str, Callable[[World], Awaitable[dict[str, Any]]]] = {
    "exports": _export,
    "operations": lambda w: work.operation(w.company, args={"word": w.mark}),
    "dead_letters": lambda w: work.dead_letter(w.company, args={"word": w.mark}),
}
Maker = Callable[["World", str, str], dict[str, Any] | Awaitable[dict[str, Any]]]
BODIES: dict[str, Maker] = {
    "teams": lambda w, name, code: {"name": name, "external_ids": links(code)},
    "users": lambda w, name, code: {
        "name": name,
        "email": f"{code}@example.com",
        "roles": ["account_manager"],
        "team_id": w.ids["team"],
        "external_ids": links(code),
    },
    "customers": lambda w, name, code: {
        "name": name,
        "code": code,
        "tax_id": code,
        "emails": [f"{code}@example.com"],
        "parent_id": w.ids.get("customer"),
        "external_ids": links(code),
    },
    "contacts": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "emails": [f"{code}@example.com"],
        "external_ids": links(code),
    },
    "products": lambda w, name, code: {
        "name": name,
        "code": code,
        "list_price": PRICE,
        "external_ids": links(code),
    },
    "dictionary_types": lambda w, name, code: {
        "code": code.replace("-", "_"),
        "label_en": name,
        "label_zh": name,
    },
    "custom_fields": lambda w, name, code: {
        "resource": "contacts",
        "key": code.replace("-", "_"),
        "type": "text",
        "label_en": name,
        "label_zh": name,
    },
    "dictionary_items": lambda w, name, code: {
        "type": "region",
        "code": code,
        "parent_id": w.ids.get("dictionary_item"),
        "label_en": name,
        "label_zh": name,
    },
    "saved_views": lambda w, name, code: {
        "name": name,
        "resource": "customers",
        "filter": {"field": "name", "op": "eq", "value": name},
        "shared": True,  # a private one would be hidden by its owner alone
    },
    "pipelines": lambda w, name, code: {"name": name, "stages": _stages(name)},
    "opportunities": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "pipeline_id": w.ids["pipeline"],
        "stage_id": w.ids["stage_first"],
        "owner_id": w.ids["user"],
        "lines": [{"product_id": w.ids["product"], "quantity": "2", "unit_price": PRICE}],
        "external_ids": links(code),
    },
    "leads": lambda w, name, code: {
        "name": name,
        "company_name": f"{name} co",
        "emails": [f"{code}@example.com"],
        "owner_id": w.ids["user"],
        "external_ids": links(code),
    },
    "notes": lambda w, name, code: {
        "subject_type": "customers",
        "subject_id": w.ids["customer"],
        "body": name,
    },
    "attachments": lambda w, name, code: {
        "subject_type": "customers",
        "subject_id": w.ids["customer"],
        "file": ("some.txt", name.encode()),
    },
    "api_keys": lambda w, name, code: {"name": name, "permissions": ["customers:read"]},
    "exports": lambda w, name, code: {
        "resource": "customers",
        "filter": {"field": "id", "op": "eq", "value": w.ids["customer"]},
        "view": w.ids.get("saved_view"),
    },
    "imports": lambda w, name, code: {
        "file": (f"{code}.csv", f"name,code\n{name},{code}\n".encode()),
        "resource": "customers",
    },
    "webhooks": lambda w, name, code: {
        "url": f"https://{INSIDE}/{code}",
        "description": name,
        "events": ["customer.*"],
    },
}


async def _refresh_token(w: World, _: Any) -> dict[str, str]:
    signed_in = await w.owner.http.post("/auth/login", json={"email": w.company.email, "password": PASSWORD})
    return {"refresh_token": signed_in.json()["refresh_token"]}


SAMPLES: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "auth_login": lambda w, r: {"email": w.company.email, "password": PASSWORD},
    "auth_token": lambda w, r: {"username": w.company.email, "password": PASSWORD},
    "auth_refresh": _refresh_token,
    "users_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "users_move": lambda w, r: {"team_id": w.ids["team"]},
    "teams_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "teams_move": lambda w, r: {"parent_id": w.ids["team"]},
    "saved_views_update": lambda w, r: {"name": f"{w.mark} other {w._count}", "shared": True},
    "customers_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "customers_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "contacts_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "contacts_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "imports_update": lambda w, r: {"source": f"{w.mark}-{w._count}"},
    "notes_update": lambda w, r: {"body": f"{w.mark} other {w._count}"},
    "products_update": lambda w, r: {"name": f"{w.mark} other {w._count}"},
    "dictionary_types_update": lambda w, r: {"label_en": f"{w.mark} other {w._count}"},
    "custom_fields_update": lambda w, r: {"label_en": f"{w.mark} other {w._count}"},
    "dictionary_items_update": lambda w, r: {"label_en": f"{w.mark} other {w._count}"},
    "opportunities_update": lambda w, r: {"lines": [{"product_id": w.ids["product"]}]},
    "opportunities_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "opportunities_move": lambda w, r: {"stage_id": w.ids["stage_second"]},
    "opportunities_win": lambda w, r: {"stage_id": w.ids["stage_won"]},
    "opportunities_lose": lambda w, r: {"loss_reason": "other", "stage_id": w.ids["stage_lost"]},
    "opportunities_reopen": lambda w, r: {"stage_id": w.ids["stage_first"]},
    "leads_update": lambda w, r: {"company_name": f"{w.mark} other {w._count}"},
    "leads_assign": lambda w, r: {"owner_id": w.ids["user"]},
    "leads_discard": lambda w, r: {"discard_reason": "other", "discard_note": w.mark},
    "leads_convert": lambda w, r: {
        "customer_id": w.ids["customer"],
        "contact_id": w.ids["contact"],
        "opportunity": {"pipeline_id": w.ids["pipeline"]},
    },
    "webhooks_update": lambda w, r: {"description": f"{w.mark} other {w._count}"},
    "webhooks_rotate_secret": lambda w, r: {"overlap_hours": 1},
    "webhooks_replay": lambda w, r: {"after": 0},
}


async def _delivery(w: World, record: dict[str, Any]) -> str:
    pinged = await w.owner.http.post(f"/webhooks/{record['id']}/ping")
    return str(pinged.json()["id"])


# what is named in a path after the record
INNER: dict[str, Callable[[World, dict[str, Any]], Awaitable[str]]] = {"delivery_id": _delivery}
PARAMETERS: dict[str, list[dict[str, str]]] = {
    "audit_list": [{}],
    "access_log_list": [{}],
    "search_get": [{"q": "mark", "limit": "50"}],
    "sales_performance_get": [
        {"group_by": group, **depth}
        for group in ("owner", "team", "product", "stage", "month")
        for depth in ({}, {"team_depth": "1"})
        if group == "team" or not depth
    ],
}
# what names a thing that is the same in every company
KEYS = {"roles_get": "account_manager", "metadata_objects_get": "customers"}
# what to do with a new record first: (path after its id, or "" to delete it, body); by operation, or by verb
STEPS: dict[str, tuple[tuple[str, Any], ...]] = {
    "restore": (("", None),),
    "users_enable": (("/disable", None),),
    "products_activate": (("/retire", None),),
    "imports_undo": (("/commit", None),),
    "opportunities_reopen": (("/lose", {"loss_reason": "other"}),),
    "leads_reopen": (("/discard", {"discard_reason": "other"}),),
    "operations_follow": (("/cancel", None),),
}

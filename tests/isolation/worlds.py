"""A company with records of every kind, all of whose texts carry a word of its own, and a valid request for every
operation. An operation without a sample fails: nothing is passed over in silence.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from crm_api.integrations.changes.relay import relay_tenant
from crm_api.jobs.runner import Runner
from crm_api.kit.registries import RESOURCES
from crm_api.worker import actors_of
from tests.factories import work
from tests.factories.companies import PASSWORD, Actor, Company
from tests.factories.peers import INSIDE
from tests.isolation.operations import Operation

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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
    "interactions",
    "tasks",
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


def as_sent(body: Any) -> dict[str, Any]:
    """How a body travels: one with a file, which has a name of its own, as a form, any other as JSON."""
    files = {name: part for name, part in (body or {}).items() if isinstance(part, tuple)}
    texts = {name: part for name, part in (body or {}).items() if name not in files}
    return {"data": texts, "files": files} if files else {} if body is None else {"json": body}


class World:
    """One of the two companies. `ids` are its lasting records by kind; `seen` every id it was ever told."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.owner: Actor = company.owner
        self.mark = f"mark{company.tenant_id[-12:]}"
        self.ids: dict[str, str] = {"tenant": company.tenant_id, "owner": company.owner.id}
        self.records: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = set(self.ids.values())
        self._count = 0

    async def furnish(self) -> None:
        """Two lasting records of everything, the second referring to the first."""
        for resource in ORDER * 2:
            record = await self.make(resource)
            singular = RESOURCES[resource].singular
            self.records[resource], self.ids[singular] = record, record["id"]
            if resource == "pipelines":
                self.ids |= {f"stage_{stage['key']}": stage["id"] for stage in record["stages"]}
            if resource == "opportunities":
                self.ids["line"] = record["lines"][0]["id"]
        self.seen |= set(self.ids.values())
        await relay_tenant(self.company.served.pool, self.company.tenant_id)

    async def make(self, resource: str) -> dict[str, Any]:
        """A new record."""
        if resource in MADE:
            made = await MADE[resource](self)
            self.seen |= set(UUID.findall(str(made)))
            return made
        sent = as_sent(self.body_of(resource))
        answer = await self.owner.http.post(f"/{resource.replace('_', '-')}", **sent)
        assert answer.status_code == 201, (resource, answer.text)
        self.seen |= set(UUID.findall(answer.text))
        return dict(answer.json())

    async def ready(self, operation: Operation) -> dict[str, Any]:
        """A new record in the state from which the operation is possible."""
        assert operation.resource is not None
        record = await self.make(operation.resource.name)
        for step, body in STEPS.get(operation.name, STEPS.get(operation.name.rpartition("_")[2], ())):
            path = f"{operation.path.split('{')[0]}{record['id']}{step}"
            done = await self.owner.http.request("POST" if step else "DELETE", path, json=body)
            assert done.is_success, (operation.name, done.text)
        if operation.name in ("imports_undo", "exports_download"):
            await self.work()
        return record

    async def work(self) -> None:
        """Let a worker do what was asked for."""
        state, pool = self.company.served.app.state, self.company.served.pool
        await Runner(pool, actors_of(pool, state.authentication)).empty()

    async def inner(self, operation: Operation, record: dict[str, Any]) -> dict[str, str]:
        """Ids that the path names after that of the record."""
        names = re.findall(r"\{(\w+)\}", operation.path)[1:]
        return {name: await INNER[name](self, record) for name in names if name in INNER}

    def body_of(self, resource: str) -> dict[str, Any]:
        """The body that makes a record."""
        self._count += 1
        return BODIES[resource](self, f"{self.mark} {self._count}", f"{self.mark}-{self._count}")

    def fresh(self, word: str) -> str:
        """A name that nothing has."""
        self._count += 1
        return f"{self.mark}-{word}{self._count}"

    async def sample(self, operation: Operation, record: dict[str, Any] | None) -> Any:
        """A valid body, None for none."""
        if operation.route.body_field is None:
            return None
        if operation.creates and operation.resource:
            return self.body_of(operation.resource.name)
        if operation.name.endswith("_batch") and operation.resource:
            made = await self.make(operation.resource.name)
            body = self.body_of(operation.resource.name)
            change = {name: body[name] for name in ("name", "label_en") if name in body}
            update = {"op": "update", "id": made["id"], "data": change}
            return {"mode": "atomic", "operations": [update]}
        if operation.name.endswith("_query"):
            return {"limit": 200, "include_total": True}
        self._count += 1
        sample = SAMPLES[operation.name](self, record or {})
        return await sample if isinstance(sample, Awaitable) else sample


def _links(code: str) -> list[dict[str, str]]:
    return [{"source": "erp", "key": code}]


def _stages(mark: str) -> list[dict[str, Any]]:
    kinds = {"first": "open", "second": "open", "won": "won", "lost": "lost"}
    return [{"key": key, "name": f"{mark} {key}", "kind": kind} for key, kind in kinds.items()]


async def _export(w: World) -> dict[str, Any]:
    asked = await w.owner.http.post("/exports", json=w.body_of("exports"))
    assert asked.status_code == 202, asked.text
    return dict((await w.owner.http.get(f"/exports/{asked.json()['id']}")).json())


# what no client makes, or what is not there at once
MADE: dict[str, Callable[[World], Awaitable[dict[str, Any]]]] = {
    "exports": _export,
    "operations": lambda w: work.operation(w.company, args={"word": w.mark}),
    "dead_letters": lambda w: work.dead_letter(w.company, args={"word": w.mark}),
}
Maker = Callable[[World, str, str], dict[str, Any]]
BODIES: dict[str, Maker] = {
    "teams": lambda w, name, code: {"name": name, "external_ids": _links(code)},
    "users": lambda w, name, code: {
        "name": name,
        "email": f"{code}@example.com",
        "roles": ["account_manager"],
        "team_id": w.ids["team"],
        "external_ids": _links(code),
    },
    "customers": lambda w, name, code: {
        "name": name,
        "code": code,
        "tax_id": code,
        "emails": [f"{code}@example.com"],
        "parent_id": w.ids.get("customer"),
        "external_ids": _links(code),
    },
    "contacts": lambda w, name, code: {
        "name": name,
        "customer_id": w.ids["customer"],
        "emails": [f"{code}@example.com"],
        "external_ids": _links(code),
    },
    "products": lambda w, name, code: {
        "name": name,
        "code": code,
        "list_price": PRICE,
        "external_ids": _links(code),
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
        "external_ids": _links(code),
    },
    "leads": lambda w, name, code: {
        "name": name,
        "company_name": f"{name} co",
        "emails": [f"{code}@example.com"],
        "owner_id": w.ids["user"],
        "external_ids": _links(code),
    },
    "interactions": lambda w, name, code: {
        "kind": "call",
        "summary": name,
        "subject_type": "opportunities",
        "subject_id": w.ids["opportunity"],
        "participants": [{"contact_id": w.ids["contact"]}],
        "external_ids": _links(code),
    },
    "tasks": lambda w, name, code: {
        "title": name,
        "subject_type": "customers",
        "subject_id": w.ids["customer"],
        "due_at": "2027-01-31T01:00:00Z",
        "recurrence": "weekly",
        "checklist": [{"title": name}],
        "owner_id": w.ids["user"],
        "external_ids": _links(code),
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
    "pipelines_update": lambda w, r: {"name": f"{w.mark} other {w._count}", "stages": r["stages"]},
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
    "interactions_update": lambda w, r: {
        "summary": f"{w.mark} other {w._count}",
        "participants": [{"contact_id": w.ids["contact"]}],
    },
    "tasks_update": lambda w, r: {"title": w.fresh("other"), "checklist": [{"title": w.mark}]},
    "tasks_assign": lambda w, r: {"owner_id": w.owner.id},
    "tasks_complete": lambda w, r: {
        "interaction": {"kind": "call", "summary": w.mark, "participants": [{"contact_id": w.ids["contact"]}]}
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
    "tasks_reopen": (("/cancel", None),),
    "operations_follow": (("/cancel", None),),
}

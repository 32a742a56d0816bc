"""All authorisation on one page: default roles × permission → reach, and what they may not do with a field.

A user's reach is the widest of their roles; a field is restricted only if every role that reads the resource restricts
it. A permission no line names is not granted.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from crm_api.identity.roles.catalogue import Role, bind_roles, permissions_of
from crm_api.kit.principal import Permission, Reach, Right

OWN, TEAM, SUBTREE, ALL = Reach.OWN, Reach.TEAM, Reach.SUBTREE, Reach.ALL
READ_ONLY, MASKED, HIDDEN = Right.READ_ONLY, Right.MASKED, Right.HIDDEN


_KNOW_EACH_OTHER = {
    "users:read": ALL,
    "teams:read": ALL,
    "roles:read": ALL,
    "pipelines:read": ALL,
    "products:read": ALL,
    "warehouses:read": ALL,
    "stock_levels:read": ALL,
    "dictionary_types:read": ALL,
    "dictionary_items:read": ALL,
    "custom_fields:read": ALL,
    "exchange_rates:read": ALL,
    "saved_views:read create update delete restore": OWN,
    "changes:read": ALL,
    "search:read": ALL,
    "operations:read cancel": OWN,
    "approval_flows:read": ALL,
    "approvals:read withdraw": OWN,
}
# who can be asked to agree; whether they are is said by each approval
_DECIDE = {"approvals:approve reject send_back delegate add_signer": OWN}
_CONNECT = {
    "webhooks:read create update delete restore rotate_secret ping replay": ALL,
    "webhook_deliveries:read retry": ALL,
}

ROLES: dict[str, Role] = {
    "administrator": Role(
        "Administrator",
        "系统管理员",
        "Manages users, teams, integrations and the set-up; sees no deals.",
        {
            **_KNOW_EACH_OTHER,
            **_DECIDE,
            "approval_flows:create update delete restore": ALL,
            **_CONNECT,
            "operations:read cancel": ALL,
            "dead_letters:read retry discard": ALL,
            "users:create update delete restore disable move assign_roles": ALL,
            "audit:read": ALL,
            "access_log:read": ALL,
            "teams:create update delete restore move": ALL,
            "api_keys:read create revoke": ALL,
            "pipelines:create update delete restore": ALL,
            "dictionary_types:create update delete": ALL,
            "dictionary_items:create update delete": ALL,
            "custom_fields:create update delete": ALL,
            "exchange_rates:create update delete": ALL,
            "products:create update delete restore export import_history": ALL,
            "warehouses:create update delete restore": ALL,
            "stock_levels:update": ALL,
            "stock_movements:read create": ALL,
            "price_books:read create update delete restore": ALL,
            "imports:read create update commit": OWN,
            "exports:read create": OWN,
        },
    ),
    "sales_supervisor": Role(
        "Sales supervisor",
        "销售主管",
        "Leads a team: assigns, creates and analyses everything below it.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read create update delete export": ALL,
            "tasks:read create update delete restore assign complete cancel reopen export": SUBTREE,
            "expense_claims:read create update delete restore submit export": SUBTREE,
            **_DECIDE,
            "approvals:read": SUBTREE,
            "notes:read create update delete": ALL,
            "attachments:read create delete": ALL,
            "customers:read create update delete restore assign export": SUBTREE,
            "contacts:read create update delete restore assign export": SUBTREE,
            "leads:read create update delete restore assign export": SUBTREE,
            "leads:contact qualify discard reopen convert": SUBTREE,
            "orders:read create update assign grant_credit cancel cancel_remainder postpone export": SUBTREE,
            "orders:pick pack ship deliver close return": SUBTREE,
            "opportunities:read create update delete restore assign export": SUBTREE,
            "opportunities:submit move win lose reopen": SUBTREE,
            "development_plans:read create update delete restore start complete succeed fail": SUBTREE,
            "receivables:read create update delete restore assign cancel plan export": SUBTREE,
            "payments:read create update assign allocate release refund reverse export": SUBTREE,
            "invoices:read create update assign approve issue deliver void red_letter export": SUBTREE,
            "contracts:read create update delete restore assign export": SUBTREE,
            "contracts:submit sign activate terminate void amend": SUBTREE,
            "quotes:read create update delete restore assign revise export": SUBTREE,
            "quotes:submit send withdraw accept reject order contract": SUBTREE,
            "imports:read create update commit": OWN,
            "exports:read create": OWN,
            "sales_performance:read": SUBTREE,
            "profit:read": SUBTREE,
            "products:create update export": ALL,
            "stock_levels:update export": ALL,
            "stock_movements:read create export": ALL,
            "price_books:read create update": ALL,
        },
    ),
    "account_manager": Role(
        "Account manager",
        "客户经理",
        "Looks after own customers and works own opportunities.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read create update delete": ALL,
            "tasks:read create update delete complete cancel reopen": OWN,
            "expense_claims:read create update delete restore submit": OWN,
            **_DECIDE,
            "notes:read create update delete": ALL,
            "attachments:read create delete": ALL,
            "customers:read create update delete": OWN,
            "contacts:read create update delete": OWN,
            "leads:read create update delete contact qualify discard reopen convert": OWN,
            "orders:read create update cancel cancel_remainder postpone deliver": OWN,
            "opportunities:read create update delete submit move win lose": OWN,
            "development_plans:read create update delete start complete succeed fail": OWN,
            "receivables:read create update plan": OWN,
            "payments:read": OWN,
            "invoices:read create update void": OWN,
            "contracts:read create update delete submit sign activate amend": OWN,
            "quotes:read create update delete submit send withdraw accept reject revise order contract": OWN,
            "price_books:read": ALL,
            "imports:read create update commit": OWN,
            "sales_performance:read": OWN,
            "profit:read": OWN,
        },
        {"products": {"cost": HIDDEN, "floor_price": HIDDEN}},
    ),
    "executive": Role(
        "Executive",
        "高管",
        "Reads everything, edits nothing.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read export": ALL,
            "tasks:read export": ALL,
            "expense_claims:read export": ALL,
            **_DECIDE,
            "approvals:read": ALL,
            "notes:read": ALL,
            "attachments:read": ALL,
            "audit:read": ALL,
            "customers:read export": ALL,
            "contacts:read export": ALL,
            "leads:read export": ALL,
            "opportunities:read export": ALL,
            "development_plans:read": ALL,
            "receivables:read export": ALL,
            "payments:read export": ALL,
            "invoices:read export": ALL,
            "orders:read export": ALL,
            "contracts:read export": ALL,
            "quotes:read export": ALL,
            "price_books:read": ALL,
            "products:export": ALL,
            "stock_levels:export": ALL,
            "stock_movements:read export": ALL,
            "exports:read create": OWN,
            "sales_performance:read": ALL,
            "profit:read": ALL,
        },
    ),
    "support_agent": Role(
        "Support agent",
        "客服专员",
        "Serves every customer; sees contacts and orders, no deals.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read create update delete": ALL,
            "tasks:read create update delete complete cancel reopen": OWN,
            "expense_claims:read create update delete restore submit": OWN,
            **_DECIDE,
            "notes:read create update delete": ALL,
            "attachments:read create delete": ALL,
            "customers:read": ALL,
            "contacts:read create update": ALL,
            "orders:read return": ALL,
        },
        {
            "products": {"cost": HIDDEN, "floor_price": HIDDEN},
            "customers": {"tax_id": MASKED, "level": READ_ONLY},
        },
    ),
    "marketer": Role(
        "Marketer",
        "市场专员",
        "Works with audiences; sees no way to reach a single person.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read": ALL,
            "tasks:read create update delete complete cancel reopen": OWN,
            "expense_claims:read create update delete restore submit": OWN,
            **_DECIDE,
            "notes:read": ALL,
            "attachments:read": ALL,
            "customers:read export": ALL,
            "contacts:read export": ALL,
            "leads:read export": ALL,
            "exports:read create": OWN,
        },
        {
            "products": {"cost": HIDDEN, "floor_price": HIDDEN},
            "customers": {"tax_id": HIDDEN, "phones": HIDDEN, "emails": HIDDEN},
            "contacts": {"phones": HIDDEN, "emails": HIDDEN, "im_ids": HIDDEN},
            "leads": {"phones": HIDDEN, "emails": HIDDEN},
        },
    ),
    "integration": Role(
        "Integration",
        "系统集成",
        "Another system: moves everything in and out, history included.",
        {
            **_KNOW_EACH_OTHER,
            "interactions:read create update delete export import_history": ALL,
            "tasks:read create update delete restore assign complete cancel reopen export import_history": ALL,
            "expense_claims:read create update delete restore submit pay export": ALL,
            "approvals:read": ALL,
            "notes:read create update delete": ALL,
            "attachments:read create delete": ALL,
            **_CONNECT,
            "customers:read create update delete restore assign export import_history": ALL,
            "contacts:read create update delete restore assign export import_history": ALL,
            "imports:read create update commit": ALL,
            "exports:read create": OWN,
            "leads:read create update delete restore assign export import_history": ALL,
            "leads:contact qualify discard reopen convert": ALL,
            "orders:read create update assign grant_credit cancel cancel_remainder postpone export": ALL,
            "orders:pick pack ship deliver close return": ALL,
            "opportunities:read create update delete restore assign export import_history": ALL,
            "opportunities:submit move win lose reopen": ALL,
            "development_plans:read create update delete restore start complete succeed fail": ALL,
            "receivables:read create update delete restore assign cancel plan export": ALL,
            "payments:read create update assign allocate release refund reverse export": ALL,
            "invoices:read create update assign approve issue deliver void red_letter export": ALL,
            "exchange_rates:create update delete": ALL,
            "contracts:read create update delete restore assign export": ALL,
            "contracts:submit sign activate terminate void amend": ALL,
            "products:create update delete restore export import_history": ALL,
            "warehouses:create update delete restore": ALL,
            "stock_levels:update export": ALL,
            "stock_movements:read create export": ALL,
            "quotes:read create update delete restore assign revise export": ALL,
            "quotes:submit send withdraw accept reject order contract": ALL,
            "price_books:read create update delete restore": ALL,
            "sales_performance:read": ALL,
            "profit:read": ALL,
        },
    ),
    "company_owner": Role(
        "Company owner",
        "企业主",
        "The whole business in one hand; held by the first administrator of a company.",
        {
            **_KNOW_EACH_OTHER,
            "expense_claims:read create update delete restore submit pay export": ALL,
            **_DECIDE,
            "approval_flows:create update delete restore": ALL,
            "approvals:read": ALL,
            **_CONNECT,
            "operations:read cancel": ALL,
            "dead_letters:read retry discard": ALL,
            "interactions:read create update delete export import_history": ALL,
            "tasks:read create update delete restore assign complete cancel reopen export import_history": ALL,
            "notes:read create update delete": ALL,
            "attachments:read create delete": ALL,
            "audit:read": ALL,
            "access_log:read": ALL,
            "customers:read create update delete restore assign export import_history": ALL,
            "contacts:read create update delete restore assign export import_history": ALL,
            "imports:read create update commit": ALL,
            "exports:read create": ALL,
            "leads:read create update delete restore assign export import_history": ALL,
            "leads:contact qualify discard reopen convert": ALL,
            "orders:read create update assign grant_credit cancel cancel_remainder postpone export": ALL,
            "orders:pick pack ship deliver close return": ALL,
            "opportunities:read create update delete restore assign export import_history": ALL,
            "opportunities:submit move win lose reopen": ALL,
            "development_plans:read create update delete restore start complete succeed fail": ALL,
            "receivables:read create update delete restore assign cancel plan export": ALL,
            "payments:read create update assign allocate release refund reverse export": ALL,
            "invoices:read create update assign approve issue deliver void red_letter export": ALL,
            "exchange_rates:create update delete": ALL,
            "contracts:read create update delete restore assign export": ALL,
            "contracts:submit sign activate terminate void amend": ALL,
            "products:create update delete restore export import_history": ALL,
            "warehouses:create update delete restore": ALL,
            "stock_levels:update export": ALL,
            "stock_movements:read create export": ALL,
            "quotes:read create update delete restore assign revise export": ALL,
            "quotes:submit send withdraw accept reject order contract": ALL,
            "price_books:read create update delete restore": ALL,
            "pipelines:create update delete restore": ALL,
            "dictionary_types:create update delete": ALL,
            "dictionary_items:create update delete": ALL,
            "custom_fields:create update delete": ALL,
            "sales_performance:read": ALL,
            "profit:read": ALL,
        },
        default=False,
    ),
}
# What each named system job and background loop may do, in every company; one that is not named may nothing.
SYSTEM: dict[str, dict[str, Reach]] = {
    "approvals.chase": {"approvals:read chase": ALL},
    "attachments.sweep": {"attachments:delete": ALL},
    "contracts.advance": {"contracts:read advance": ALL},
    "exports.expire": {"exports:read delete": ALL},
    "imports.commit": {"imports:read commit": ALL},
    "imports.undo": {"imports:read commit": ALL},
    "imports.validate": {"imports:read commit": ALL},
    "operations.expire": {"operations:delete": ALL},
    "tasks.remind": {"tasks:remind": ALL},
    "quotes.expire": {"quotes:read expire": ALL},
    "quotes.public": {"quotes:read accept reject": ALL},
    "webhooks": {"webhooks:read update": ALL},
    "webhooks.prune": {"webhook_deliveries:prune": ALL},
}
DEFAULT_ROLES = tuple(key for key, role in ROLES.items() if role.default)
bind_roles(ROLES)


@lru_cache(maxsize=1024)
def _rights(keys: tuple[str, ...]) -> tuple[dict[Permission, Reach], dict[str, dict[str, Right]]]:
    held = [ROLES[key] for key in keys if key in ROLES]
    reaches: dict[Permission, Reach] = {}
    for role in held:
        for permission, reach in role.permissions().items():
            reaches[permission] = max(reach, reaches.get(permission, Reach.NONE))
    restrictions: dict[str, dict[str, Right]] = {}
    for resource in {name for role in held for name in role.fields}:
        readers = [
            r.fields.get(resource, {}) for r in held if Permission(resource, "read") in r.permissions()
        ]
        names = {name for reader in readers for name in reader if all(_right(r, name) for r in readers)}
        if names:
            restrictions[resource] = {
                n: min((_right(r, n) or READ_ONLY for r in readers), key=lambda right: right.value)
                for n in names
            }
    return reaches, restrictions


def _right(fields: Mapping[str, Right], name: str) -> Right | None:
    """What holds for `custom_fields` holds for `custom_fields.tier`, unless it has a line of its own."""
    return fields.get(name) or fields.get(name.partition(".")[0])


def rights(keys: Sequence[str]) -> tuple[dict[Permission, Reach], dict[str, dict[str, Right]]]:
    """The widest reaches and the mildest restrictions of several roles together."""
    return _rights(tuple(sorted(keys)))


def system_rights(name: str) -> dict[Permission, Reach]:
    """What `system:<name>` may do."""
    return permissions_of(SYSTEM.get(name, {}))

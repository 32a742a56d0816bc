"""The one list of resources, routers, gates and reactions; the only module that sees every context."""

from fastapi import APIRouter

from crm_api.identity.api_keys.resource import api_keys
from crm_api.identity.auth import router as auth
from crm_api.identity.teams.resource import teams
from crm_api.identity.users.resource import users
from crm_api.kit.registries import bind_resources
from crm_api.parties.customers import router as customers_router
from crm_api.parties.customers.resource import customers

DESCRIPTION = """A complete CRM over HTTP: customers, contacts, products, pipelines, opportunities and the reports managers decide from.

Sign in with the **Authorize** button (e-mail and password) or `POST /api/v1/auth/login`, and send the access token, or
an API key, as `Authorization: Bearer …`. Lists are `{"data": […], "page": {…}}`; every error is `application/problem+json`
(RFC 9457) with a stable `code`, in English or Chinese by `Accept-Language`."""
TAGS = (
    {"name": "auth", "description": "Sign in, carry on, sign out (登录)."},
    {"name": "customers", "description": "Companies and persons we deal with (客户)."},
)

RESOURCES = (users, teams, api_keys, customers)
ROUTERS: tuple[APIRouter, ...] = (auth.router, customers_router.router)

bind_resources(RESOURCES)

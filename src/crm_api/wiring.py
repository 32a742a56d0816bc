"""The one list of resources, routers, jobs, gates and reactions; the only module that sees every context."""

from importlib.resources import files

from fastapi import APIRouter

from crm_api.activities.attachments import jobs as attachment_jobs
from crm_api.activities.attachments import repository as attachment_rows
from crm_api.activities.attachments import router as attachments_router
from crm_api.activities.attachments.resource import attachments
from crm_api.activities.contact_times.service import forget_interaction, forget_task
from crm_api.activities.interactions import router as interactions_router
from crm_api.activities.interactions.resource import interactions
from crm_api.activities.notes import router as notes_router
from crm_api.activities.notes.resource import notes
from crm_api.activities.tasks import jobs as task_jobs
from crm_api.activities.tasks import router as tasks_router
from crm_api.activities.tasks.resource import tasks
from crm_api.analytics.profit import router as profit_router
from crm_api.analytics.reports import router as reports_router
from crm_api.catalog.price_books import router as price_books_router
from crm_api.catalog.price_books.resource import price_books
from crm_api.catalog.products import router as products_router
from crm_api.catalog.products.resource import products
from crm_api.catalog.stock_levels import router as stock_levels_router
from crm_api.catalog.stock_levels.gates import keep_stocked_product, keep_used_warehouse
from crm_api.catalog.stock_levels.resource import stock_levels
from crm_api.catalog.stock_movements import router as stock_movements_router
from crm_api.catalog.stock_movements.resource import stock_movements
from crm_api.catalog.warehouses import router as warehouses_router
from crm_api.catalog.warehouses.resource import warehouses
from crm_api.document.tags import NAMES
from crm_api.finance.ageing import router as ageing_router
from crm_api.finance.expense_claims import router as expense_claims_router
from crm_api.finance.expense_claims.resource import expense_claims
from crm_api.finance.expense_claims.service import settle_expense_claim
from crm_api.finance.invoices import router as invoices_router
from crm_api.finance.invoices.following import (
    keep_invoiced,
    keep_invoiced_contract,
    keep_invoiced_goods,
    keep_invoiced_order,
)
from crm_api.finance.invoices.resource import invoices
from crm_api.finance.payments import router as payments_router
from crm_api.finance.payments.resource import payments
from crm_api.finance.receivables import router as receivables_router
from crm_api.finance.receivables.following import (
    bill_order,
    drop_of_contract,
    drop_of_order,
    hold_contract,
    keep_billed,
    keep_paid_contract,
    keep_paid_order,
    lower_of_order,
    pay_by_contract,
    reckon_owed,
    share_out,
)
from crm_api.finance.receivables.resource import receivables
from crm_api.identity.api_keys import router as api_keys_router
from crm_api.identity.api_keys.resource import api_keys
from crm_api.identity.auth import router as auth
from crm_api.identity.roles import router as roles_router
from crm_api.identity.teams import router as teams_router
from crm_api.identity.teams.resource import teams
from crm_api.identity.users import router as users_router
from crm_api.identity.users.resource import users
from crm_api.identity.users.service import refuse_team_in_use
from crm_api.integrations.audit import router as audit_router
from crm_api.integrations.changes import models as feed
from crm_api.integrations.changes import router as changes_router
from crm_api.integrations.changes.relay import run_relay
from crm_api.integrations.dead_letters import router as dead_letters_router
from crm_api.integrations.exports import jobs as export_jobs
from crm_api.integrations.exports import router as exports_router
from crm_api.integrations.exports.resource import exports
from crm_api.integrations.imports import jobs as import_jobs
from crm_api.integrations.imports import repository as import_rows
from crm_api.integrations.imports import router as imports_router
from crm_api.integrations.imports.resource import imports
from crm_api.integrations.operations import router as operations_router
from crm_api.integrations.operations.jobs import expire
from crm_api.integrations.search import router as search_router
from crm_api.integrations.stream import router as stream_router
from crm_api.integrations.webhooks import router as webhooks_router
from crm_api.integrations.webhooks.fan_out import run_fan_out
from crm_api.integrations.webhooks.jobs import prune
from crm_api.integrations.webhooks.resource import webhooks
from crm_api.jobs.models import dead_letters, operations
from crm_api.jobs.port import Job, bind_jobs
from crm_api.jobs.work import Loop
from crm_api.kit.registries import bind_catalogue, bind_gate, bind_reaction, bind_resources, bind_views
from crm_api.kit.rules import bind_rules
from crm_api.kit.words import register_words
from crm_api.parties.contacts import router as contacts_router
from crm_api.parties.contacts.resource import contacts
from crm_api.parties.customers import router as customers_router
from crm_api.parties.customers.resource import customers
from crm_api.sales.contracts import jobs as contract_jobs
from crm_api.sales.contracts import router as contracts_router
from crm_api.sales.contracts.models import STATES as CONTRACT_STATES
from crm_api.sales.contracts.resource import SETTLE as SETTLE_CONTRACT
from crm_api.sales.contracts.resource import contracts
from crm_api.sales.development_plans import router as development_plans_router
from crm_api.sales.development_plans.gates import demand_plan
from crm_api.sales.development_plans.resource import development_plans
from crm_api.sales.leads import router as leads_router
from crm_api.sales.leads.reactions import meet_lead
from crm_api.sales.leads.resource import leads
from crm_api.sales.opportunities import router as opportunities_router
from crm_api.sales.opportunities.approving import demand_approval, settle_opportunity
from crm_api.sales.opportunities.gates import (
    check_required_fields,
    keep_used_pipeline,
    keep_used_stage,
    move_all,
)
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.orders import router as orders_router
from crm_api.sales.orders.resource import orders
from crm_api.sales.pipelines import router as pipelines_router
from crm_api.sales.pipelines.resource import pipelines
from crm_api.sales.pipelines.service import found_pipeline
from crm_api.sales.quotes import jobs as quote_jobs
from crm_api.sales.quotes import router as quotes_router
from crm_api.sales.quotes.models import STATES as QUOTE_STATES
from crm_api.sales.quotes.resource import SETTLE as SETTLE_QUOTE
from crm_api.sales.quotes.resource import quotes
from crm_api.setup.custom_fields import router as custom_fields_router
from crm_api.setup.custom_fields.filtering import CATALOGUE
from crm_api.setup.custom_fields.resource import custom_fields
from crm_api.setup.custom_fields.service import keep_chosen_code
from crm_api.setup.custom_fields.values import CustomValues
from crm_api.setup.dictionaries import router as dictionaries_router
from crm_api.setup.dictionaries.catalogue import ClosedLists
from crm_api.setup.dictionaries.resource import dictionary_items
from crm_api.setup.dictionaries.service import found_dictionary
from crm_api.setup.dictionary_types import router as dictionary_types_router
from crm_api.setup.dictionary_types.resource import dictionary_types
from crm_api.setup.dictionary_types.service import found_dictionary_types
from crm_api.setup.exchange_rates import router as exchange_rates_router
from crm_api.setup.exchange_rates.resource import exchange_rates
from crm_api.setup.metadata import router as metadata_router
from crm_api.setup.saved_views import router as saved_views_router
from crm_api.setup.saved_views.resource import saved_views
from crm_api.setup.saved_views.service import find_view
from crm_api.storage.sweeping import bind_namings
from crm_api.workflow.approval_flows import router as approval_flows_router
from crm_api.workflow.approval_flows.outcomes import bind_outcome
from crm_api.workflow.approval_flows.resource import approval_flows
from crm_api.workflow.approvals import jobs as approval_jobs
from crm_api.workflow.approvals import router as approvals_router
from crm_api.workflow.approvals.resource import approvals
from crm_api.workflow.approvals.service import follow_roles, move_on
from crm_api.workflow.approvals.submitting import settling

DESCRIPTION = (files("crm_api") / "description.md").read_text("utf-8")
register_words(NAMES)

RESOURCES = (
    users,
    teams,
    api_keys,
    customers,
    contacts,
    products,
    warehouses,
    stock_levels,
    stock_movements,
    price_books,
    dictionary_types,
    dictionary_items,
    custom_fields,
    saved_views,
    exchange_rates,
    pipelines,
    opportunities,
    development_plans,
    leads,
    receivables,
    expense_claims,
    payments,
    invoices,
    orders,
    contracts,
    approval_flows,
    approvals,
    quotes,
    exports,
    imports,
    operations,
    dead_letters,
    interactions,
    tasks,
    notes,
    attachments,
    webhooks,
)
ROUTERS: tuple[APIRouter, ...] = (
    exports_router.export_router(RESOURCES),
    auth.router,
    users_router.router,
    teams_router.router,
    roles_router.router,
    api_keys_router.router,
    customers_router.router,
    contacts_router.router,
    products_router.router,
    warehouses_router.router,
    stock_levels_router.router,
    stock_movements_router.router,
    price_books_router.router,
    dictionary_types_router.router,
    dictionaries_router.router,
    custom_fields_router.router,
    saved_views_router.router,
    metadata_router.router,
    exchange_rates_router.router,
    pipelines_router.router,
    opportunities_router.router,
    development_plans_router.router,
    leads_router.router,
    ageing_router.router,
    receivables_router.router,
    expense_claims_router.router,
    payments_router.router,
    invoices_router.router,
    orders_router.router,
    interactions_router.router,
    tasks_router.router,
    contracts_router.router,
    approval_flows_router.router,
    approvals_router.router,
    quotes_router.router,
    quotes_router.public_router,
    notes_router.router,
    attachments_router.router,
    reports_router.router,
    profit_router.router,
    changes_router.router,
    audit_router.router,
    stream_router.router,
    search_router.router,
    exports_router.router,
    imports_router.router,
    operations_router.router,
    dead_letters_router.router,
    webhooks_router.router,
)
WEBHOOKS = webhooks_router.described
# Jobs are declared in the `jobs.py` of a package; loops run beside the API for as long as a worker does.
JOBS: tuple[Job, ...] = (
    *export_jobs.JOBS,
    *import_jobs.JOBS,
    expire,
    attachment_jobs.sweep_attachments,
    task_jobs.remind,
    approval_jobs.chase,
    contract_jobs.advance,
    quote_jobs.expire_quotes,
    prune,
)
LOOPS: tuple[Loop, ...] = (
    Loop("relay", lambda runtime: run_relay(runtime.pool, runtime.stopping)),
    Loop("webhook fan-out", run_fan_out),
)

# Its tables are known to whoever compares them with the migrations.
assert feed

bind_resources(RESOURCES)
bind_rules(ClosedLists(), CustomValues())
bind_catalogue(CATALOGUE.of)
bind_views(find_view)
bind_jobs(JOBS)
bind_namings(attachment_rows.named_files, import_rows.named_files)
bind_gate("teams.delete", refuse_team_in_use)
bind_gate("products.delete", keep_stocked_product)
bind_gate("products.unstock", keep_stocked_product)
bind_gate("warehouses.delete", keep_used_warehouse)
bind_gate("orders.place", pay_by_contract)
bind_gate("orders.reckon", hold_contract)
bind_gate("orders.return", reckon_owed)
bind_gate("orders.cancel_remainder", reckon_owed)
bind_gate("orders.cancel_remainder", keep_invoiced_goods)
bind_gate("orders.cancel", keep_paid_order)
bind_gate("orders.cancel", keep_invoiced_order)
bind_gate("contracts.void", keep_paid_contract)
bind_gate("contracts.void", keep_invoiced_contract)
bind_gate("contracts.supersede", keep_billed)
bind_gate("contracts.supersede", keep_invoiced)
bind_gate("pipelines.delete", keep_used_pipeline)
bind_gate("pipelines.drop_stage", keep_used_stage)
bind_gate("opportunities.enter", demand_plan)
bind_gate("opportunities.enter", demand_approval)
bind_gate("pipelines.require_fields", check_required_fields)
bind_gate("dictionary_items.remove", keep_chosen_code)
bind_outcome("contracts", settling(contracts, CONTRACT_STATES, SETTLE_CONTRACT))
# a quote is rejected by its customer
bind_outcome("quotes", settling(quotes, QUOTE_STATES, SETTLE_QUOTE, {"rejected": "disapproved"}))
bind_outcome("opportunities", settle_opportunity)
bind_outcome("expense_claims", settle_expense_claim)
bind_reaction("order.created", bill_order)
bind_reaction("order.cancelled", drop_of_order)
bind_reaction("order.cancelled", share_out)
bind_reaction("order.remainder_cancelled", lower_of_order)
bind_reaction("order.remainder_cancelled", share_out)
bind_reaction("order.returned", lower_of_order)
bind_reaction("order.returned", share_out)
bind_reaction("contract.voided", drop_of_contract)
bind_reaction("tenant.created", found_dictionary_types)
bind_reaction("tenant.created", found_dictionary)
bind_reaction("tenant.created", found_pipeline)
bind_reaction("pipeline.stage_replaced", move_all)
bind_reaction("interaction.created", meet_lead)
bind_reaction("interaction.deleted", forget_interaction)
bind_reaction("task.deleted", forget_task)
bind_reaction("user.disabled", move_on)
bind_reaction("user.deleted", move_on)
bind_reaction("user.updated", follow_roles)
bind_reaction("user.moved", follow_roles)

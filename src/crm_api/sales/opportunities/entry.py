"""The gate of a stage: what it asks of an opportunity that enters it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from crm_api.kit.errors import Fault
from crm_api.kit.registries import ask_gates
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.errors import StageGate, required
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.opportunities.resource import opportunities
from crm_api.sales.pipelines.models import PipelineStage
from crm_api.setup.custom_fields.definitions import fields_of

CUSTOM = "custom_fields."
# what an open deal can be without; the rest it always has, or has when it is closed only
REQUIRABLE = (
    "customer_id",
    "owner_id",
    "amount",
    "opened_on",
    "expected_close_on",
    "next_step",
    "source",
    "description",
    "external_ids",
)


@dataclass(frozen=True)
class Entry:
    """An opportunity that has just entered a stage; each gate adds what it misses."""

    opportunity: Opportunity
    stage: PipelineStage
    faults: list[Fault] = field(default_factory=list)


async def requirable(uow: UnitOfWork, named: Collection[str]) -> set[str]:
    """The fields that a stage can ask for: some of the system, and every active one of the company."""
    asked = {name.removeprefix(CUSTOM): None for name in named if name.startswith(CUSTOM)}
    fields = await fields_of(uow, opportunities.name, asked) if asked else {}
    return {*REQUIRABLE, *(f"{CUSTOM}{key}" for key, definition in fields.items() if definition.active)}


async def demand_entry(uow: UnitOfWork, opportunity: Opportunity, stage: PipelineStage) -> None:
    """StageGate, naming everything that is missing, unless the stage has all it asks for.

    Asked of the stored record, whose custom fields are complete; the refusal takes everything back. A field that the
    company has given up since is not asked for.
    """
    entry = Entry(opportunity, stage)
    if stage.required_fields:
        known = await requirable(uow, stage.required_fields)
        missing = [
            n for n in stage.required_fields if n in known and _value(opportunity, n) in (None, "", [])
        ]
        entry.faults.extend(required([name.replace(".", "/") for name in missing]))
    await ask_gates("opportunities.enter", uow, entry)
    if entry.faults:
        raise StageGate(faults=entry.faults, stage=stage.name)


def _value(opportunity: Opportunity, name: str) -> Any:
    if name.startswith(CUSTOM):
        return opportunity.custom_fields.get(name.removeprefix(CUSTOM))
    return getattr(opportunity, name)

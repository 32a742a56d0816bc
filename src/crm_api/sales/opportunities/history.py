"""How an opportunity begins: open today, or, brought in from elsewhere, closed already."""

from typing import Any

from crm_api.kit import clock
from crm_api.kit.errors import Fault, Invalid
from crm_api.kit.uow import UnitOfWork
from crm_api.sales.opportunities.errors import HistoryNeedsRight, required
from crm_api.sales.opportunities.models import Opportunity
from crm_api.sales.pipelines.models import PipelineStage, StageKind
from crm_api.setup.dictionaries.service import DictionaryService
from crm_api.setup.dictionary_types.models import LOSS_REASON

ENDINGS = {
    StageKind.OPEN: (),
    StageKind.WON: ("closed_on",),
    StageKind.LOST: ("closed_on", "loss_reason", "loss_note"),
}
ENDING = ENDINGS[StageKind.LOST]


async def begin(
    uow: UnitOfWork,
    opportunity: Opportunity,
    stage: PipelineStage,
    values: dict[str, Any],
    *,
    may_import: bool,
) -> None:
    """Put the values of a create body on a new opportunity that begins in a stage.

    An open one was opened today unless the body says otherwise; a closed one was closed today unless it does.
    """
    status, at, today = StageKind(stage.kind), clock.now(), clock.today(uow.principal.time_zone)
    if status is not StageKind.OPEN and not may_import:
        raise HistoryNeedsRight
    ending = {name: values.pop(name, None) for name in ENDING}
    _refuse_foreign(ending, status)
    probability = values.pop("probability", stage.probability)
    if status is StageKind.OPEN:
        values.setdefault("opened_on", today)
    opportunity.rename(values.pop("name"))
    opportunity.apply(values)
    closed_on = ending["closed_on"] or today
    match status:
        case StageKind.OPEN:
            opportunity.enter(stage, at)
            opportunity.probability = probability
        case StageKind.WON:
            if missing := opportunity.lacking():
                raise Invalid(faults=required(missing))
            opportunity.win(stage, closed_on, at)
        case StageKind.LOST:
            reason = await _reason(uow, ending["loss_reason"])
            opportunity.lose(stage, closed_on, at, reason=reason, note=ending["loss_note"])


def _refuse_foreign(ending: dict[str, Any], status: StageKind) -> None:
    faults = [
        Fault("pointer", f"/{name}", "not_in_status", {"status": status.value})
        for name, value in ending.items()
        if value is not None and name not in ENDINGS[status]
    ]
    if faults:
        raise Invalid(faults=faults)


async def _reason(uow: UnitOfWork, code: str | None) -> str:
    if code is None:
        raise Invalid(faults=required(["loss_reason"]))
    await DictionaryService(uow).check(LOSS_REASON, code, "/loss_reason")
    return code

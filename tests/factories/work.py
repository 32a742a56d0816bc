"""Operations and dead letters, which no client makes: as verbs and workers make them."""

from typing import Any

import orjson

from crm_api.jobs import operations as work
from crm_api.jobs.models import DeadLetter, dead_letters
from crm_api.kit.principal import Principal, Reach
from crm_api.kit.repository import Repository
from crm_api.kit.uow import Origin, UnitOfWork
from tests.factories.companies import Actor, Company

JOB = "operations.expire"


async def operation(
    company: Company, actor: Actor | None = None, *, name: str = JOB, language: str = "en", **options: Any
) -> dict[str, Any]:
    """An operation that somebody asked for, as the answer 202 shows it."""
    me = Principal(company.tenant_id, (actor or company.owner).id)
    unit = UnitOfWork(company.served.pool, me, origin=Origin(language=language))
    try:
        found = await work.start(unit, name, options.pop("args", {}), **options)
        await unit.commit()
    finally:
        await unit.close()
    return dict(orjson.loads(orjson.dumps(found, option=orjson.OPT_UTC_Z)))


async def dead_letter(
    company: Company, *, args: Any = None, operation_id: str | None = None, name: str = JOB
) -> dict[str, Any]:
    """A job that was given up, as a reader sees it."""
    me = Principal(company.tenant_id, company.owner.id, reaches={dead_letters.create: Reach.ALL})
    unit = UnitOfWork(company.served.pool, me, dead_letters.create)
    letter = DeadLetter.new(
        job=name,
        args=args or {},
        operation_id=operation_id,
        requested_by=company.owner.id,
        reason="failed",
        error={"code": "internal_error", "status": 500},
        starts=5,
    )
    try:
        found = await Repository[DeadLetter](unit, dead_letters).add(letter, event="held")
        await unit.commit()
    finally:
        await unit.close()
    return dict(orjson.loads(orjson.dumps(found, option=orjson.OPT_UTC_Z)))

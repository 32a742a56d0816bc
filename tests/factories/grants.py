"""Records shared with somebody."""

from crm_api.kit import clock
from crm_api.kit.effects import insert_of
from crm_api.kit.grants import RecordGrant
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork
from tests.factories.companies import Company


async def share(
    company: Company, resource: str, record_id: str, principal_id: str, level: str = "read"
) -> None:
    """Give a principal a record; it counts from their next principal, at the latest after a second."""
    unit = UnitOfWork(company.served.pool, Principal(company.tenant_id, company.owner.id))
    grant = RecordGrant.new(
        resource=resource,
        record_id=record_id,
        principal_id=principal_id,
        level=level,
        created_at=clock.now(),
        created_by=company.owner.id,
    )
    try:
        await unit.fetch("test share", lambda: insert_of(RecordGrant), grant.__dict__)
        await unit.commit()
    finally:
        await unit.close()

"""The server is killed between an effect and its answer; the client tries again under the same key."""

import httpx
import pytest

from crm_api.settings import Settings
from tests.factories.companies import Company
from tests.factories.processes import serving
from tests.faults.conftest import ended


@pytest.mark.parametrize(
    ("failpoint", "replayed"), [("request.performed", False), ("request.committed", True)]
)
async def test_a_retry_after_a_kill_has_one_effect(
    company: Company, settings: Settings, failpoint: str, replayed: bool
) -> None:
    headers = {"Authorization": f"Bearer {company.owner.token}", "Idempotency-Key": "one"}
    body = {"name": "Acme", "external_ids": [{"source": "erp", "key": "1"}]}
    with serving(settings, CRM_FAILPOINT=f"{failpoint}") as (address, process):
        async with httpx.AsyncClient(base_url=address, headers=headers) as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post("/api/v1/customers", json=body)
        assert await ended(process, 10) == -9
    assert len(await company.rows("customers")) == int(replayed)
    with serving(settings) as (address, _):
        async with httpx.AsyncClient(base_url=address, headers=headers) as http:
            again = await http.post("/api/v1/customers", json=body)
    assert again.status_code == 201
    assert again.headers.get("idempotency-replayed") == ("true" if replayed else None)
    stored = await company.rows("customers")
    assert [str(row["id"]) for row in stored] == [again.json()["id"]]
    assert len(await company.rows("events", type="customer.created")) == 1

"""The proof: whether the feed, the events and the access log of a tenant are what the chain says they were."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_api.integrations.audit.repository import ProofRepository
from crm_api.integrations.changes.chain import GENESIS, link, payload_digest, row_digest
from crm_api.kit.events import Log
from crm_api.kit.principal import Principal
from crm_api.kit.uow import UnitOfWork

if TYPE_CHECKING:
    from crm_api.kit.database import Pool

AT_ONCE, FINDINGS = 1_000, 100
FIRST_ID = "00000000-0000-0000-0000-000000000000"
NAMES = {Log.EVENTS: "event", Log.ACCESS: "access"}


@dataclass
class Proof:
    """One log. `seal` is its last link: kept elsewhere, it also proves that nothing was cut off at the end."""

    log: Log
    rows: int = 0
    erased: int = 0
    seal: bytes = GENESIS
    findings: list[str] = field(default_factory=list)


async def verify(pool: "Pool", tenant_id: str) -> list[Proof]:
    """Read everything of a tenant, oldest first, and name each row that is not as it was; at most 100 a log."""
    proofs = []
    heads = await _ask(pool, tenant_id, lambda repository: repository.heads())
    for log in Log:
        proof = Proof(log)
        async for row in _links(pool, tenant_id, log, heads[log]):
            _examine(proof, tenant_id, row)
        if proof.rows != heads[log]:
            proof.findings.append(f"{NAMES[log]}s end at {proof.rows}, but {heads[log]} were numbered")
        async for row_id in _unproved(pool, tenant_id, log):
            proof.findings.append(f"{NAMES[log]} {row_id}: inserted, the chain does not know it")
        del proof.findings[FINDINGS:]
        proofs.append(proof)
    return proofs


def _examine(proof: Proof, tenant_id: str, row: Mapping[str, Any]) -> None:
    """One link and what it proves; the walk goes on from what the chain says."""
    name = f"{NAMES[proof.log]} {row['number']} ({row['entry_id']})"
    if row["number"] != proof.rows + 1:
        proof.findings.append(f"{NAMES[proof.log]} {proof.rows + 1}: its link was removed")
    elif link(proof.seal, row["digest"]) != row["link"]:
        proof.findings.append(f"{name}: its link was altered")
    proof.findings.extend(f"{name}: {fault}" for fault in _faults(proof, tenant_id, row))
    proof.rows, proof.seal = row["number"], row["link"]


def _faults(proof: Proof, tenant_id: str, row: Mapping[str, Any]) -> list[str]:
    if row["placed"] != row["entry_id"]:
        return ["removed from its place" if row["placed"] is None else f"{row['placed']} stands in its place"]
    if not row["present"]:
        return ["removed"]
    stored = {**row, "tenant_id": tenant_id}
    payload = payload_digest(proof.log, stored)
    if payload != row["payload_digest"] and row["erased"]:
        proof.erased += 1
        payload = row["payload_digest"]
    if row_digest(proof.log, row["number"], stored, payload) != row["digest"]:
        return ["altered"]
    return []


async def _links(pool: "Pool", tenant_id: str, log: Log, head: int) -> AsyncIterator[Mapping[str, Any]]:
    after = 0
    while after < head:
        rows = await _ask(pool, tenant_id, lambda repository, at=after: repository.proofs(log, at, AT_ONCE))
        for row in rows:
            if row["number"] <= head:
                yield row
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["number"]


async def _unproved(pool: "Pool", tenant_id: str, log: Log) -> AsyncIterator[str]:
    after = FIRST_ID
    while True:
        rows = await _ask(pool, tenant_id, lambda repository, at=after: repository.unproved(log, at, AT_ONCE))
        for row in rows:
            if not row["known"]:
                yield row["id"]
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["id"]


async def _ask(pool: "Pool", tenant_id: str, question: Any) -> Any:
    """A question in a read-only transaction of its own, so that no statement reads for long."""
    unit = UnitOfWork(pool, Principal(tenant_id, tenant_id, kind="system"), read_only=True)
    try:
        return await question(ProofRepository(unit))
    finally:
        await unit.close()

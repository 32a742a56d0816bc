"""Writes that are safe to repeat: the answer of a request with an `Idempotency-Key` is stored with its effect.

Nothing is claimed at the start. The answer is inserted in the statement that ends the transaction, so that of several
equal requests one commits; whichever fails, for this or any other reason, looks the key up before it answers.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ForeignKeyConstraint, Index, Select, Text, Uuid, cast, select
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.expression import bindparam
from starlette.responses import Response

from crm_api.encryption import Cipher, Place
from crm_api.kit import clock, columns
from crm_api.kit.db import Base, Tenanted
from crm_api.kit.effects import insert_of
from crm_api.kit.errors import BadRequest, Conflict, Fault, Invalid
from crm_api.kit.ids import new_id
from crm_api.kit.registries import RESOURCES
from crm_api.kit.showing import redact, unseen
from crm_api.kit.tenancy import scoped
from crm_api.kit.uow import Effect, UnitOfWork

KEPT: Final = timedelta(days=7)
KEY_HEADER, REPLAYED_HEADER = "Idempotency-Key", "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("etag", "location")


class IdempotentAnswer(Tenanted, Base):
    """What a principal was answered to a keyed request; `fingerprint` is the digest of what they had sent.

    An answer that tells a secret stands in `sealed`, and `body` is empty.
    """

    __tablename__ = "idempotent_answers"
    principal_id: Mapped[str] = columns.reference("principals")
    method: Mapped[str] = columns.line(10)
    path: Mapped[str] = columns.line(2000)
    key: Mapped[str] = columns.line(255)
    fingerprint: Mapped[bytes] = columns.digest()
    status: Mapped[int] = columns.integer()
    headers: Mapped[dict[str, str]] = columns.structure()
    body: Mapped[str] = columns.line(10_000_000)
    sealed: Mapped[bytes | None] = columns.sealed(null=True)
    created_at: Mapped[datetime] = columns.instant()
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "principal_id"], ["principals.tenant_id", "principals.id"]),
        Index("idempotent_answers_key", "tenant_id", "principal_id", "key", "method", "path", unique=True),
        Index("idempotent_answers_created_at_idx", "tenant_id", "created_at"),
    )


class Keyed(NamedTuple):
    """A request that may be repeated under its key."""

    key: str
    method: str
    path: str
    fingerprint: bytes

    def values(self) -> dict[str, Any]:
        """The columns it is kept in."""
        return {"key": self.key, "method": self.method, "path": self.path, "fingerprint": self.fingerprint}


def keyed(values: list[str], method: str, path: str, query: bytes, content: Any) -> Keyed:
    """The key of a request and a digest of its query and JSON, whatever the order of the keys in it."""
    if len(values) != 1 or not _KEY.fullmatch(values[0]):
        raise BadRequest("invalid_header", faults=[Fault("header", KEY_HEADER, "invalid_idempotency_key")])
    # also of what no field takes: numbers beyond 64 bits, halves of characters
    said = json.dumps(content, sort_keys=True).encode()
    return Keyed(values[0], method, path, hashlib.sha256(query + b"\x00" + said).digest())


def remember(uow: UnitOfWork, request: Keyed, answer: Response, cipher: Cipher | None) -> None:
    """Store the answer with the effect of the unit; sealed where a cipher is given."""
    answer_id, body = new_id(), bytes(answer.body)
    values: Mapping[str, Any] = {
        "id": answer_id,
        "principal_id": uow.principal.id,
        **request.values(),
        "status": answer.status_code,
        "headers": {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        "body": "" if cipher else body.decode(),
        "sealed": cipher.seal(body, _place(uow, answer_id)) if cipher else None,
        "created_at": clock.now(),
    }
    uow.add(Effect("answer", lambda suffix: insert_of(IdempotentAnswer, suffix), values))


async def recall(uow: UnitOfWork, request: Keyed, cipher: Cipher) -> Response | None:
    """The stored answer with the field rights its reader has now; another body under the same key is Invalid."""
    rows = await uow.fetch("idempotent answer", _answer, {**request.values(), "oldest": clock.now() - KEPT})
    if not rows:
        return None
    answer_id, fingerprint, status, headers, body, sealed = rows[0]
    if fingerprint != request.fingerprint:
        raise Invalid(
            "idempotency_key_reused", faults=[Fault("header", KEY_HEADER, "idempotency_key_reused")]
        )
    if sealed is not None:
        body = cipher.open(sealed, _place(uow, answer_id)).decode()
    answer = Response(_for_reader(uow, body), status, headers=headers)
    if body:
        answer.headers["content-type"] = "application/json"
    answer.headers[REPLAYED_HEADER] = "true"
    return answer


def in_flight() -> Conflict:
    """Somebody is still at work under the same key."""
    return Conflict("idempotency_in_flight", headers={"Retry-After": "1"})


def _place(uow: UnitOfWork, answer_id: str) -> Place:
    return Place(uow.principal.tenant_id, IdempotentAnswer.__tablename__, "sealed", answer_id)


def _for_reader(uow: UnitOfWork, body: str) -> bytes:
    resource = RESOURCES.get(uow.permission.resource) if uow.permission else None
    rights = unseen(uow.principal, resource) if resource else {}
    if not rights:
        return body.encode()
    record = orjson.loads(body) if body else None
    if not isinstance(record, dict) or "redacted" not in record or set(rights) <= set(record["redacted"]):
        return body.encode()
    later = {name: right for name, right in rights.items() if name not in record["redacted"]}
    record["redacted"] = sorted([*record["redacted"], *redact(record, later)])
    return orjson.dumps(record)


def _answer() -> Select[Any]:
    answers = scoped(IdempotentAnswer, "a")
    names = ("fingerprint", "status", "headers", "body", "sealed")
    return select(cast(answers.c.id, Text), *(answers.c[name] for name in names)).where(
        answers.c.principal_id == bindparam("me", type_=Uuid(as_uuid=False)),
        answers.c.created_at > bindparam("oldest", type_=answers.c.created_at.type),
        *(answers.c[name] == bindparam(name, type_=Text) for name in ("key", "method", "path")),
    )

"""The key of an integration: a principal of its own, limited to the permissions it was made with."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from crm_api.kit import columns
from crm_api.kit.db import Base, Recorded


class ApiKey(Recorded, Base):
    """`prefix` is what people recognise it by; only the digest of the secret is stored."""

    __tablename__ = "api_keys"
    name: Mapped[str] = columns.line(200)
    prefix: Mapped[str] = columns.line(63, server_owned=True)
    digest: Mapped[bytes] = columns.digest()
    permissions: Mapped[list[str]] = columns.texts()
    expires_at: Mapped[datetime] = columns.instant()
    revoked_at: Mapped[datetime | None] = columns.instant(null=True, server_owned=True)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "id"], ["principals.tenant_id", "principals.id"]),
        Index("api_keys_digest_key", "tenant_id", "digest", unique=True),
        Index("api_keys_created_at_idx", "tenant_id", "created_at", "id"),
    )

"""A file about a record, and how much a company keeps."""

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_api.kit import columns
from crm_api.kit.db import LIVE, Base, Deletable, Recorded
from crm_api.kit.kinds import Whole


class Attachment(Deletable, Recorded, Base):
    """`name` is what its sender called it, made harmless; the file itself is where `storage_key` says."""

    __tablename__ = "attachments"
    subject_type: Mapped[str] = columns.line(63)
    subject_id: Mapped[str] = columns.identifier()
    name: Mapped[str] = columns.line(255)
    media_type: Mapped[str] = columns.line(127, server_owned=True)
    size: Mapped[int] = columns.integer(server_owned=True)
    sha256: Mapped[str] = columns.line(64, server_owned=True)
    storage_key: Mapped[str] = columns.line(100, internal=True)
    __table_args__ = (
        Index(
            "attachments_subject_idx",
            "tenant_id",
            "subject_type",
            "subject_id",
            "created_at",
            "id",
            postgresql_where=LIVE,
        ),
        Index("attachments_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("attachments_storage_key_key", "tenant_id", "storage_key", unique=True),
    )


class AttachmentUsage(Base):
    """The bytes of all live attachments of a company."""

    __tablename__ = "attachment_usage"
    tenant_id: Mapped[str] = columns.identifier(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger, info={"kind": Whole()})

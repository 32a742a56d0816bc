"""Bodies and answers of attachments."""

from pydantic import Field

from crm_api.kit.schemas import DeletableRead, Id, Schema, ShortLine
from crm_api.kit.uploads import Upload


class AttachmentUpload(Schema):
    """A file about a record."""

    subject_type: ShortLine = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")
    file: Upload = Field(description="The file, with its name.")


class AttachmentRead(DeletableRead):
    """A file about a record; it was sent by `created_by`."""

    subject_type: str = Field(description="The resource it is about.", examples=["customers"])
    subject_id: Id = Field(description="The record it is about.")
    name: str = Field(description="Its name; what could harm in one is replaced.", examples=["offer.pdf"])
    media_type: str = Field(description="What it is, by its content.", examples=["application/pdf"])
    size: int = Field(description="Bytes.", examples=[48210])
    sha256: str = Field(
        description="Digest of its content, hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )

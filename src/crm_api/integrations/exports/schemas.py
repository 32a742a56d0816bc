"""Bodies and answers of exports."""

from typing import Any

from pydantic import Field

from crm_api.integrations.sheets.rows import Format
from crm_api.kit.reads import Selection
from crm_api.kit.schemas import Flag, Instant, RecordRead, ShortLine


class ExportCreate(Selection):
    """Which rows, and how they are written."""

    resource: ShortLine = Field(description="The resource whose rows are wanted.", examples=["customers"])
    format: Format = Field(Format.CSV, description="How the rows are written.")
    bom: Flag | None = Field(
        None,
        description="Begin a CSV with a byte order mark, for programs that take UTF-8 for something else without it.",
    )


class ExportRead(RecordRead):
    """A file of rows; it has the id of the operation that makes it."""

    resource: str = Field(description="The resource whose rows it holds.", examples=["customers"])
    format: Format = Field(description="How the rows are written.")
    bom: bool = Field(description="Whether a CSV begins with a byte order mark.")
    asked: dict[str, Any] = Field(
        description="The list as it was asked for; a saved view as it was then.",
        examples=[{"filter": {"field": "level", "op": "eq", "value": "A"}, "sort": ["name"]}],
    )
    fields: list[str] | None = Field(
        description="The fields it holds; null until the file is there.", examples=[["name", "owner.name"]]
    )
    rows: int | None = Field(description="How many rows; null until the file is there.", examples=[120000])
    size: int | None = Field(description="Bytes; null until the file is there.", examples=[48213004])
    sha256: str | None = Field(
        description="Digest of the file, hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    url: str | None = Field(
        description="Where its maker downloads it; null until the file is there.",
        examples=["/api/v1/exports/01930b2e-6f00-7000-8000-000000000001/content"],
    )
    expires_at: Instant = Field(
        description="Until when it can be downloaded; before that, until when it is tried to make it."
    )

"""Answers of search."""

from enum import StrEnum

from pydantic import Field

from crm_api.kit.schemas import Schema


class Match(StrEnum):
    """How a record fits the query, best first."""

    EXACT = "exact"
    PREFIX = "prefix"
    TITLE = "title"
    FIELD = "field"
    SIMILAR = "similar"


class Highlight(Schema):
    """Where the query occurs."""

    field: str = Field(description="The field.", examples=["phones"])
    text: str = Field(description="Its text around the place.", examples=["+86 21 5012 3456"])
    start: int = Field(description="Where the words begin in `text`, in characters from 0.", examples=[7])
    end: int = Field(description="Where they end, exclusive.", examples=[16])


class Hit(Schema):
    """A record that was found."""

    type: str = Field(description="The resource it belongs to.", examples=["customers"])
    id: str = Field(description="Its id.", examples=["0199f3a2-7c11-7d20-9a55-3f1c2b6a9e01"])
    title: str | None = Field(
        description="What it is called; null when hidden from you.", examples=["上海智达科技有限公司"]
    )
    match: Match = Field(description="How it fits.", examples=["prefix"])
    score: float = Field(description="The same as a number, from 1 down to 0.", examples=[0.9])
    highlight: Highlight | None = Field(
        description="The first place with the words as typed; null when similar words matched."
    )
    updated_at: str = Field(description="When it last changed.", examples=["2026-11-22T08:30:00Z"])
    redacted: list[str] = Field(description="Fields of it that search does not show you.", examples=[[]])


class SearchResult(Schema):
    """The records that fit best."""

    data: list[Hit] = Field(description="Best first; recent changes first among equals.")
    has_more: bool = Field(description="Whether more records match than `limit`.")

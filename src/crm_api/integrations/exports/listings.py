"""What an export asks for: a list without its pages, and how it is written."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from crm_api.integrations.sheets.rows import Format
from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import unknown_parameter
from crm_api.kit.listing import CONTROLS, Listing, from_query, strict_query
from crm_api.kit.principal import Principal
from crm_api.kit.resource import Resource

PAGE = 1_000
OWN = ("format", "bom", "fields")
UNPAGED = ("limit", "cursor", "include_total", "expand")


class Asked(NamedTuple):
    """One export: `words` is the list as it was asked for, for the record."""

    listing: Listing
    words: Mapping[str, Any]
    format: Format
    bom: bool
    fields: list[str] | None


def asked_by_query(resource: Resource, principal: Principal, query: bytes) -> Asked:
    """The export that a query string asks for; a file has no pages."""
    given = strict_query(query)
    for name in UNPAGED:
        if name in given:
            raise unknown_parameter(name, [*OWN, *(c for c in CONTROLS if c not in UNPAGED)])
    own = {name: _once(name, given.pop(name)) for name in OWN if name in given}
    listing = from_query(resource, principal, urlencode(given, doseq=True).encode())
    listing.limit = PAGE
    words = {name: texts[0] if len(texts) == 1 else texts for name, texts in given.items()}
    return Asked(
        listing, words, _format(own.get("format", "csv")), _flag(own.get("bom", "false")), _names(own)
    )


def _once(name: str, texts: list[str]) -> str:
    if len(texts) > 1:
        raise bad_parameter(name, "repeated_parameter")
    return texts[0]


def _format(text: str) -> Format:
    if text not in list(Format):
        raise bad_parameter("format", "not_a_choice", choices=", ".join(Format))
    return Format(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise bad_parameter("bom", "invalid_value", expected="true or false")
    return text == "true"


def _names(own: Mapping[str, str]) -> list[str] | None:
    return own["fields"].split(",") if "fields" in own else None

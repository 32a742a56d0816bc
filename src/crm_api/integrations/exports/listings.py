"""What an export asks for: a list without its pages, and how it is written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_api.integrations.sheets.rows import Format
from crm_api.kit.errors import bad_parameter
from crm_api.kit.filters import unknown_parameter
from crm_api.kit.listing import (
    CONTROLS,
    Listing,
    View,
    faults_in_body,
    from_body,
    from_parameters,
)
from crm_api.kit.requests import strict_query
from crm_api.kit.resource import Resource
from crm_api.kit.shape import FULL, shape_of
from crm_api.kit.uow import UnitOfWork
from crm_api.kit.views import view_of

PAGE = 1_000
OWN = ("format", "bom", "fields")
UNPAGED = ("limit", "cursor", "include_total", "expand")
WORDS = ("filter", "sort", "q", "tz", "deleted", "fields")
VIEWED = ("filter", "sort", "fields")


class Asked(NamedTuple):
    """One export: `words` is the list as it was asked for, a saved view with its filter, for the record."""

    listing: Listing
    words: Mapping[str, Any]
    format: Format
    bom: bool
    fields: list[str] | None


async def asked_by_query(uow: UnitOfWork, resource: Resource, query: bytes) -> Asked:
    """The export that a query string asks for; a file has no pages."""
    given = strict_query(query)
    for name in UNPAGED:
        if name in given:
            raise unknown_parameter(name, [*OWN, *(c for c in CONTROLS if c not in UNPAGED)])
    own = {name: _once(name, given.pop(name)) for name in OWN if name in given}
    view = await view_of(uow, resource, given["view"][0]) if "view" in given else None
    listing = from_parameters(resource, uow.principal, given, view)
    words: dict[str, Any] = {name: texts[0] if len(texts) == 1 else texts for name, texts in given.items()}
    if view is not None:
        words["view"] = as_words(given["view"][0], view)
    fields = own["fields"].split(",") if "fields" in own else view and view.fields
    return _asked(
        uow, listing, words, (_format(own.get("format", "csv")), _flag(own.get("bom", "false"))), fields
    )


async def asked_in_body(uow: UnitOfWork, resource: Resource, body: Mapping[str, Any]) -> Asked:
    """The export that a body asks for, as `POST /x/query` does; what is wrong is named at its place."""
    words = {name: body[name] for name in WORDS if body.get(name) is not None}
    with faults_in_body():
        if body.get("view"):
            view = await view_of(uow, resource, body["view"])
            words["view"] = as_words(body["view"], view)
        return asked_again(uow, resource, words, body.get("format", Format.CSV), bom=bool(body.get("bom")))


def asked_again(
    uow: UnitOfWork, resource: Resource, words: Mapping[str, Any], form: str, *, bom: bool
) -> Asked:
    """The export of words that were recorded, with the rights that the caller has now."""
    saved = words.get("view")
    view = View(resource.name, *(saved.get(part) for part in VIEWED)) if saved else None
    asked = {name: words[name] for name in WORDS if name in words and name != "fields"}
    listing = from_body(resource, uow.principal, asked, view)
    return _asked(uow, listing, words, (Format(form), bom), words.get("fields") or (view and view.fields))


def as_words(view_id: str, view: View) -> dict[str, Any]:
    """A saved view as it was when it was used: it may change, and what was exported did not."""
    parts = {name: getattr(view, name) for name in VIEWED}
    return {"id": view_id, **{name: part for name, part in parts.items() if part}}


def _asked(
    uow: UnitOfWork,
    listing: Listing,
    words: Mapping[str, Any],
    written: tuple[Format, bool],
    fields: Sequence[str] | None,
) -> Asked:
    listing.limit = PAGE
    listing.shape = shape_of(listing.resource, uow.principal, fields, None) if fields else FULL
    return Asked(listing, words, *written, list(fields) if fields else None)


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

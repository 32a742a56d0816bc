"""What the headers of a write ask for: a key to repeat it under, a dry run, the version it is meant for."""

from typing import Any, NamedTuple

from starlette.requests import Request

from crm_api.kit.conditional import Target, accepted_versions, fields_of
from crm_api.kit.errors import BadRequest, Fault
from crm_api.kit.idempotency import KEY_HEADER, Keyed, keyed
from crm_api.kit.ids import as_id


class Wishes(NamedTuple):
    """The headers of one write, understood."""

    keyed: Keyed | None = None
    dry_run: bool = False
    target: Target | None = None


NONE = Wishes()


def wishes_of(request: Request, content: Any, record: str | None, *, repeatable: bool) -> Wishes:
    """Read them strictly; `record` names the path parameter of the record, None where the path names none.

    Whoever is not signed in yet, uploads a file or changes nothing is not `repeatable`: a key or a dry run would
    promise what is not kept.
    """
    headers = request.headers
    preferred = {part.strip().lower() for part in headers.get("prefer", "").split(",")}
    dry_run = "dry-run" in preferred
    keys = headers.getlist(KEY_HEADER)
    if keys and (dry_run or not repeatable):
        code = "not_with_dry_run" if dry_run else "unexpected_header"
        raise _bad_header(KEY_HEADER, code)
    if dry_run and not repeatable:
        raise _bad_header("Prefer", "unexpected_header")
    stated = headers.get("if-match")
    if stated is not None and record is None:
        raise _bad_header("If-Match", "unexpected_header")
    target = None
    if record is not None:
        given = request.scope["path_params"][record]
        versions = accepted_versions(stated) if stated is not None else None
        merge = "merge" in preferred and request.method == "PATCH"
        target = Target(as_id(given) or given, versions, stated is not None, fields_of(content), merge)
    path, query = request.scope["path"], request.scope["query_string"]
    key = keyed(keys, request.method, path, query, content) if keys else None
    return Wishes(key, dry_run, target)


def _bad_header(name: str, code: str) -> BadRequest:
    return BadRequest("invalid_header", faults=[Fault("header", name, code)])

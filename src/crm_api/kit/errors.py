"""What can go wrong, as kinds. A kind knows its status and code; its words are in `messages`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class Fault:
    """One wrong place in the input: a JSON Pointer into the body, a query parameter or a header.

    `params` fill the message; they never hold what the client sent.
    """

    where: Literal["pointer", "parameter", "header"]
    at: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Problem(Exception):
    """Anything that is answered as application/problem+json (RFC 9457)."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        code: str | None = None,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> None:
        self.code = code or self.default_code
        self.faults = faults
        self.headers = headers or {}
        self.extra = extra or {}
        self.params = params
        super().__init__(self.code)


class BadRequest(Problem):
    """The request cannot be read: syntax, unknown parameter, a parameter value of the wrong type."""

    status = 400
    default_code = "bad_request"


class Unauthenticated(Problem):
    """Nobody, or somebody whose credentials do not hold."""

    status = 401
    default_code = "unauthenticated"

    def __init__(self, code: str | None = None, **params: Any) -> None:
        super().__init__(code, headers={"WWW-Authenticate": "Bearer"}, **params)


class Forbidden(Problem):
    """Known and visible, but not allowed."""

    status = 403
    default_code = "forbidden"


class NotFound(Problem):
    """Absent, deleted or invisible to the caller: the three look the same."""

    status = 404
    default_code = "not_found"


class MethodNotAllowed(Problem):
    status = 405
    default_code = "method_not_allowed"


class Conflict(Problem):
    """The state of the record, or another record, stands against it."""

    status = 409
    default_code = "conflict"


class PreconditionFailed(Problem):
    """The record is no longer as the client has seen it."""

    status = 412
    default_code = "precondition_failed"


class PreconditionRequired(Problem):
    """A write of such a record says which version it is meant for."""

    status = 428
    default_code = "precondition_required"


class Gone(Problem):
    """It was there, and will not come back under this name."""

    status = 410
    default_code = "gone"


class TooLarge(Problem):
    status = 413
    default_code = "body_too_large"


class UnsupportedMediaType(Problem):
    status = 415
    default_code = "unsupported_media_type"


class Invalid(Problem):
    """The body is readable, and wrong in the places that `faults` name."""

    status = 422
    default_code = "validation_failed"

    @classmethod
    def at(cls, pointer: str, code: str, **params: Any) -> "Invalid":
        """One wrong place, by JSON Pointer."""
        return cls(faults=[Fault("pointer", pointer, code, params)])


class RateLimited(Problem):
    """A budget of requests is used up, until `seconds` from now."""

    status = 429
    default_code = "rate_limited"

    def __init__(self, seconds: int = 60, *, headers: Mapping[str, str] | None = None, **params: Any) -> None:
        told = {**(headers or {}), "Retry-After": str(seconds)}
        super().__init__(headers=told, seconds=seconds, **params)


class Unavailable(Problem):
    """The database cannot answer now; the same request may succeed later."""

    status = 503
    default_code = "unavailable"

    def __init__(self, code: str | None = None, **params: Any) -> None:
        super().__init__(code, headers={"Retry-After": "1"}, **params)


def bad_parameter(name: str, code: str, **params: Any) -> BadRequest:
    """A query parameter that is unknown, repeated or of the wrong type."""
    return BadRequest("invalid_parameter", faults=[Fault("parameter", name, code, params)])

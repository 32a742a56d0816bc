"""What is going away: said in the headers of every answer, in the document, and in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
GUIDE = "/docs"


@dataclass(frozen=True)
class Retiring:
    """Deprecated since an instant (RFC 9745); gone at `sunset` (RFC 8594), when that is known; replaced by `successor`.

    ValueError when it would be gone before it is deprecated.
    """

    since: datetime
    sunset: datetime | None = None
    successor: str | None = None

    def __post_init__(self) -> None:
        if self.sunset and self.sunset < self.since:
            raise ValueError("the sunset is not earlier than the deprecation")

    @property
    def headers(self) -> dict[str, str]:
        """Deprecation, Sunset, and Link with where to read on."""
        links = [f'<{GUIDE}>; rel="deprecation"; type="text/html"']
        if self.successor:
            links.append(f'<{self.successor}>; rel="successor-version"')
        found = {"Deprecation": f"@{int(self.since.timestamp())}", "Link": ", ".join(links)}
        return {**found, "Sunset": format_datetime(self.sunset, usegmt=True)} if self.sunset else found

    @property
    def notice(self) -> str:
        """The same in a sentence of the document."""
        gone = f", answers until {self.sunset:%Y-%m-%d}" if self.sunset else ""
        instead = f"; use `{self.successor}`" if self.successor else ""
        return f"Deprecated since {self.since:%Y-%m-%d}{gone}{instead}."


def retiring(
    since: datetime, *, sunset: datetime | None = None, successor: str | None = None
) -> Callable[[Endpoint], Endpoint]:
    """Mark the handler of a route: `@retiring(datetime(2027, 1, 1, tzinfo=UTC), successor="/api/v2/customers")`."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.retiring = Retiring(since, sunset, successor)  # type: ignore[attr-defined]
        return endpoint

    return mark

"""What every request needs, made once when the application starts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from crm_api.encryption import Cipher
from crm_api.kit.cursors import Cursors
from crm_api.kit.database import Pool
from crm_api.kit.limits import Limits
from crm_api.kit.principal import Principal
from crm_api.kit.sse import Streams


@dataclass(frozen=True, slots=True)
class Edge:
    """Made in `main`, found at `app.state.edge`.

    `trusted_proxies` is how many hops in front of this process name the client truthfully.
    """

    pool: Pool
    cursors: Cursors
    authenticate: Callable[[str], Awaitable[Principal]]
    cipher: Cipher
    trusted_proxies: int = 0
    limits: Limits | None = None
    streams: Streams = field(default_factory=Streams)
    accounting: Any = None

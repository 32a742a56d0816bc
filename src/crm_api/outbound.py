"""The only way out: HTTP requests to URLs that others chose, which must not borrow the server's place in the network.

Every try resolves the name anew, checks all of its addresses and connects to one that was checked: a name cannot point
elsewhere between the check and the connection, and whatever notation an address is written in, what is checked is
where the connection goes. There are no redirects, no proxies of the environment, no cookies, no kept connections.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Self

import httpx

TOTAL_SECONDS, BODY_LIMIT = 15.0, 4096
PORTS = {"https": 443, "http": 80}
ADDRESSES_TRIED, RESOLVING_THREADS = 3, 64

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_UNICAST = ip_network("2000::/3")
# Global by the registry, and yet a way to somewhere else: translators and relays to IPv4, anycast of protocols,
# documentation that older Pythons take for global, the metadata service of a cloud on a public address.
_NOT_PUBLIC = [
    ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "fec0::/10",
    )
]
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*")


class Refused(Exception):
    """A URL that nothing is sent to; `code` says why: one that will not change by trying again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Failed(Exception):
    """A try without an answer; `code` is timeout, name_unresolved, tls, connection or protocol."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Target(NamedTuple):
    """A URL and the addresses that were checked for it."""

    url: httpx.URL
    addresses: Sequence[str]


class Reply(NamedTuple):
    """What the other side answered; of the body at most 4 KB. A redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Allowed:
    """What the operator of an intranet opens: networks, and names that may resolve to anything."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """ValueError names an entry that is neither an address, nor a network, nor a host name."""
        self.networks: list[Network] = []
        self.hosts: set[str] = set()
        for entry in entries:
            try:
                self.networks.append(ip_network(entry))
            except ValueError:
                host = entry.lower()
                if not _HOST.fullmatch(host) or host[-1].isdigit():
                    raise ValueError(f"{entry} is neither a network nor a host name") from None
                self.hosts.add(host)

    def contains(self, address: Address) -> bool:
        return any(address in network for network in self.networks if network.version == address.version)


def unwrapped(text: str) -> Address:
    """An address without its zone; an IPv4 address that is written as IPv6 is that IPv4 address."""
    address = ip_address(text.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_public(address: Address) -> bool:
    """Whether it is one host of the public Internet."""
    if address.version == _UNICAST.version and address not in _UNICAST:
        return False
    inside = any(address in network for network in _NOT_PUBLIC if network.version == address.version)
    return address.is_global and not (address.is_multicast or address.is_reserved or inside)


class Outbound:
    """Sends requests; one for the whole process. Plain http and other ports than 80 and 443 stay in the intranet."""

    def __init__(
        self, allowed: Allowed, *, resolve: Resolve | None = None, seconds: float = TOTAL_SECONDS
    ) -> None:
        self._allowed, self._seconds = allowed, seconds
        # names are resolved in threads of their own: a dead name server delays nothing but what waits for it
        self._threads = ThreadPoolExecutor(RESOLVING_THREADS, thread_name_prefix="resolve")
        self._resolve = resolve or self._ask_system
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()  # those of the machine too: an intranet has an authority of its own
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                verify=context,
                trust_env=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            ),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=seconds / ADDRESSES_TRIED),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, url: str) -> Target:
        """The URL with addresses that may be connected to; else Refused, or Failed when the name has none."""
        parsed = _parsed(url)
        host, port = parsed.raw_host.decode("ascii"), parsed.port or PORTS[parsed.scheme]
        named = host.rstrip(".") in self._allowed.hosts
        inward = None if named else _only_inside(parsed.scheme, port)
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            if inward:  # what may only lead inside has to be seen to do so
                raise Refused(inward) from error
            raise Failed("name_unresolved") from error
        if not named:
            self._judge([unwrapped(address) for address in addresses], inward)
        return Target(parsed, addresses)

    async def send(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One try: checked, connected, sent and answered within 15 s in all; else Refused or Failed."""
        try:
            async with asyncio.timeout(self._seconds):
                target = await self.check(url)
                return await self._first_answer(target, method, content, headers or {})
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Failed("timeout") from error
        except httpx.ProtocolError as error:
            raise Failed("protocol") from error
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            raise Failed("tls" if _is_tls(error) else "connection") from error

    def _judge(self, addresses: Sequence[Address], inward: str | None) -> None:
        outside = [address for address in addresses if not self._allowed.contains(address)]
        if not addresses or not all(is_public(address) for address in outside):
            raise Refused("url_address_forbidden")
        if inward and outside:
            raise Refused(inward)

    async def _first_answer(
        self, target: Target, method: str, content: bytes, headers: Mapping[str, str]
    ) -> Reply:
        """From the first address that can be connected to: of two families often one leads nowhere."""
        *others, last = target.addresses[:ADDRESSES_TRIED]
        for address in others:
            try:
                return await self._ask(target.url, address, method, content, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._ask(target.url, last, method, content, headers)

    async def _ask(
        self, url: httpx.URL, address: str, method: str, content: bytes, headers: Mapping[str, str]
    ) -> Reply:
        named = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers}
        tls = {"sni_hostname": url.raw_host.decode("ascii").rstrip(".")}
        body = b""
        async with self._client.stream(
            method, url.copy_with(host=address), content=content, headers=named, extensions=tls
        ) as answer:
            # raw, so that nothing is unpacked; what goes beyond the limit is never read
            async for part in answer.aiter_raw(BODY_LIMIT):
                body += part
                if len(body) >= BODY_LIMIT:
                    break
            return Reply(answer.status_code, answer.headers, body[:BODY_LIMIT])

    async def _ask_system(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Refused("url_invalid") from error
    if parsed.scheme not in PORTS:
        raise Refused("url_needs_https")
    if parsed.userinfo:
        raise Refused("url_has_credentials")
    host = parsed.raw_host.decode("ascii")
    if parsed.port == 0 or not (_HOST.fullmatch(host.rstrip(".")) or _IPV6.fullmatch(host)):
        raise Refused("url_invalid")
    return parsed


def _only_inside(scheme: str, port: int) -> str | None:
    """Why a URL may lead into the intranet only, if so."""
    if scheme != "https":
        return "url_needs_https"
    return None if port in PORTS.values() else "url_port_forbidden"


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

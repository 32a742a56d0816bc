"""Nothing is sent to where this server can reach and the one who chose the URL cannot."""

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crm_api import outbound as module
from crm_api.kit import clock
from crm_api.outbound import Allowed, Failed, Outbound, Refused, is_public, unwrapped
from tests.factories import peers
from tests.factories.peers import peer

INNER_ADDRESSES = [
    *("127.0.0.1", "127.255.255.254", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1"),
    *("0177.0.0.1", "0177.1", "017700000001", "0x7f.0x0.0x0.0x1", "127.000.000.001", "0", "0.0.0.0"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]"),
    *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:1::1]"),
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]"),
    *("[fd00:ec2::254]", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.0.9"),
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1", "10.1", "[::ffff:10.0.0.1]"),
    *("100.64.0.1", "198.18.0.1", "192.88.99.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fdff::1]", "[fec0::1]", "[ff02::1]", "[ff0e::1]"),
    *("[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[100::1]", "[::2]"),
    *("localhost", "LOCALHOST", "rebound.example", "mixed.example", "mapped.example"),
]
INNER = [
    *(f"https://{host}/hook" for host in INNER_ADDRESSES),
    *(f"http://{host}/hook" for host in ("127.0.0.1", "[::1]", "localhost", "public.example")),
    *(
        "https://127.0.0.1:80/",
        "https://[::1]:443/",
        "https://public.example:22/",
        "https://public.example:0/",
    ),
    *(
        "https://public.example@127.0.0.1/",
        "https://127.0.0.1\\@public.example/",
        "https://127.0.0.1#@public.example/",
    ),
    *(
        "https://user:pass@public.example/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://[::1/",
        "https:///x",
    ),
    *(
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
        "https://",
    ),
    *("https://127.0.0.1\r\nHost: x/", "https://a b/", "https://\x00127.0.0.1/", "unix:///run/docker.sock"),
]
NAMES = {
    "public.example": ["8.8.8.8", "2606:4700::1111"],
    "rebound.example": ["127.0.0.1"],
    "mixed.example": ["8.8.8.8", "10.0.0.7"],
    "mapped.example": ["::ffff:127.0.0.1"],
}
attempts: list[object] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    # netlink and the local sockets of the database and of the name service are no way to another host
    if event == "socket.connect" and isinstance(arguments[0], socket.socket):
        there = arguments[0]
        if there.family in (socket.AF_INET, socket.AF_INET6) and there.type == socket.SOCK_STREAM:
            attempts.append(arguments[1])


sys.addaudithook(_watch)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Names of the test as they stand there, notations of addresses as the system reads them."""
    if host in NAMES:
        return NAMES[host]
    flags = 0 if host.rstrip(".").lower() == "localhost" else socket.AI_NUMERICHOST
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [str(entry[4][0]) for entry in found]


@contextmanager
def canaries() -> Iterator[list[socket.socket]]:
    """Listeners on every loopback address at the ports that may be called."""
    found = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        for port in (80, 443):
            canary = socket.socket(family, socket.SOCK_STREAM)
            try:
                canary.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                canary.bind((address, port))
            except OSError:  # taken, or for nobody but root; what is connected to is watched besides
                canary.close()
                continue
            canary.listen()
            canary.setblocking(False)
            found.append(canary)
    try:
        yield found
    finally:
        for canary in found:
            canary.close()


def called(found: list[socket.socket]) -> int:
    count = 0
    for canary in found:
        try:
            canary.accept()[0].close()
            count += 1
        except BlockingIOError:
            continue
    return count


@pytest.fixture
async def out() -> AsyncIterator[Outbound]:
    made = Outbound(Allowed(), resolve=resolve, seconds=2)
    yield made
    await made.aclose()


@asynccontextmanager
async def allowing(*entries: str, seconds: float = 2) -> AsyncIterator[Outbound]:
    made = Outbound(Allowed(entries), resolve=resolve, seconds=seconds)
    try:
        yield made
    finally:
        await made.aclose()


async def test_nothing_inside_is_ever_connected_to(out: Outbound) -> None:
    assert len(INNER) >= 60
    with canaries() as listening:
        attempts.clear()
        for url in INNER:
            with pytest.raises(Refused):
                await out.send("POST", url)
        assert attempts == []
        assert called(listening) == 0


async def test_the_watch_sees_what_a_client_without_the_check_does() -> None:
    """The planted fault: the same URLs while everything is allowed."""
    with canaries() as listening:
        attempts.clear()
        async with allowing("0.0.0.0/0", "::/0", seconds=0.3) as careless:
            for url in [url for url in INNER if any(host in url for host in ("127", "[::1]", "ocalhost"))]:
                with pytest.raises((Failed, Refused)):
                    await careless.send("POST", url)
        assert len(attempts) > 10
        assert called(listening) > 0 or not listening


async def test_what_is_checked_is_what_is_connected_to(out: Outbound) -> None:
    """A name that points elsewhere at the second question."""
    answers = iter([["127.0.0.1"], ["8.8.8.8"]])

    async def fickle(host: str, port: int) -> Sequence[str]:
        return next(answers, ["127.0.0.1"])

    async with peer() as there:
        rebinding = Outbound(Allowed(["127.0.0.1"]), resolve=fickle, seconds=2)
        reply = await rebinding.send("POST", f"http://rebinding.example:{there.port}/")
        assert reply.status == 200
        assert there.requests[0].headers["host"] == f"rebinding.example:{there.port}"
        # asked again at the next try: now it leads out, where this port is closed to it
        with pytest.raises(Refused, match="url_needs_https"):
            await rebinding.send("POST", f"http://rebinding.example:{there.port}/")
        assert len(there.requests) == 1
        await rebinding.aclose()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/", "url_address_forbidden"),
        ("https://mixed.example/", "url_address_forbidden"),
        ("http://public.example/", "url_needs_https"),
        ("ftp://public.example/", "url_needs_https"),
        ("https://public.example:8443/", "url_port_forbidden"),
        ("https://a:b@public.example/", "url_has_credentials"),
        ("https://", "url_invalid"),
        ("http://unknown.example/", "url_needs_https"),
    ],
)
async def test_a_refusal_says_why(out: Outbound, url: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        await out.check(url)
    assert refusal.value.code == code


async def test_a_public_name_passes_with_all_its_addresses(out: Outbound) -> None:
    assert list((await out.check("https://public.example/hook")).addresses) == NAMES["public.example"]
    assert (await out.check("https://public.example:80/hook")).url.port == 80


async def test_a_name_that_does_not_resolve_may_do_so_later(out: Outbound) -> None:
    for url in ("https://unknown.example/", f"https://{'a' * 70}.example/"):
        with pytest.raises(Failed, match="name_unresolved"):
            await out.check(url)


async def test_a_network_of_the_intranet_can_be_opened() -> None:
    async with peer() as there, allowing("127.0.0.0/8") as inside:
        assert (await inside.send("POST", there.url, content=b"body")).status == 200
        assert there.requests[0].body == b"body"
        # and only that one
        for url in (
            "https://[::1]/",
            "https://10.0.0.1/",
            "http://public.example/",
            "https://mixed.example/",
        ):
            with pytest.raises(Refused):
                await inside.check(url)


async def test_a_name_of_the_intranet_can_be_opened() -> None:
    async with peer() as there, allowing("rebound.example") as inside:
        assert (await inside.send("POST", f"http://rebound.example:{there.port}/")).status == 200
        with pytest.raises(Refused):
            await inside.send("POST", there.url)


@pytest.mark.parametrize("entry", ["http://inside", "10.0.0.0/33", "10.0.0.1/8", "in side", "300.1.1.1", ""])
def test_a_wrong_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a network nor a host name"):
        Allowed([entry])


async def test_a_redirect_is_an_answer(out: Outbound) -> None:
    async with peer(peers.redirect("http://127.0.0.1:1/")) as there, allowing("127.0.0.1") as inside:
        attempts.clear()
        reply = await inside.send("POST", there.url)
        assert reply.status == 302
        assert attempts == [("127.0.0.1", there.port)]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with peer() as there, allowing("127.0.0.1") as inside:
        assert (await inside.send("POST", there.url)).status == 200


async def test_no_more_than_four_kilobytes_are_read() -> None:
    async with peer(peers.endless_body) as there, allowing("127.0.0.1") as inside:
        reply = await inside.send("POST", there.url)
        assert len(reply.body) == module.BODY_LIMIT
        assert there.sent < 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (peers.hang, "timeout"),
        (peers.drip, "timeout"),
        (peers.cut_at_once, "protocol"),
        (peers.cut_after_headers, "protocol"),
        (peers.nonsense, "protocol"),
        (peers.endless_headers, "protocol"),
    ],
)
async def test_a_bad_peer_costs_a_try(behaviour: peers.Behaviour, code: str) -> None:
    async with peer(behaviour) as there, allowing("127.0.0.1", seconds=0.5) as inside:
        with pytest.raises(Failed, match=code):
            await inside.send("POST", there.url)


async def test_a_closed_port_costs_a_try() -> None:
    async with allowing("127.0.0.1") as inside:
        with pytest.raises(Failed, match="connection"):
            await inside.send("POST", "http://127.0.0.1:1/")


async def test_the_second_address_is_tried_when_the_first_leads_nowhere() -> None:
    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.77", "127.0.0.1"]

    async with peer() as there:
        inside = Outbound(Allowed(["127.0.0.0/8"]), resolve=two, seconds=2)
        assert (await inside.send("POST", f"http://two.example:{there.port}/")).status == 200
        await inside.aclose()


async def test_a_dead_name_server_ends_in_time() -> None:
    async def dead(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    waiting = Outbound(Allowed(), resolve=dead, seconds=0.2)
    with pytest.raises(Failed, match="timeout"):
        await waiting.send("POST", "https://slow.example/")
    await waiting.aclose()


class TestTls:
    """The certificate must be for the name of the URL, though the connection goes to an address."""

    async def test_an_unknown_authority_is_refused(self, tls_files: Path) -> None:
        async with peer(tls=_context(tls_files)) as there, allowing("rebound.example") as inside:
            with pytest.raises(Failed, match="tls"):
                await inside.send("POST", f"https://rebound.example:{there.port}/")

    async def test_a_certificate_for_the_name_is_accepted(
        self, tls_files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(tls_files / "authority.pem"))
        asked: list[str | None] = []
        context = _context(tls_files)
        context.sni_callback = lambda _socket, name, _context: asked.append(name)
        async with peer(tls=context) as there, allowing("rebound.example", "mapped.example") as inside:
            assert (await inside.send("POST", f"https://rebound.example:{there.port}/")).status == 200
            assert asked == ["rebound.example"]
            with pytest.raises(Failed, match="tls"):
                await inside.send("POST", f"https://mapped.example:{there.port}/")


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a server's key with a certificate of it for rebound.example."""
    folder = tmp_path_factory.mktemp("tls")
    authority_key, server_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority of the test")])
    server = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rebound.example")])

    def signed(subject: x509.Name, key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType) -> bytes:
        at = clock.now()
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=1))
            # without the identifiers of the keys Python 3.13 refuses a certificate
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(issued_by, critical=False)
        )
        for extension in extensions:
            made = made.add_extension(extension, critical=True)
        return made.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    may_sign = x509.KeyUsage(
        **dict.fromkeys(
            "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
            "encipher_only decipher_only".split(),
            False,
        ),
        key_cert_sign=True,
        crl_sign=True,
    )
    basic = x509.BasicConstraints(ca=True, path_length=None)
    names = x509.SubjectAlternativeName([x509.DNSName("rebound.example")])
    private = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(signed(authority, authority_key, basic, may_sign))
    (folder / "server.pem").write_bytes(signed(server, server_key, names) + private)
    return folder


def _context(files: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "server.pem")
    return context


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "2a00:1450::1"])
def test_public_addresses(text: str) -> None:
    assert is_public(unwrapped(text))


def test_a_zone_is_no_way_around() -> None:
    assert unwrapped("fe80::1%lo") == ip_address("fe80::1")

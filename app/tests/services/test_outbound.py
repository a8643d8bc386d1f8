"""Asking addresses: connected is to what was looked up and allowed, and no answer takes more than its limits."""

import contextlib
import datetime
import itertools
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings, load_settings
from app.errors import AddressError
from app.services import outbound
from app.services.outbound import Limits, Outbound, look_up, outbound_for
from app.services.outbound_rules import rules_from
from app.tests.services.answering import answering, reply

HERE = Outbound(rules_from("", loopback=True))
QUICK = Limits(largest=1000, seconds=1.0, silence=0.3)


def body_of(asker: Outbound, address: str, limits: Limits | None = None) -> bytes:
    with asker.fetch(address, limits or Limits()) as answer:
        return b"".join(answer.chunks())


def refusal(asker: Outbound, address: str, limits: Limits | None = None) -> AddressError:
    with pytest.raises(AddressError) as caught:
        body_of(asker, address, limits)
    assert caught.value.hint
    return caught.value


def test_a_file_is_fetched() -> None:
    body = bytes(range(256)) * 1000
    with (
        answering(reply(body, "200 OK", "Content-Type: video/mp4")) as server,
        HERE.fetch(server.address("/a b?x=1#y"), Limits()) as answer,
    ):
        assert (answer.status, answer.length, answer.headers["content-type"]) == (200, len(body), "video/mp4")
        assert b"".join(answer.chunks()) == body
    assert server.asked[0].startswith(b"GET /a%20b?x=1 HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in server.asked[0].lower()
    assert b"accept-encoding: identity" in server.asked[0].lower()


def test_something_is_sent() -> None:
    with answering(reply(b"no", "418 Teapot")) as server:
        told = {"Content-Type": "application/json", "webhook-id": "7"}
        with HERE.ask("POST", server.address("/hook"), headers=told, body=b'{"a":1}') as answer:
            assert answer.status == 418
    assert server.asked[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"webhook-id: 7\r\n" in server.asked[0]
    assert b"Content-Length: 7\r\n" in server.asked[0]
    assert server.asked[0].endswith(b'\r\n\r\n{"a":1}')


def test_the_name_that_was_asked_is_told_and_the_address_that_was_found_is_connected_to() -> None:
    with answering(reply(b"here")) as server:
        asker = Outbound(rules_from("", loopback=True), lambda host, port: ["127.0.0.1"])
        assert body_of(asker, server.address("/", "videos.example")) == b"here"
    assert f"Host: videos.example:{server.port}\r\n".encode() in server.asked[0]


def test_a_name_that_changes_its_mind_leads_nowhere_else() -> None:
    """DNS rebinding: a public address when it is looked at, this machine when it is connected to."""
    answers = itertools.cycle([["8.8.8.8"], ["127.0.0.1"]])
    asker = Outbound(rules_from("", loopback=False), lambda host, port: next(answers))
    with answering(reply(b"secret")) as server:
        asker.require_allowed(server.address("/", "evil.example"))  # looks it up, and finds the public one
        assert refusal(asker, server.address("/", "evil.example")).instance_code == "address_refused"
    assert server.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    asker = Outbound(rules_from("", loopback=False), lambda host, port: ["8.8.8.8", "127.0.0.1"])
    assert refusal(asker, "http://evil.example/").instance_code == "address_refused"


THIS_MACHINE = """
    127.0.0.1 localhost 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.1 127.0.0.1. 0.0.0.0 0 ①②⑦.⓪.⓪.①
    [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] [64:ff9b::7f00:1]
"""


@pytest.mark.parametrize("host", THIS_MACHINE.split())
def test_no_spelling_of_this_machine_gets_through(host: str) -> None:
    with answering(reply(b"secret")) as server:
        asker = Outbound(rules_from("", loopback=False))
        error = refusal(asker, server.address("/", host))
        assert error.instance_code in {"address_refused", "address_unreachable"}  # not every resolver knows all of them
    assert server.asked == []


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]"])
def test_metadata_is_never_asked(host: str) -> None:
    asker = Outbound(rules_from("0.0.0.0/0,::/0", loopback=True))
    for found in (refusal(asker, f"http://{host}/latest/meta-data/"), refused_beforehand(asker, f"http://{host}/")):
        assert found.instance_code == "address_refused"


def refused_beforehand(asker: Outbound, address: str) -> AddressError:
    with pytest.raises(AddressError) as caught:
        asker.require_allowed(address)
    return caught.value


NO_WEB_ADDRESS = [
    *("ftp://example.com/a", "file:///etc/passwd", "gopher://example.com", "example.com", "", "http://", "http:///x"),
    *("http://user:secret@example.com/", "http://user@example.com/", "http://exa mple.com/", "http://a:99999/"),
    *("http://example.com/\n", "http://[::1", f"http://example.com/{'a' * 3000}", "unix:/run/x.sock"),
    *("http://a\r\nb/", "http://a:0/", "http://a/\0"),
]


@pytest.mark.parametrize("address", NO_WEB_ADDRESS)
def test_what_is_no_plain_web_address_is_refused(address: str) -> None:
    for error in (refused_beforehand(HERE, address), refusal(HERE, address)):
        assert error.instance_code == "address_refused"
        assert "secret" not in error.message + error.hint


def test_whatever_somebody_gives_is_asked_or_refused() -> None:
    odd = st.text(st.one_of(st.characters(), st.sampled_from("hftps:/[]@%.019afx\ud800 ?#&\\\0\n")))

    @given(st.one_of(odd, *(odd.map(beginning.__add__) for beginning in ("http://", "https://a/", "http://[", "//"))))
    def ask(address: str) -> None:
        with contextlib.suppress(AddressError):
            Outbound(rules_from("", loopback=False), lambda host, port: []).require_allowed(address)

    ask()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example"])
def test_a_name_that_is_not_known_may_be_later(host: str) -> None:
    def unknown(name: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    asker = Outbound(rules_from("", loopback=False), unknown)
    asker.require_allowed(f"http://{host}/")
    assert refusal(asker, f"http://{host}/").instance_code == "address_unreachable"


def test_redirects_are_not_followed() -> None:
    with answering(reply(b"secret")) as private:
        leading = reply(b"", "302 Found", f"Location: {private.address()}")
        with answering(leading) as public:
            error = refusal(HERE, public.address())
            assert (error.instance_code, "302" in error.message) == ("address_answer", True)
            with HERE.ask("POST", public.address(), body=b"x") as answer:
                assert answer.status == 302
    assert private.asked == []


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "206 Partial", "204 Nothing"])
def test_only_a_whole_file_is_a_file(status: str) -> None:
    with answering(reply(b"", status)) as server:
        assert refusal(HERE, server.address()).instance_code == "address_answer"


def test_too_large_a_body_is_refused_before_it_comes() -> None:
    with answering(reply(b"a" * 10, length=10**12)) as server:
        assert refusal(HERE, server.address(), QUICK).instance_code == "address_too_large"


def test_a_body_of_unknown_length_ends_at_the_limit() -> None:
    def endless(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"a" * 1024 + b"\r\n")

    with answering(endless) as server:
        assert refusal(HERE, server.address(), QUICK).instance_code == "address_too_large"


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"a" * 10, length=20),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
def test_an_answer_that_is_broken_or_ends_early_is_an_error(answer: bytes) -> None:
    with answering(answer) as server:
        assert refusal(HERE, server.address(), Limits(silence=2)).instance_code == "address_broke_off"


def drip(connection: socket.socket, head: bytes) -> None:
    """Send a byte now and then, always sooner than the silence that is allowed."""
    connection.sendall(head)
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"a")
            time.sleep(0.05)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"])
def test_a_byte_now_and_then_keeps_nobody_waiting(head: bytes) -> None:
    with answering(lambda connection, request: drip(connection, head)) as server:
        error = refusal(HERE, server.address(), Limits(largest=1000, seconds=0.5, silence=0.3))
        assert error.instance_code == "address_too_slow"


def test_silence_ends_sooner() -> None:
    released = threading.Event()

    def silent(connection: socket.socket, request: bytes) -> None:
        released.wait(30)

    with answering(silent) as server:
        error = refusal(HERE, server.address(), Limits(seconds=60, silence=0.2))
        assert error.instance_code == "address_too_slow"
        released.set()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal(HERE, f"http://127.0.0.1:{port}/").instance_code == "address_unreachable"


def test_the_next_address_of_a_name_is_tried() -> None:
    with answering(reply(b"here")) as server:
        asker = Outbound(rules_from("127.0.0.0/8", loopback=False), lambda host, port: ["127.0.0.9", "127.0.0.1"])
        assert body_of(asker, server.address("/", "two.example")) == b"here"


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_is_spoken() -> None:
    with answering(reply(b"six"), "::1") as server:
        assert body_of(HERE, server.address("/", "[::1]")) == b"six"
        assert refusal(Outbound(rules_from("", loopback=False)), server.address("/", "[::1]"))
        assert len(server.asked) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(reply(b"proxy")) as proxy, answering(reply(b"here")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address())
        assert body_of(HERE, server.address()) == b"here"
    assert proxy.asked == []


def test_the_setting_names_what_else_may_be_asked(settings: Settings) -> None:
    with answering(reply(b"here")) as server:
        assert body_of(outbound_for(settings), server.address()) == b"here"
        for_others = outbound_for(load_settings(auth="local"))  # whoever asks such a server is somewhere else
        assert refusal(for_others, server.address()).instance_code == "address_refused"
    outbound_for(load_settings(allow_hosts="10.0.0.0/8")).require_allowed("http://10.1.2.3/")
    assert "EDIT_FACTORY_ALLOW_HOSTS" in refused_beforehand(outbound_for(settings), "http://10.1.2.3/").hint


def test_the_machine_s_resolver_is_asked() -> None:
    assert "127.0.0.1" in look_up("localhost", 80) or "::1" in look_up("localhost", 80)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of `secure.example`, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "secure.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now.replace(year=9000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("secure.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def secure(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_the_certificate_must_be_of_the_name_that_was_asked(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asker = Outbound(rules_from("", loopback=True), lambda host, port: ["127.0.0.1"])
    with answering(reply(b"here"), encrypted=secure(certificate)) as server:
        address = f"https://secure.example:{server.port}/"
        outbound._ssl.cache_clear()
        assert "certificate" in refusal(asker, address).message  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        outbound._ssl.cache_clear()
        try:
            assert body_of(asker, address) == b"here"
            assert "certificate" in refusal(asker, f"https://other.example:{server.port}/").message
            assert refusal(asker, f"http://secure.example:{server.port}/").instance_code != "address_refused"
        finally:
            outbound._ssl.cache_clear()

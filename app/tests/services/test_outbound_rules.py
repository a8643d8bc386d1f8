"""Which addresses may be asked: public ones, private ones that a setting names, and some never."""

import pytest

from app.errors import AddressError
from app.services.outbound_rules import SETTING, Rules, address_found, rules_from

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.20",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "fd12:3456::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "2002:a00:1::1",
    "2002:7f00:1::1",
    "::10.0.0.1",
    "::127.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "169.254.170.2",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::169.254.169.254",
]
EVERYTHING = rules_from("0.0.0.0/0, ::/0, metadata.internal", loopback=True)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_asked(text: str) -> None:
    Rules().require("example.com", address_found(text))


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_asked_only_when_allowed(text: str) -> None:
    with pytest.raises(AddressError, match="private network") as caught:
        Rules().require("n8n.lan", address_found(text))
    assert caught.value.instance_code == "address_refused"
    assert SETTING in caught.value.hint
    EVERYTHING.require("n8n.lan", address_found(text))
    rules_from("n8n.lan", loopback=False).require("N8N.lan.", address_found(text))


@pytest.mark.parametrize("text", NEVER)
def test_metadata_is_never_asked(text: str) -> None:
    for rules in (Rules(), EVERYTHING):
        with pytest.raises(AddressError, match="no server may be sent to") as caught:
            rules.require("metadata.internal", address_found(text))
        assert caught.value.instance_code == "address_refused"


def test_a_network_allows_what_is_in_it_and_nothing_else() -> None:
    rules = rules_from("192.168.1.0/24, 10.1.2.3, fd12::/16, fd99::7", loopback=False)
    for text in ("192.168.1.20", "::ffff:192.168.1.20", "10.1.2.3", "fd12:3456::1", "fd99::7"):
        rules.require("x", address_found(text))
    for text in ("192.168.2.20", "10.1.2.4", "127.0.0.1", "fd13::1", "fd99::8"):
        with pytest.raises(AddressError):
            rules.require("x", address_found(text))


def test_a_name_allows_itself_only() -> None:
    rules = rules_from("N8N.lan.", loopback=False)
    rules.require("n8n.lan", address_found("10.0.0.1"))
    for host in ("other.lan", "evil.n8n.lan", "n8n.lan.evil.example"):
        with pytest.raises(AddressError):
            rules.require(host, address_found("10.0.0.1"))


def test_loopback_alone_can_be_allowed() -> None:
    rules = rules_from("", loopback=True)
    for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "127.0.0.53"):
        rules.require("localhost", address_found(text))
    with pytest.raises(AddressError):
        rules.require("localhost", address_found("10.0.0.1"))

from ipaddress import ip_network

import pytest

from app.models.hosts import hosts_and_networks


def test_names_addresses_and_networks_are_told_apart() -> None:
    names, networks = hosts_and_networks(" n8n.LAN., 10.0.0.7/8 ,my_host,fd00::/8,, [::1] ,192.168.1.4")
    assert names == {"n8n.lan", "my_host"}
    assert networks == tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8", "::1/128", "192.168.1.4/32")))


def test_nothing_is_a_list_as_well() -> None:
    assert hosts_and_networks("") == (frozenset(), ())


@pytest.mark.parametrize("text", ["a b", "http://x", "n8n.lan:5678", "*", "10.0.0.300", "10.0.0.0/40", "-a", "a..b"])
def test_what_is_neither_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="neither") as caught:
        hosts_and_networks(f"good.example, {text}")
    assert repr(text) in str(caught.value)

"""Lists of hosts and networks, as a setting writes them."""

from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network

_LONGEST_NAME, _LONGEST_LABEL = 253, 63
"""Characters (RFC 1035)."""


def hosts_and_networks(text: str) -> tuple[frozenset[str], tuple[Network, ...]]:
    """Return the names and the networks of a list with commas between. Raises `ValueError` for what is neither."""
    names, networks = set(), []
    for item in filter(None, (part.strip().lower().rstrip(".") for part in text.split(","))):
        try:
            networks.append(ip_network(item.strip("[]"), strict=False))
        except ValueError:
            if not _is_name(item):
                raise ValueError(f"{item!r} is neither the name of a host nor an address or network") from None
            names.add(item)
    return frozenset(names), tuple(networks)


def _is_name(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= _LONGEST_NAME and all(map(_is_label, labels)) and not labels[-1].isdecimal()


def _is_label(text: str) -> bool:
    plain = text.replace("-", "").replace("_", "")
    return len(text) <= _LONGEST_LABEL and plain.isalnum() and not text.startswith("-")

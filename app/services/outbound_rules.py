"""Which addresses a server may ask for somebody: pure rules over an address that was looked up."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from app.errors import AddressError
from app.models.hosts import Network, hosts_and_networks

Ip = IPv4Address | IPv6Address

SETTING = "EDIT_FACTORY_ALLOW_HOSTS"

_METADATA = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local: the metadata of nearly every cloud, and what machines give each other
        "fe80::/10",
        "fd00:ec2::/32",  # Amazon's, over IPv6
        "fd20:ce::/32",  # Google's, over IPv6
        "100.100.100.200/32",  # Alibaba's
        "192.0.0.192/32",  # Oracle's older one
        "168.63.129.16/32",  # Azure's host agent
    )
)
"""Who answers there gives away a machine's own keys: never asked, whatever is allowed."""

_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_OLD_EMBEDDED = ip_network("::/96")


@dataclass(frozen=True)
class Rules:
    """Which private hosts may be asked, by name or network; `loopback` allows this machine's own."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    loopback: bool = False

    def require(self, host: str, found: Ip) -> None:
        """Raise `AddressError` (address_refused) unless `host`, which was looked up as `found`, may be asked."""
        for ip in _meant(found):
            if _is_never_asked(ip):
                raise refused(f"{host} is an address that no server may be sent to", "Use the address of a web server.")
            if _is_private(ip) and not self._allows(host, ip):
                raise refused(
                    f"{host} is in a private network",
                    f"If it is to be asked, name it, or its network, in {SETTING} where the server runs.",
                )

    def _allows(self, host: str, ip: Ip) -> bool:
        if host.lower().rstrip(".") in self.names or (self.loopback and ip.is_loopback):
            return True
        return any(ip in network for network in self.networks)


def rules_from(allowed: str, *, loopback: bool) -> Rules:
    """Return the rules that a list of hosts and networks, with commas between, tells of. Raises `ValueError`."""
    names, networks = hosts_and_networks(allowed)
    return Rules(names, networks, loopback)


def refused(why: str, hint: str) -> AddressError:
    """Return the error for an address that is not asked."""
    return AddressError(f"The address is not asked: {why}.", hint=hint, subject="url", code="address_refused")


def address_found(text: str) -> Ip:
    """Return the address that a look-up has told, without the interface that IPv6 may add."""
    return ip_address(text.partition("%")[0])


def _is_never_asked(ip: Ip) -> bool:
    if ip.is_unspecified or ip.is_multicast or ip == IPv4Address("255.255.255.255"):
        return True
    return any(ip in network for network in _METADATA if network.version == ip.version)


def _is_private(ip: Ip) -> bool:
    return not ip.is_global or (isinstance(ip, IPv6Address) and ip.is_site_local)


def _meant(found: Ip) -> list[Ip]:
    """Return what must be allowed, all of it: the address, and the IPv4 ones that a network on the way makes of it."""
    if isinstance(found, IPv4Address):
        return [found]
    if found.ipv4_mapped is not None:  # another way to write the same address
        return [found.ipv4_mapped]
    embedded = [found.sixtofour, *(found.teredo or ())]
    if any(found in network for network in _NAT64) or (found in _OLD_EMBEDDED and int(found) > 1):
        embedded.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return [found, *(ip for ip in embedded if ip is not None)]

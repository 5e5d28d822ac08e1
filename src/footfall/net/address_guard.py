"""A guard against server-side request forgery (SSRF): which addresses may be connected to.

Every address that a name stands for is checked, and the one connected to is one of these: a name that is looked up
again in between could lead elsewhere the second time (DNS rebinding).
Names are not judged: `127.1`, `2130706433` and `①②⑦.⓪.⓪.①` all come out of the resolver as 127.0.0.1.
`ipaddress.is_global` is no such check: for it the NAT64 form of 127.0.0.1 is global.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

from footfall.errors import PermanentSinkError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]


def _networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


NEVER = _networks(
    "169.254.0.0/16",  # link-local; 169.254.169.254 hands out credentials on AWS, Azure, Google
    "fe80::/10",
    "fd00:ec2::254/128",  # metadata of AWS over IPv6, of Azure, Alibaba, Oracle
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "224.0.0.0/4",  # multicast, unspecified, broadcast, reserved
    "ff00::/8",
    "0.0.0.0/8",
    "::/128",
    "255.255.255.255/32",
    "240.0.0.0/4",
)
"""Link-local, metadata services of clouds (AWS, Azure, Alibaba, Oracle), multicast, unspecified, broadcast, reserved.
Source: RFC 3927, RFC 4291, RFC 5771, RFC 1112; the clouds' own pages on instance metadata."""
PRIVATE = _networks(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "100.64.0.0/10",  # carriers' own (CGNAT): what a mobile network or Tailscale has inside
    "192.0.0.0/24",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::1/128",
    "fc00::/7",
    "fec0::/10",
    "2001:db8::/32",
    "100::/64",
)
"""Source: RFC 1918, RFC 6598, RFC 6890, RFC 4193."""
_NAT64, _SIX_TO_FOUR, _TEREDO, _COMPATIBLE = _networks(
    "64:ff9b::/96", "2002::/16", "2001::/32", "::/96"
)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(
    host: str, port: int, *, is_trusted: bool, resolver: Resolver = resolve
) -> list[str]:
    """Return the addresses of a name, all of which may be connected to.

    Args:
        host: A name or an address.
        is_trusted: The user has named it on the command line: then it may be this machine, or one beside it.
        resolver: Looks names up.

    Raises:
        PermanentSinkError: One of them may not be connected to.
        OSError: The name cannot be looked up (never taken as permission).
    """
    addresses = list(resolver(host, port))
    if not addresses:
        raise OSError(f"{host} has no address")
    # All of them, not the first: which one answers is not ours to choose.
    for text in addresses:
        # Behind `%` stands the interface of a link-local address, which is no part of what is checked.
        reason = _reason(ipaddress.ip_address(text.partition("%")[0]), is_trusted=is_trusted)
        if reason is not None:
            where = host if host.strip("[]") == text else f"{host} is {text}"
            raise PermanentSinkError(
                f"{where}: {reason}\n  nothing was sent there\n  hint: name another host, or mend where its name leads"
            )
    return addresses


def connect(
    host: str, port: int, *, is_trusted: bool, timeout_s: float, resolver: Resolver = resolve
) -> socket.socket:
    """Return a connection to the first address that answers, of those that were checked.

    Raises:
        PermanentSinkError: As `checked`.
        OSError: None answers.
    """
    problem: OSError | None = None
    for address in checked(host, port, is_trusted=is_trusted, resolver=resolver):
        try:
            # The address, not the name: nothing is looked up between the check and the connection.
            return socket.create_connection((address, port), timeout_s)
        except OSError as error:
            problem = error
    assert problem is not None
    raise problem


def _reason(address: Address, *, is_trusted: bool) -> str | None:
    """Return why an address may not be connected to, or None."""
    for form in _forms(address):
        if any(form in network for network in NEVER if network.version == form.version):
            return "a link-local, metadata, multicast or reserved address is never connected to"
        if not is_trusted and any(
            form in network for network in PRIVATE if network.version == form.version
        ):
            return "a private address is only connected to when it is named on the command line, without #public-only"
    return None


def _forms(address: Address) -> list[Address]:
    """Return an address and the IPv4 addresses that are embedded in it. Source: RFC 4291, 6052, 3056, 4380.

    A gateway on the way takes them out again, so `64:ff9b::7f00:1` may well end at 127.0.0.1.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    forms: list[Address] = [address]
    packed = address.packed
    if address.ipv4_mapped is not None:
        forms.append(address.ipv4_mapped)
    # `::` and `::1` lie in the block of IPv4-compatible addresses, and are none of them.
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        forms.append(ipaddress.IPv4Address(packed[12:]))
    if address in _SIX_TO_FOUR:
        forms.append(ipaddress.IPv4Address(packed[2:6]))
    if address in _TEREDO:  # there the client's address is stored with all bits inverted
        forms.append(ipaddress.IPv4Address(bytes(byte ^ 0xFF for byte in packed[12:])))
    return forms


def is_loopback(host: str) -> bool:
    """Tell whether a host is written as this machine."""
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost"

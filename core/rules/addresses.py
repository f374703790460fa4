"""The address of whoever comes in over the network, in its one form: what limits count and the log shows."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, IPv6Network, ip_address

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([^:]+):\d+")


def plain_address(text: str) -> str:
    """An address without port, brackets and zone; IPv4 inside IPv6 (::ffff:192.0.2.7) as IPv4.

    What is no address at all (the name of a socket) is kept as it is, 64 characters of it.
    """
    found = _WITH_PORT.fullmatch(text.strip())
    bare = (found[1] or found[2]) if found else text.strip()
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return bare[:64]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def counted_address(text: str) -> str:
    """What limits and wrong tries count as one address: of IPv6 the network of 64 bits, all of which one line has."""
    plain = plain_address(text)
    try:
        address = ip_address(plain)
    except ValueError:
        return plain
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else plain

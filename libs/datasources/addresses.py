"""Where users' databases may be: never at a metadata service, nor at the servers that Espalier itself lives on.

A name is resolved and checked each time that a connection is made, and the address that was checked is the one that is
connected to, so that a name which changes its address in between (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

from libs.datasources.errors import CannotReach, NotAllowed

T = TypeVar("T")
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Place: TypeAlias = tuple[str, int]
"""Host and port."""

EVERYWHERE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))

_NEVER: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32",  # link-local, with the metadata of AWS, Azure and GCP
            "100.100.100.200/32", "192.0.0.192/32",  # metadata of Alibaba Cloud and Oracle Cloud
            "0.0.0.0/8", "::/128", "224.0.0.0/3", "ff00::/8",  # no host at all
        ),
    )
)  # fmt: skip


@dataclass(frozen=True)
class AddressPolicy:
    """`networks` are where databases may be, `own` the servers that are never one: our Kafka, PostgreSQL, Chroma."""

    networks: tuple[Network, ...] = EVERYWHERE
    own: tuple[Place, ...] = ()

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of `host` to connect to.

        Raises `CannotReach` for a name without an address, and `NotAllowed` when a database may not be there.
        """
        found = await _resolved(host, port)
        own = [(address, at) for name, at in self.own if at == port for address in await _resolved_or_none(name, at)]
        for address in found:
            if any(address in network for network in _NEVER) or not any(address in each for each in self.networks):
                raise NotAllowed("address_not_allowed")
            if any(_same_machine(address, ours) for ours, _ in own):
                raise NotAllowed("address_not_allowed")
        return [str(address) for address in found]


async def connected(addresses: Sequence[str], connect: Callable[[str], Awaitable[T]]) -> T:
    """The first connection that one of `addresses` gives; raises what the last one raised."""
    *others, last = addresses
    for address in others:
        try:
            return await connect(address)
        except Exception as error:
            if not _unreachable(error):
                raise
    return await connect(last)


_PORTS = {"postgresql": 5432, "postgres": 5432, "http": 80, "https": 443, "redis": 6379, "rediss": 6379}


def places(*urls: str) -> tuple[Place, ...]:
    """Hosts and ports of URLs, or of a list `host:port,host:port`."""
    found = []
    for url in filter(None, ",".join(urls).split(",")):
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port or _PORTS.get(parts.scheme, 9092)
        found.append((parts.hostname or "localhost", port))
    return tuple(found)


async def _resolved(host: str, port: int) -> list[Address]:
    if not host:
        raise CannotReach("host_not_found")
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CannotReach("host_not_found") from None
    return list(dict.fromkeys(_plain(ipaddress.ip_address(str(row[4][0]).partition("%")[0])) for row in rows))


async def _resolved_or_none(host: str, port: int) -> list[Address]:
    try:
        return await _resolved(host, port)
    except CannotReach:
        return []


def _plain(address: Address) -> Address:
    """An IPv4 address that was written as IPv6 is checked as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _same_machine(address: Address, other: Address) -> bool:
    return address == other or (_is_ours(address) and _is_ours(other))


def _is_ours(address: Address) -> bool:
    """Whether it is an address of this machine: only to those can a socket be bound."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def _unreachable(error: BaseException) -> bool:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, OSError):
            return True
        current = current.__cause__
    return False

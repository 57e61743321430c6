"""Where users' databases may be, and that the address which was checked is the one connected to."""

import ipaddress
import socket

import pytest

from libs.datasources.addresses import AddressPolicy, connected, places
from libs.datasources.errors import CannotReach, NotAllowed

OWN = AddressPolicy(
    own=places("127.0.0.1:9092", "postgresql://u:p@localhost:5432/db", "http://127.0.0.1", "redis://:p@localhost/0")
)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "169.254.170.2", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "100.100.100.200",
        "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "2852039166", "0xa9fea9fe",
    ],
)  # fmt: skip
async def test_metadata_and_addresses_of_no_host_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(NotAllowed) as raised:
        await AddressPolicy().addresses(host, 5432)
    assert raised.value.code == "address_not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1", "::ffff:127.0.0.1", "127.1"])
@pytest.mark.parametrize("port", [9092, 5432, 80, 6379])
async def test_our_own_servers_are_refused_by_whatever_address_of_this_machine(host: str, port: int) -> None:
    with pytest.raises(NotAllowed):
        await OWN.addresses(host, port)
    assert await OWN.addresses(host, 5433), "another server on this machine is none of ours"


@pytest.mark.parametrize("host", ["", "no-such-host.invalid", "/var/run/postgresql", "a" * 300, "ä" * 70, "x\ny"])
async def test_a_host_without_an_address_is_said_to_be_unknown(host: str) -> None:
    with pytest.raises(CannotReach) as raised:
        await OWN.addresses(host, 5432)
    assert raised.value.code == "host_not_found"


async def test_private_networks_are_allowed_until_an_operator_says_otherwise() -> None:
    assert await AddressPolicy().addresses("10.1.2.3", 5432) == ["10.1.2.3"]
    only = AddressPolicy(networks=(ipaddress.ip_network("10.0.0.0/8"),))
    assert await only.addresses("10.1.2.3", 5432) == ["10.1.2.3"]
    with pytest.raises(NotAllowed):
        await only.addresses("127.0.0.1", 5433)


async def test_of_a_name_with_a_good_and_a_bad_address_nothing_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 5432)) for address in ("10.0.0.1", "169.254.169.254")]

    async def resolved(*_: object, **__: object) -> object:
        return both

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", resolved)
    with pytest.raises(NotAllowed):
        await AddressPolicy().addresses("rebinding.example", 5432)


async def test_the_next_address_is_tried_when_one_cannot_be_reached() -> None:
    tried = []

    async def connect(address: str) -> str:
        tried.append(address)
        if address == "::1":
            raise ConnectionRefusedError
        return address

    assert await connected(["::1", "127.0.0.1"], connect) == "127.0.0.1" and tried == ["::1", "127.0.0.1"]
    with pytest.raises(ConnectionRefusedError):
        await connected(["::1", "::1"], connect)

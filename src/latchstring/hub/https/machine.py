"""Under which names and addresses the home's devices reach this machine."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import psutil  # type: ignore[import-untyped]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(each)
    for each in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",  # carriers, and private networks such as Tailscale
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_INNER = ("br-", "cni", "docker", "lxc", "podman", "veth", "virbr")
"""Networks between this machine and its own containers."""
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


@dataclass(frozen=True)
class Reached:
    """Names in small letters, the most telling first; private addresses, without those of one cable only."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]

    @property
    def elsewhere(self) -> str | None:
        """Where other devices find it."""
        return next((str(each) for each in self.addresses if not each.is_loopback), None)

    def __contains__(self, host: str) -> bool:
        return host.lower() in (*self.names, *map(str, self.addresses))


def reached(more: Iterable[str] = ()) -> Reached:
    """This machine as it is now, and `more` names or addresses from the settings."""
    given = [name.lower().rstrip(".") for name in more]
    typed = [address for name in given if (address := as_address(name)) is not None]
    names = [*host_names(), *(name for name in given if as_address(name) is None)]
    addresses = [*typed, *_own_addresses()]
    return Reached(
        tuple(dict.fromkeys([*(name for name in names if _NAME.fullmatch(name)), "localhost"])),
        tuple(dict.fromkeys(each for each in addresses if is_private(each))),
    )


def host_names() -> list[str]:
    """`porch`, `porch.local`, and the whole name if the machine has a longer one."""
    whole = socket.gethostname().lower()
    first = whole.partition(".")[0]
    return list(dict.fromkeys([f"{first}.local", first, whole]))


def is_private(address: Address) -> bool:
    return any(address in network for network in PRIVATE)


def as_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _own_addresses() -> list[Address]:
    """Those that devices of the home can open first; without those of one cable (fe80::), which none can."""
    found = [
        (address.is_loopback, interface.startswith(_INNER), address.version, int(address), address)
        for interface, addresses in psutil.net_if_addrs().items()
        for each in addresses
        if (address := as_address(each.address)) is not None
        and not (address.version == 6 and address.is_link_local)
    ]
    return [address for *_, address in sorted(found)]

"""Addresses that cameras tell, and where they are really reached."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from latchstring.base.hosts import can_be_asked_for
from latchstring.hub.cameras.onvif.errors import BadOnvifAddress, UnreadableAddress
from latchstring.hub.cameras.onvif.models import Login

PATH = "/onvif/device_service"
PORTS = (80, 8000, 2020, 8080, 8899, 5000)
"""Where cameras answer ONVIF: the standard's, Reolink's, Tapo's, and what others took."""


def candidates(typed: str) -> list[str]:
    """Device services that may be meant: an address as it was found, or a host, with or without port."""
    typed = typed.strip()
    parts = _split(typed if "://" in typed else f"http://{typed}")
    if parts.username or parts.password:
        raise BadOnvifAddress(
            "leave the login out of the address; name and password have fields of their own"
        )
    if "://" in typed and parts.path.strip("/"):
        return [typed]
    host = _shown_host(parts.hostname or "")
    ports: Sequence[int] = (parts.port,) if parts.port else PORTS
    return [f"{parts.scheme}://{host}:{port}{PATH}" for port in ports]


def host_of(address: str) -> str:
    return _split(address).hostname or ""


def shown(address: str) -> str:
    """A device's host, with its port where that is not the usual one."""
    parts = _split(address)
    port = f":{parts.port}" if parts.port not in (None, 80) else ""
    return f"{_shown_host(parts.hostname or '')}{port}"


def reached(told: str, through: str) -> str:
    """A service's address, with the host that answers: cameras tell of hosts they had once, or of a router's.

    So a camera cannot send a login to another host either.
    """
    ours, theirs = _split(through), _told(told)
    if theirs.hostname == ours.hostname and theirs.scheme in ("http", "https"):
        return urlunsplit(theirs)
    return urlunsplit(ours._replace(path=theirs.path, query=theirs.query, fragment=""))


def stream(told: str, through: str, login: Login | None) -> str:
    """A stream's address with the host that answers and the login it needs; the told port is kept."""
    theirs = _told(told)
    host = _shown_host(host_of(through))
    port = f":{theirs.port}" if theirs.port else ""
    user = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}@" if login and login.user else ""
    return urlunsplit(theirs._replace(netloc=f"{user}{host}{port}"))


def choose(addresses: Sequence[str], answered_from: str) -> str | None:
    """Of the addresses a device tells in a search, the one on the host that answered."""
    usable = [
        each for each in addresses if each.startswith(("http://", "https://")) and urlsplit(each).hostname
    ]
    if not usable:
        return None
    ours = [each for each in usable if urlsplit(each).hostname == answered_from]
    if ours:
        return ours[0]
    parts = urlsplit(next((each for each in usable if _is_ipv4(each)), usable[0]))
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{_shown_host(answered_from)}{port}"))


def _is_ipv4(address: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(address).hostname or "").version == 4
    except ValueError:
        return False


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError:
        raise BadOnvifAddress from None
    if (
        parts.scheme not in ("http", "https")
        or not can_be_asked_for(parts.hostname or "")
        or any(ord(c) <= 32 for c in address.strip())
    ):
        raise BadOnvifAddress
    return parts


def _told(address: str) -> SplitResult:
    try:
        parts = urlsplit(address.strip())
        _ = parts.hostname, parts.port
    except ValueError:
        raise UnreadableAddress from None
    return parts


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host

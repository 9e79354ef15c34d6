"""WS-Discovery (2005/04) as ONVIF uses it (Core, 7.3): ask the home network, and hear who answers."""

from __future__ import annotations

import selectors
import socket
import struct
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from urllib.parse import unquote

from latchstring.base.errors import BadInput
from latchstring.base.hosts import can_be_asked_for
from latchstring.hub.cameras.onvif import places, soap
from latchstring.hub.cameras.onvif.models import Found

PORT = 3702
GROUP = "239.255.255.250"
MULTICAST = "multicast"
SEARCH_SECONDS = 4.0
ASK_AGAIN_SECONDS = 1.0
"""UDP may be lost, and a camera may have been asleep; the same question is answered once."""
_SCOPE = "onvif://www.onvif.org/"
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>'
    '<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
    "<a:MessageID>{id}</a:MessageID>"
    '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body>'
    '<Probe xmlns="http://schemas.xmlsoap.org/ws/2005/04/discovery"><Types xmlns:dn="http://www.onvif.org/ver10/'
    'network/wsdl">dn:NetworkVideoTransmitter</Types></Probe></s:Body></s:Envelope>'
)


class BadSearchPlace(BadInput):
    """Cameras are looked for by 'multicast', or at a host like 192.168.20.5 or 192.168.20.5:3702."""


def search(where: Sequence[str] = (MULTICAST,), *, seconds: float = SEARCH_SECONDS) -> Iterator[Found]:
    """Each camera once, as soon as it answers; ends after `seconds`."""
    asked = f"urn:uuid:{uuid.uuid4()}"
    probe = _PROBE.format(id=asked).encode()
    deadline = time.monotonic() + seconds
    told: set[str] = set()
    with ExitStack() as opened:
        ready = opened.enter_context(selectors.DefaultSelector())
        lines = [opened.enter_context(line) for line in _lines(where)]
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ)
        ask_at = time.monotonic()
        while (now := time.monotonic()) < deadline:
            if now >= ask_at:
                for line in lines:
                    line.ask(probe)
                ask_at = now + ASK_AGAIN_SECONDS
            wait = max(0.0, min(deadline, ask_at) - time.monotonic())
            for key, _ in ready.select(wait):
                assert isinstance(key.fileobj, socket.socket)
                answer, sender = key.fileobj.recvfrom(65_536)
                found = read_answer(answer, asked, sender[0])
                if found is not None and found.address not in told:
                    told.add(found.address)
                    yield found


def read_answer(answer: bytes, asked: str, sender: str) -> Found | None:
    """None: it answers somebody else, is no camera, or cannot be read."""
    envelope = soap.parse(answer)
    match = soap.one(envelope, "ProbeMatch") if envelope is not None else None
    if match is None or soap.text(envelope, "RelatesTo") != asked:
        return None
    scopes = [unquote(scope) for scope in soap.text(match, "Scopes").split()]
    if "NetworkVideoTransmitter" not in soap.text(match, "Types") and not any(_SCOPE in s for s in scopes):
        return None
    try:
        address = places.choose(soap.text(match, "XAddrs").split(), sender)
    except ValueError:  # no address at all, like http://[ or one with port 99999
        return None
    if address is None:
        return None
    return Found(address=address, name=_scope(scopes, "name"), model=_scope(scopes, "hardware"))


def _scope(scopes: Sequence[str], kind: str) -> str:
    start = f"{_SCOPE}{kind}/"
    return next((scope.removeprefix(start)[:80] for scope in scopes if scope.startswith(start)), "")


class _Line:
    """A socket and whom it asks."""

    def __init__(self, to: tuple[str, int], interface: int | None = None) -> None:
        self._to = to
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if interface is not None:
            which = struct.pack("4s4si", bytes(4), bytes(4), interface)  # struct ip_mreqn
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, which)

    def ask(self, probe: bytes) -> None:
        with suppress(OSError):  # an interface that is down asks nobody
            self.socket.sendto(probe, self._to)

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def _lines(where: Sequence[str]) -> Iterator[_Line]:
    for place in where:
        if place != MULTICAST:
            yield _Line(parse_place(place))
            continue
        for number, name in socket.if_nameindex():
            if name != "lo":
                with suppress(OSError):  # no IPv4 on it
                    yield _Line((GROUP, PORT), number)


def parse_place(place: str) -> tuple[str, int]:
    """Whom to ask: everybody, or one host."""
    if place == MULTICAST:
        return GROUP, PORT
    host, _, port = place.partition(":")
    if not can_be_asked_for(host) or (port and not (port.isdecimal() and 0 < int(port) < 65_536)):
        raise BadSearchPlace(f"cameras cannot be looked for at {place!r}; {BadSearchPlace.__doc__}")
    return host, int(port or PORT)

"""The tracks in a camera's session description (RFC 4566), as far as sound to and from it needs them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from latchstring.hub.cameras.g711 import Law

_STATIC: dict[int, Law] = {0: "mulaw", 8: "alaw"}  # RFC 3551, table 4
_NAMED: dict[str, Law] = {"PCMU/8000": "mulaw", "PCMA/8000": "alaw"}
_DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")


@dataclass(frozen=True, kw_only=True)
class Coding:
    """A payload type of a track, and G.711's law behind it."""

    payload: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Track:
    """Directions are ONVIF's: `sendonly` is for who asked, so it goes to the camera (Streaming, 5.3)."""

    kind: str  # video, audio, application
    control: str
    direction: str
    codings: tuple[Coding, ...]  # only those of G.711 with one channel


def tracks(description: str, base: str) -> list[Track]:
    """In the order of the description; `base` is what their addresses are relative to."""
    sections: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line.strip())
    return [_track(section, base) for section in sections[1:]]


def _track(section: list[str], base: str) -> Track:
    kind, *rest = section[0].removeprefix("m=").split()
    attributes = [line.removeprefix("a=") for line in section if line.startswith("a=")]
    direction = next((each for each in attributes if each in _DIRECTIONS), "recvonly")
    control = next((a.removeprefix("control:") for a in attributes if a.startswith("control:")), "")
    named = dict(_named(a.removeprefix("rtpmap:")) for a in attributes if a.startswith("rtpmap:"))
    payloads = [int(text) for text in rest[2:] if text.isdigit()]
    laws = {
        payload: _NAMED.get(named[payload]) if payload in named else _STATIC.get(payload)
        for payload in payloads
    }
    codings = tuple(Coding(payload=payload, law=law) for payload, law in laws.items() if law is not None)
    return Track(kind=kind, control=_address(control, base), direction=direction, codings=codings)


def _named(text: str) -> tuple[int, str]:
    """`0 PCMU/8000` and `0 PCMU/8000/1` are the same."""
    number, _, name = text.partition(" ")
    name, rate, *channels = [*name.strip().upper().split("/"), ""][:3]
    mono = not channels or channels[0] in ("", "1")
    return (int(number) if number.isdigit() else -1, f"{name}/{rate}" if mono else "")


def _address(control: str, base: str) -> str:
    """RFC 2326, C.1.1; cameras mean their own address with a slash, whatever URL joining would make of it."""
    if urlsplit(control).scheme:
        return control
    return base if control in ("", "*") else f"{base.rstrip('/')}/{control.lstrip('/')}"

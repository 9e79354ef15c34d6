"""What a camera says that it sends and takes (RFC 4566), as far as it matters here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from latchstring.hub.cameras.g711 import Law
from latchstring.hub.cameras.rtsp_wire import number

_STATIC = {0: "PCMU/8000", 8: "PCMA/8000", 26: "JPEG/90000"}  # RFC 3551, tables 4 and 5
_LAWS: dict[str, Law] = {"PCMU": "mulaw", "PCMA": "alaw"}
_DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")


@dataclass(frozen=True, kw_only=True)
class Format:
    """A payload type of a track, and what stands behind it."""

    payload: int
    name: str  # in capitals
    rate: int
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)  # names in small letters


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
    formats: tuple[Format, ...]

    @property
    def codings(self) -> tuple[Coding, ...]:
        """Those of G.711 with one channel, as it is spoken to cameras."""
        return tuple(
            Coding(payload=each.payload, law=_LAWS[each.name])
            for each in self.formats
            if each.name in _LAWS and (each.rate, each.channels) == (8000, 1)
        )


@dataclass(frozen=True, kw_only=True)
class Session:
    """The whole description."""

    control: str
    tracks: tuple[Track, ...]  # in its order


def read(description: str, base: str) -> Session:
    """`base` is what its addresses are relative to."""
    sections: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line.strip())
    return Session(
        control=_address(_control(sections[0]), base),
        tracks=tuple(_track(section, base) for section in sections[1:]),
    )


def _track(section: list[str], base: str) -> Track:
    kind, *rest = [*section[0].removeprefix("m=").split(), ""]
    direction = next((each for each in _attributes(section) if each in _DIRECTIONS), "recvonly")
    named, told = _by_payload(section, "rtpmap:"), _by_payload(section, "fmtp:")
    formats = []
    for text in rest[2:]:
        payload = number(text)
        if payload is not None and (name := named.get(payload) or _STATIC.get(payload)):
            formats.append(_format(payload, name, told.get(payload, "")))
    return Track(
        kind=kind, control=_address(_control(section), base), direction=direction, formats=tuple(formats)
    )


def _format(payload: int, name: str, told: str) -> Format:
    """`PCMU/8000` and `PCMU/8000/1` are the same."""
    name, rate, channels = [*name.upper().split("/"), "", ""][:3]
    parameters = (each.partition("=") for each in told.split(";"))
    return Format(
        payload=payload,
        name=name.strip(),
        rate=number(rate) or 0,
        channels=number(channels) or 1,
        parameters={key.strip().lower(): value.strip() for key, _, value in parameters if key.strip()},
    )


def _attributes(section: list[str]) -> list[str]:
    return [line.removeprefix("a=") for line in section if line.startswith("a=")]


def _control(section: list[str]) -> str:
    found = (each.removeprefix("control:") for each in _attributes(section) if each.startswith("control:"))
    return next(found, "").strip()


def _by_payload(section: list[str], attribute: str) -> dict[int | None, str]:
    found = {}
    for each in _attributes(section):
        if each.startswith(attribute):
            payload, _, value = each.removeprefix(attribute).strip().partition(" ")
            found[number(payload)] = value.strip()
    return found


def _address(control: str, base: str) -> str:
    """RFC 2326, C.1.1; cameras mean their own address with a slash, whatever URL joining would make of it."""
    if has_scheme(control):
        return control
    return base if control in ("", "*") else f"{base.rstrip('/')}/{control.lstrip('/')}"


def has_scheme(address: str) -> bool:
    try:
        return bool(urlsplit(address).scheme)
    except ValueError:
        return False

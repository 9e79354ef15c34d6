"""A camera, and what comes out of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from latchstring.base.ids import CameraId


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """A camera as the owner entered it. Addresses may hold a login; show them only through `shown`."""

    id: CameraId
    name: str
    url: str
    sub_url: str | None = None

    def __repr__(self) -> str:
        return f"CameraSettings({self.id}, {self.name!r})"


@dataclass(frozen=True, kw_only=True)
class CameraNotice:
    """Something a camera said by itself, through ONVIF: it saw motion, or somebody rang."""

    camera: CameraId
    kind: Literal["motion", "press"]
    active: bool  # motion ends with a notice too; a press is always active
    at_us: int  # UTC of its arrival by the hub's clock, never the camera's


@dataclass(frozen=True, kw_only=True)
class StreamInfo:
    """An H.264 stream. Media times count in ticks of 1/`timescale` seconds."""

    timescale: int
    extradata: bytes  # parameter sets: an avcC record, Annex B, or nothing yet


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """One coded frame, as the camera sent it."""

    data: bytes  # Annex B, or with the length prefixes that the stream's avcC record names
    pts: int
    dts: int
    duration: int  # 0: not known
    arrived: float  # seconds on the clock's `monotonic`


class PacketSource(Protocol):
    """An open connection to one camera."""

    @property
    def info(self) -> StreamInfo: ...

    def packets(self) -> Iterator[Packet]:
        """Every packet, the first keyframe too. Never just ends: a camera that stops is a `CameraError`."""
        ...

    def close(self) -> None: ...


class Opener(Protocol):
    """Reaches cameras."""

    def open(self, url: str) -> PacketSource:
        """Connect, or raise a `CameraError` or `BadCameraUrl`."""
        ...

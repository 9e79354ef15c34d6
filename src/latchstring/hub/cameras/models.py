"""A camera, and what comes out of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from latchstring.base.ids import CameraId
from latchstring.hub.cameras.patience import Patience


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """A camera as the owner entered it. Addresses may hold a login; show them only through `shown`."""

    id: CameraId
    name: str
    url: str
    sub_url: str | None = None
    records_sound: bool = False  # only where its owner says so

    def __repr__(self) -> str:
        return f"CameraSettings({self.id}, {self.name!r})"


@dataclass(frozen=True, kw_only=True)
class CameraNotice:
    """Something a camera said by itself, through ONVIF: it saw motion, or somebody rang."""

    camera: CameraId
    kind: Literal["motion", "press"]
    active: bool  # motion ends with a notice too; a press is always active
    at_us: int
    """UTC by the hub's clock, never the camera's: of its arrival; of what it says, where that comes late."""
    is_late: bool = False  # the camera held it for a minute or more, while it could not be reached


AAC_FRAME = 1024
SoundCodec = Literal["pcm_mulaw", "pcm_alaw", "aac"]


@dataclass(frozen=True, kw_only=True)
class SoundInfo:
    """A camera's sound, in a coding that is recorded as it comes."""

    codec: SoundCodec
    rate: int  # samples per second and channel
    channels: int
    config: bytes = b""  # of AAC: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)

    def samples(self, data: bytes) -> int:
        """How many of them a packet holds, for each channel."""
        return AAC_FRAME if self.codec == "aac" else len(data) // self.channels


@dataclass(frozen=True, kw_only=True)
class StreamInfo:
    """An H.264 stream. Media times count in ticks of 1/`timescale` seconds."""

    timescale: int
    extradata: bytes  # parameter sets: an avcC record, Annex B, or nothing yet
    sound: SoundInfo | None = None  # None: not asked for, not there, or not in a coding that is recorded
    other_sound: str | None = None  # the name of a coding that is not recorded, where sound was asked for


class Packet(NamedTuple):
    """One coded frame, as the camera sent it. Thirty a second of each camera are made, so it is a tuple."""

    data: bytes  # Annex B, or with the length prefixes that the stream's avcC record names
    pts: int
    dts: int
    duration: int  # 0: not known
    arrived: float  # seconds on the clock's `monotonic`
    starts: tuple[int, ...] = ()  # where in Annex B each NAL unit begins; empty: not known


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundPacket:
    """Some sound, as the camera sent it: G.711 samples, or one AAC access unit without ADTS."""

    data: bytes
    pts: int  # of its first sample, in ticks of 1/`rate` of this connection
    arrived: float  # seconds on the clock's `monotonic`


class PacketSource(Protocol):
    """An open connection to one camera."""

    @property
    def info(self) -> StreamInfo: ...

    def packets(self) -> Iterator[Packet | SoundPacket]:
        """Every packet, the first keyframe too. Never just ends: a camera that stops is a `CameraError`.

        Sound comes only where it was asked for and `info.sound` is there; it may break off at any time.
        """
        ...

    def close(self) -> None: ...


def pictures(source: PacketSource) -> Iterator[Packet]:
    """What there is to see, for those who take no sound."""
    return (packet for packet in source.packets() if isinstance(packet, Packet))


class Opener(Protocol):
    """Reaches cameras."""

    def open(self, url: str, *, sound: bool = False, patience: Patience | None = None) -> PacketSource:
        """Connect, or raise a `CameraError` or `BadCameraUrl`.

        Without `sound` none is handed over; without `patience` each picture is, as soon as it is there.
        """
        ...

"""A camera's sound out of RTP packets: G.711 (RFC 3551, 4.5.14) and AAC (RFC 3640, 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from latchstring.hub.cameras.models import AAC_FRAME, SoundCodec, SoundInfo, SoundPacket
from latchstring.hub.cameras.rtp import Rtp, Ticks
from latchstring.hub.cameras.rtsp_wire import number
from latchstring.hub.cameras.sdp import Format, Track

_G711: dict[str, SoundCodec] = {"PCMU": "pcm_mulaw", "PCMA": "pcm_alaw"}
_AAC = "MPEG4-GENERIC"
_MOST_HEAD_BITS = 32

Take = Callable[[Rtp, float], list[SoundPacket]]
"""The sound in a packet that came at an instant."""


def find(tracks: Sequence[Track]) -> tuple[Track, Format] | None:
    """The camera's microphone, in the first of its codings."""
    heard = (
        each for each in tracks if each.kind == "audio" and each.direction != "sendonly" and each.formats
    )
    track = next(heard, None)
    return (track, track.formats[0]) if track is not None else None


def info(told: Format) -> SoundInfo | None:
    """None if its coding is not recorded."""
    if told.rate == 0:
        return None
    if (codec := _G711.get(told.name)) is not None:
        return SoundInfo(codec=codec, rate=told.rate, channels=told.channels)
    config = _config(told)
    if told.name == _AAC and config and 0 < sum(_head_bits(told)) <= _MOST_HEAD_BITS:
        return SoundInfo(codec="aac", rate=told.rate, channels=told.channels, config=config)
    return None


def reader(told: Format, sound: SoundInfo) -> Take:
    """What takes this sound out of its packets."""
    return _Aac(*_head_bits(told)).take if sound.codec == "aac" else _Samples().take


class _Samples:
    def __init__(self) -> None:
        self._ticks = Ticks()

    def take(self, packet: Rtp, arrived: float) -> list[SoundPacket]:
        pts = self._ticks.at(packet.stamp)
        return [SoundPacket(data=bytes(packet.body), pts=pts, arrived=arrived)] if packet.body else []


class _Aac:
    """Access units stand behind all their heads, several in a packet or one in several."""

    def __init__(self, size_bits: int, index_bits: int) -> None:
        self._size_bits, self._head_bits = size_bits, size_bits + index_bits
        self._ticks = Ticks()
        self._part, self._part_stamp = b"", 0

    def take(self, packet: Rtp, arrived: float) -> list[SoundPacket]:
        pts, body = self._ticks.at(packet.stamp), bytes(packet.body)
        bits = int.from_bytes(body[:2], "big")
        at = 2 + (bits + 7) // 8
        heads = int.from_bytes(body[2:at], "big") >> -bits % 8
        units: list[bytes] = []
        for n in range(bits // self._head_bits, 0, -1):
            head = heads >> (n - 1) * self._head_bits & (1 << self._head_bits) - 1
            size = head >> self._head_bits - self._size_bits
            data = body[at : at + size]
            if len(data) < size:
                units += self._piece(data, size, packet.stamp)
                break
            units.append(data)
            at += size
        return [
            SoundPacket(data=unit, pts=pts + n * AAC_FRAME, arrived=arrived)
            for n, unit in enumerate(units)
            if unit
        ]

    def _piece(self, data: bytes, size: int, stamp: int) -> list[bytes]:
        part = self._part + data if stamp == self._part_stamp else data
        is_whole = len(part) == size
        self._part, self._part_stamp = (b"", 0) if is_whole or len(part) > size else (part, stamp)
        return [part] if is_whole else []


def _config(told: Format) -> bytes:
    try:
        return bytes.fromhex(told.parameters.get("config", ""))
    except ValueError:
        return b""


def _head_bits(told: Format) -> tuple[int, int]:
    """Of the size, and of the index behind it (3.2.1)."""
    parameters = told.parameters
    size, index = parameters.get("sizelength", "0"), parameters.get("indexlength", "0")
    return number(size) or 0, number(index) or 0

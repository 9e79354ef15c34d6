"""`rtsp://` and `rtsps://` over TCP, with Basic and Digest logins (RFC 2326, RFC 2617), by libav."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

import av

from latchstring.base.clock import Clock
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.container import check_codec, find_sound, find_video, sound_info
from latchstring.hub.cameras.errors import (
    CameraError,
    CameraHungUp,
    CameraSilent,
    CameraUnreachable,
    NoSuchStream,
    NotVideo,
    WrongLogin,
)
from latchstring.hub.cameras.models import Packet, SoundPacket, StreamInfo

SILENT_SECONDS = 4.0
"""Of the socket, in libav: PyAV's own would take the interpreter's lock at each piece that comes."""

MOST_HELD = 16
"""More frames than this are never reordered in H.264 (A.3.1, MaxDpbFrames)."""

# The shortest probe: the session description already names the codec, and libav's own wait is 1 to 3 s.
_OPTIONS = {
    "rtsp_transport": "tcp",
    "probesize": "32",
    "analyzeduration": "0",
    "timeout": str(round(SILENT_SECONDS * 1e6)),
}


class RtspSource:
    """One connection. Its packets are for one thread; `close` may come from the same thread only."""

    def __init__(self, url: str, clock: Clock, *, sound: bool = False) -> None:
        self._clock = clock
        self._sounds: list[SoundPacket] = []
        began = clock.monotonic()
        try:
            self._container = av.open(url, options=dict(_OPTIONS))
        except (av.error.FFmpegError, OSError, ValueError) as e:
            _explain_open(e, timed_out=clock.monotonic() - began > SILENT_SECONDS * 0.95)
        try:
            self._stream = find_video(self._container)
            check_codec(self._stream)
        except CameraError:
            self._container.close()
            raise
        base = self._stream.time_base
        heard = find_sound(self._container) if sound else None
        known = sound_info(heard) if heard is not None else None
        self._sound = heard if known is not None else None
        self.info = StreamInfo(
            timescale=base.denominator if base is not None else 90_000,
            extradata=bytes(self._stream.codec_context.extradata or b""),
            sound=known,
            other_sound=heard.codec_context.name if heard is not None and known is None else None,
        )

    def packets(self) -> Iterator[Packet | SoundPacket]:
        try:
            for packet in in_time(self._coded(), self.info.timescale):
                yield from self._sounds
                self._sounds.clear()
                yield packet
        except av.error.TimeoutError:
            raise CameraSilent from None
        except (av.error.FFmpegError, OSError):
            raise CameraHungUp from None
        raise CameraHungUp

    def close(self) -> None:
        self._container.close()

    def _coded(self) -> Iterator[Coded]:
        asked = self._clock.monotonic()
        streams = [self._stream] if self._sound is None else [self._stream, self._sound]
        for packet in self._container.demux(streams):
            if packet.size == 0:
                return
            heard = self._clock.monotonic()
            if packet.stream is self._sound:
                if packet.pts is not None:
                    self._sounds.append(SoundPacket(data=bytes(packet), pts=packet.pts, arrived=heard))
                if heard - asked > SILENT_SECONDS:
                    raise CameraSilent  # there is sound, and no picture
                continue
            duration = packet.duration or 0
            # libav completes a frame when the next one begins, so it came one frame earlier.
            arrived = heard - duration / self.info.timescale
            yield Coded(bytes(packet), packet.pts, packet.dts, duration, arrived)
            if heard - asked > SILENT_SECONDS * 0.95:
                raise CameraSilent  # at the first time-out libav hands over the frame that it held back
            asked = self._clock.monotonic()


@dataclass(frozen=True)
class Coded:
    """A packet as libav gives it: times may be missing."""

    data: bytes
    pts: int | None
    dts: int | None
    duration: int
    arrived: float


def in_time(coded: Iterator[Coded], timescale: int) -> Iterator[Packet]:
    """The packets with every time filled in.

    Over RTSP libav delivers the first packets, the first keyframe among them, without a decode time. They are
    held until one with a decode time comes, and are counted back from it.
    """
    held: list[Coded] = []
    last: int | None = None
    for c in _put_together(coded):
        dts = c.dts
        if dts is None and last is None and len(held) < MOST_HELD:
            held.append(c)
            continue
        if dts is None:
            dts = c.pts if last is None else last + max(c.duration, 1)
        step = c.duration or timescale // 25
        dts = len(held) * step if dts is None else dts
        for i, early in enumerate(held):
            yield _timed(early, dts - step * (len(held) - i))
        held.clear()
        yield _timed(c, dts)
        last = dts


def _put_together(coded: Iterator[Coded]) -> Iterator[Coded]:
    """Keyframes of several slices are one packet each, whole.

    Some senders repeat the parameter sets before every slice of a keyframe, and libav then hands over each
    slice by itself. So the first keyframe waits for the packet after it; if that goes on with its picture,
    all keyframes of this connection wait for theirs. Parameter sets inside a picture are left out.
    """
    held: Coded | None = None
    sliced: bool | None = None
    for c in coded:
        if sliced is False:
            yield c
            continue
        units = h264.split_annex_b(c.data)
        if held is not None:
            if h264.continues_picture(units):
                held, sliced = _joined(held, units), True
                continue
            yield held
            held, sliced = None, sliced or False
        if sliced is not False and h264.has_keyframe(units):
            held = c
        else:
            yield c
    if held is not None:
        yield held


def _joined(first: Coded, units: list[bytes]) -> Coded:
    rest = [h264.START_CODE + unit for unit in units if not h264.is_parameter_set(unit)]
    return replace(first, data=first.data + b"".join(rest))


def _timed(c: Coded, dts: int) -> Packet:
    pts = dts if c.pts is None else c.pts
    return Packet(data=c.data, pts=pts, dts=dts, duration=c.duration, arrived=c.arrived)


def _explain_open(e: Exception, *, timed_out: bool) -> NoReturn:
    """What went wrong, without libav's text: that holds the address with its login.

    libav's error after its time-out depends on how far it came, so the time itself is looked at.
    """
    if isinstance(e, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        raise WrongLogin from None
    if isinstance(e, (av.error.HTTPClientError, av.error.HTTPServerError)):
        raise NoSuchStream from None
    if timed_out or isinstance(e, av.error.TimeoutError):
        raise CameraSilent("the address answers, but sends no picture; restart the camera") from None
    if isinstance(e, av.error.InvalidDataError):
        raise NotVideo from None
    if isinstance(e, OSError):
        raise CameraUnreachable from None
    raise NotVideo from None

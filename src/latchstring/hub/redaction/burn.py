"""Burn into a clip what must not be seen: each frame decoded, painted over, encoded anew.

What comes out has the form of a recording (`recording.fmp4`) with the same GOPs: as many frames, each shown
at the same tick, under the same times of day. Only what the encoder makes of the painted pictures is in it:
no sound, no SEI of the camera or of the encoder. A frame that cannot be decoded shows the one before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.codec.context import Flags
from av.video.frame import PictureType

from latchstring.hub.cameras import h264
from latchstring.hub.cameras.decode import Decoder
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.models import StoredGop, Track
from latchstring.hub.recording.samples import Sample, samples
from latchstring.hub.redaction.paint import Box, Brush
from latchstring.hub.redaction.plan import Plan

OPTIONS = {
    "preset": "veryfast",
    "crf": "18",
    "forced-idr": "1",
    "a53cc": "0",
    "x264-params": "log-level=-1:bframes=0:scenecut=0:keyint=infinite",
}
ENCODER_THREADS = 2
Told = Callable[[float], None]
"""Hears how far it is, 0 to 1; what it raises ends the work."""
Faces = Mapping[int, Sequence[Box]]
"""Where faces are, by the tick at which a frame is shown."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of one frame in the clip."""

    gop: int
    shown_at: int
    duration: int


def burn(
    clip: Clip, plan: Plan, *, faces: Faces | None = None, told: Told = lambda _: None
) -> Iterator[bytes]:
    """The init segment, then each GOP, as soon as it is made."""
    brush = Brush(plan.regions, clip.run.track.width, clip.run.track.height)
    encoder: _Encoder | None = None
    under_way: deque[_Slot] = deque()
    writer = _Writer(clip)
    frames = sum(gop.frames for gop in clip.gops)
    for done, (slot, picture, decoder) in enumerate(_in_order(clip)):
        told(done / frames)
        painted = brush.paint(picture, (faces or {}).get(slot.shown_at, ()))
        if encoder is None:
            encoder = _Encoder(clip, decoder)
            yield encoder.init
        under_way.append(slot)
        starts = slot.shown_at == clip.gops[slot.gop].media_start
        for sample in encoder.encode(painted, slot.shown_at, is_keyframe=starts):
            yield from writer.add(under_way.popleft(), sample)
    if encoder is None:
        raise BrokenVideo
    for sample in encoder.rest():
        yield from writer.add(under_way.popleft(), sample)
    yield writer.close()


def _in_order(clip: Clip) -> Iterator[tuple[_Slot, av.VideoFrame, Decoder]]:
    """Each frame of the clip as it is shown, one for every coded frame."""
    last: av.VideoFrame | None = None
    for number in range(len(clip.gops)):
        data = clip.chunk(number + 1)
        coded = samples(data)
        slots = deque(_slots(number, coded, clip.gops[number], fmp4.gop_duration(data)))
        decoder = Decoder(clip.run.track.avcc, fast=False)
        for picture in pictures(decoder, coded):
            while slots and slots[0].shown_at < (picture.pts or 0):
                yield slots.popleft(), last or picture, decoder
            if slots and slots[0].shown_at == picture.pts:
                yield slots.popleft(), picture, decoder
                last = picture
        if last is None:
            raise BrokenVideo
        for slot in slots:
            yield slot, last, decoder


def pictures(decoder: Decoder, coded: Iterable[Sample]) -> Iterator[av.VideoFrame]:
    """What of these frames can be decoded; `pts` is when it is shown."""
    for sample in coded:
        try:
            yield from decoder.frames(sample.data, sample.shown_at)
        except BrokenVideo:
            continue
    yield from decoder.rest()


def _slots(number: int, coded: Sequence[Sample], gop: StoredGop, duration: int) -> list[_Slot]:
    times = sorted(sample.shown_at for sample in coded)
    end = max(gop.media_start + duration, times[-1] + 1)
    return [_Slot(number, at, following - at) for at, following in pairwise([*times, end])]


class _Encoder:
    """libx264 without B-frames: what is shown first is coded first."""

    def __init__(self, clip: Clip, decoder: Decoder) -> None:
        track = clip.run.track
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, av.VideoCodecContext)
        context.width, context.height, context.pix_fmt = track.width, track.height, "yuv420p"
        context.time_base = Fraction(1, track.timescale)
        frames = sum(gop.frames for gop in clip.gops)
        seconds = clip.during.duration.total_seconds()
        context.framerate = Fraction(frames / seconds).limit_denominator(1000)  # for the level it claims
        context.thread_count = ENCODER_THREADS
        context.flags |= Flags.global_header
        context.options = OPTIONS
        decoder.lend_colours(context)
        context.open()
        self._context = context
        sets, _ = h264.read_extradata(bytes(context.extradata or b""))
        if sets is None:
            raise BrokenVideo
        made = Track(
            codec=sets.codec,
            width=track.width,
            height=track.height,
            timescale=track.timescale,
            avcc=sets.avcc(),
        )
        self.init = fmp4.init_segment(made)

    def encode(self, picture: av.VideoFrame, shown_at: int, *, is_keyframe: bool) -> Iterator[bytes]:
        picture.pts, picture.time_base = shown_at, self._context.time_base
        picture.pict_type = PictureType.I if is_keyframe else PictureType.NONE
        yield from map(_slices, self._context.encode(picture))

    def rest(self) -> Iterator[bytes]:
        yield from map(_slices, self._context.encode(None))


def _slices(packet: object) -> bytes:
    """The picture itself, behind lengths. The encoder's words about itself (SEI) are left out."""
    units = h264.split_annex_b(bytes(packet))  # type: ignore[call-overload]
    return h264.join([unit for unit in units if unit[0] & 0x1F in (h264.SLICE, h264.IDR)])


class _Writer:
    """Lays frames out in GOPs, under the times of the clip's own."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._gop = 0
        self._frames = 0
        self._fragments: list[bytes] = []
        self._duration = 0

    def add(self, slot: _Slot, sample: bytes) -> Iterator[bytes]:
        """The frame; answers the GOP before it when this one begins another."""
        if slot.gop != self._gop:
            yield self.close()
            self._gop, self._fragments, self._duration = slot.gop, [], 0
        opened = not self._fragments
        if opened:
            gop = self._clip.gops[self._gop]
            self._fragments.append(fmp4.open_gop(gop.start_us, slot.shown_at))
        self._frames += 1
        self._duration += slot.duration
        self._fragments.append(
            fmp4.fragment(
                self._frames,
                slot.shown_at,
                sample,
                duration=slot.duration,
                offset=0,
                is_keyframe=opened,
            )
        )

    def close(self) -> bytes:
        gop = self._clip.gops[self._gop]
        seal = fmp4.seal_gop(
            self._fragments, frames=len(self._fragments) - 1, duration=self._duration, end_us=gop.end_us
        )
        return b"".join([*self._fragments, seal])

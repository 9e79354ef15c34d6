"""Coded frames in, motion samples out: which frames are decoded, and which pictures are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import av

from latchstring.hub.cameras import h264
from latchstring.hub.cameras.decode import Decoder, Luma, luma
from latchstring.hub.cameras.errors import BrokenVideo
from latchstring.hub.cameras.patience import WATCHED_SECONDS
from latchstring.hub.motion.detector import Detector, MotionSample, stride
from latchstring.hub.motion.gears import LONGEST_BLIND_US, Gears, Sizes
from latchstring.hub.motion.models import CodedFrame, MotionSettings

LOOK_EVERY_US = 200_000


class Looker:
    """One camera, for one thread, but for `settings` and `stir`. Starts anew with each session."""

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self.settings = settings or MotionSettings()
        self._told_us: int | None = None
        self._session: int | None = None
        self._decoder: Decoder | None = None  # second gear has one that goes on from frame to frame
        self._opened: Decoder | None = None  # first gear: one that has decoded the last keyframe, and no more
        self._kept: list[CodedFrame] = []  # first gear: what is not decoded since
        self._keyframe_us = 0
        self.patience_seconds = WATCHED_SECONDS
        """How long frames may gather before they are looked at."""

    def stir(self, at_us: int) -> None:
        """Something stirs, somebody else says: look at every frame for a while. From any thread."""
        self._told_us = at_us

    def restart(self) -> None:
        """The stream is broken here; wait for the next keyframe with a new decoder."""
        self._session = None

    def look(self, frame: CodedFrame) -> list[MotionSample]:
        """Every picture must pass, whole: see `whole`. Each sample has the time of its own picture."""
        samples: list[MotionSample] = []
        if frame.session != self._session:
            with suppress(BrokenVideo):
                samples = self.rest()
            self._begin(frame)
        samples += self._samples(frame)
        self.patience_seconds = self._gears.patience_seconds(frame.utc_us)
        return samples

    def _samples(self, frame: CodedFrame) -> list[MotionSample]:
        at_us = frame.utc_us
        if self._told_us is not None:
            self._gears.told(self._told_us)
            self._told_us = None
        if _opens_gop(frame):
            return self._open(frame)
        if not self._is_joined():
            return []
        self._kept.append(frame)
        if self._sizes.hint(len(frame.data)):
            self._gears.hinted(at_us)
        if at_us - self._keyframe_us > LONGEST_BLIND_US:
            self._gears.blind(at_us)
        return self._catch_up() if self._is_second(at_us) else []

    def rest(self) -> list[MotionSample]:
        """What was kept and what the decoder still holds, where a stream breaks off or a film ends."""
        if self._session is None or not self._is_joined():
            return []
        samples = self._catch_up()
        assert self._decoder is not None
        return samples + [sample for picture in self._decoder.rest() for sample in self._looks(picture)]

    def _is_joined(self) -> bool:
        """A stream is joined with a keyframe."""
        return self._decoder is not None or self._opened is not None or bool(self._kept)

    def _begin(self, frame: CodedFrame) -> None:
        self._session = frame.session
        self._gears, self._sizes = Gears(frame.utc_us), Sizes()
        self._decoder, self._opened, self._kept = None, None, []
        self._detector = Detector(self.settings)
        self._next_us = 0

    def _is_second(self, at_us: int) -> bool:
        return self.settings.always_awake or self._gears.is_second(at_us)

    def _open(self, keyframe: CodedFrame) -> list[MotionSample]:
        """First gear at a keyframe: if it stirs, what was kept before it is decoded to see since when."""
        self._keyframe_us = keyframe.utc_us
        if self._is_second(keyframe.utc_us):
            self._kept.append(keyframe)
            return self._catch_up()
        picture, opened = _decode_alone(keyframe)
        samples = self._glance(luma(picture, stride(picture.height)), keyframe.utc_us)
        if samples:
            self._next_us = _following(keyframe.utc_us)
        else:
            samples = [*self.rest(), *self._looks(picture)]
        self._decoder, self._opened, self._kept = None, opened, [] if opened else [keyframe]
        return samples

    def _glance(self, picture: Luma, utc_us: int) -> list[MotionSample]:
        """A look, if it shows what was expected, so that what lies before it need not be looked at."""
        self._detector.settings = self.settings
        if not self._gears.is_clear():
            if not self._detector.stirs(picture):
                return [self._detector.look(picture, utc_us)]
            self._gears.hinted(utc_us)
            return []
        tried = self._detector.copy()
        sample = tried.look(picture, utc_us)
        self._gears.looked(sample)
        if not self._gears.is_clear():
            return []
        self._detector = tried
        return [sample]

    def _catch_up(self) -> list[MotionSample]:
        kept, self._kept = self._kept, []
        if self._decoder is None:
            self._decoder, self._opened = self._opened or Decoder(kept[0].extradata), None
        return [sample for frame in kept for sample in self._decode(frame)]

    def _decode(self, frame: CodedFrame) -> list[MotionSample]:
        assert self._decoder is not None
        pictures = self._decoder.frames(frame.data, frame.utc_us)
        return [sample for picture in pictures for sample in self._looks(picture)]

    def _looks(self, picture: av.VideoFrame) -> Iterator[MotionSample]:
        utc_us = picture.pts
        if utc_us is None or utc_us < self._next_us:
            return
        self._next_us = _following(utc_us)
        self._detector.settings = self.settings
        small = luma(picture, stride(picture.height))
        sample = self._detector.look(small, utc_us, closely=bool(picture.key_frame))  # the gear hangs on it
        self._gears.looked(sample)
        yield sample


def _decode_alone(keyframe: CodedFrame) -> tuple[av.VideoFrame, Decoder | None]:
    """Its picture, and a decoder that can go on behind it; None where pictures come out late."""
    decoder = Decoder(keyframe.extradata)
    for picture in decoder.frames(keyframe.data, keyframe.utc_us):
        return picture, decoder
    for picture in decoder.rest():
        return picture, None
    raise BrokenVideo


def whole(frames: Iterable[CodedFrame]) -> Iterator[CodedFrame]:
    """Pictures that came in pieces are put together again; so each comes when the next one begins."""
    held: CodedFrame | None = None
    has_slice = False
    for frame in frames:
        head = h264.first_slice(frame.data, frame.extradata)
        goes_on = not has_slice or (head and not head[1] & 0x80)  # its first macroblock is not 0 (7.4.3)
        if held is not None and held.session == frame.session and goes_on:
            held = CodedFrame(held.session, held.data + frame.data, frame.extradata, held.utc_us)
            has_slice = has_slice or bool(head)
            continue
        if held is not None:
            yield held
        held, has_slice = frame, bool(head)
    if held is not None:
        yield held


def _opens_gop(frame: CodedFrame) -> bool:
    head = h264.first_slice(frame.data, frame.extradata)
    return bool(head) and head[0] & 0x1F == h264.IDR


def _following(utc_us: int) -> int:
    """A little early is on time: a camera's ten frames a second do not come on the tick."""
    return utc_us + LOOK_EVERY_US * 9 // 10

"""Sound as every browser and player takes it: G.711 coded anew as AAC, AAC as it is.

Recordings keep what the camera sent. This is done for those who listen, as long as they do, and for files
that are taken along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from latchstring.base.errors import NotFound
from latchstring.hub.cameras import g711
from latchstring.hub.cameras.models import AAC_FRAME, SoundInfo
from latchstring.hub.recording import fmp4, sound_track
from latchstring.hub.recording.clip import Clip
from latchstring.hub.recording.sound_track import SoundPiece

RATE = 48_000
"""A high one, since a packet of AAC is 1024 samples long and nobody wants to wait for them."""
BITS_PER_SECOND = 64_000
JITTER_SECONDS = 0.04
"""A gap or an overlap that is shorter is left to add up; a longer one is filled, or cut away."""
LONGEST_FILLED_SECONDS = 60.0
"""Some cameras send no sound while it is quiet, for hours. What is longer is left out, not coded."""


class NoSound(NotFound):
    """No sound was recorded in this time."""


class Playable:
    """One run's sound, for one listener. `info` is of what comes out."""

    def __init__(self, sound: SoundInfo) -> None:
        self._coder = None if sound.codec == "aac" else _Coder(sound)
        self.info = sound if self._coder is None else self._coder.info

    def add(self, pieces: Iterable[SoundPiece]) -> list[SoundPiece]:
        """What these complete."""
        return list(pieces) if self._coder is None else list(self._coder.add(pieces))

    def rest(self) -> list[SoundPiece]:
        """What is still inside."""
        return [] if self._coder is None else list(self._coder.rest())


def sound_of(clip: Clip) -> tuple[SoundInfo, Iterator[bytes]]:
    """A clip's sound by itself: what it is, and its init segment and fragments as they are made.

    A `prft` before them ties their times to UTC, as a GOP's does.
    """
    sound = clip.run.sound
    if sound is None or not any(gop.sound_bytes for gop in clip.gops):
        raise NoSound
    playable = Playable(sound)
    return playable.info, _sound_of(clip, playable)


def _sound_of(clip: Clip, playable: Playable) -> Iterator[bytes]:
    first, rate = clip.gops[0], playable.info.rate
    yield sound_track.init_segment(playable.info)
    begin = first.media_start * rate // clip.run.track.timescale
    yield fmp4.open_gop(first.start_us, begin, sound_track.TRACK_ID)
    for number in range(1, len(clip.gops) + 1):
        yield sound_track.fragment(number, playable.add(clip.sound(number)), playable.info)
    yield sound_track.fragment(len(clip.gops) + 1, playable.rest(), playable.info)


class _Coder:
    def __init__(self, sound: SoundInfo) -> None:
        self._law: g711.Law = "mulaw" if sound.codec == "pcm_mulaw" else "alaw"
        self._sound = sound
        self._begin_anew()
        self.info = SoundInfo(
            codec="aac", rate=RATE, channels=1, config=bytes(self._encoder.extradata or b"")
        )

    def _begin_anew(self) -> None:
        self._begin: int | None = None
        self._next = 0  # sample of the sound, from its begin
        self._resampler = av.AudioResampler("fltp", "mono", RATE, frame_size=AAC_FRAME)
        context = av.CodecContext.create("aac", "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate, context.layout, context.format = RATE, "mono", "fltp"
        context.bit_rate, context.time_base = BITS_PER_SECOND, Fraction(1, RATE)
        context.open()
        self._encoder = context

    def add(self, pieces: Iterable[SoundPiece]) -> Iterator[SoundPiece]:
        for piece in pieces:
            if self._gap_before(piece) > LONGEST_FILLED_SECONDS * self._sound.rate:
                yield from self.rest()
                self._begin_anew()
            samples = self._samples(piece)
            if len(samples):
                frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
                frame.sample_rate, frame.pts = self._sound.rate, self._next
                frame.time_base = Fraction(1, self._sound.rate)
                self._next += len(samples)
                yield from self._encode(self._resampler.resample(frame))

    def rest(self) -> Iterator[SoundPiece]:
        if self._next:
            yield from self._encode(self._resampler.resample(None))
            yield from self._encode([None])

    def _gap_before(self, piece: SoundPiece) -> int:
        """Samples that are missing; below 0: that were there already."""
        return 0 if self._begin is None else piece.at - self._begin - self._next

    def _samples(self, piece: SoundPiece) -> NDArray[np.int16]:
        """Those that come next: silence where some are missing, without those that overlap."""
        pcm = np.frombuffer(g711.decode(piece.data, self._law), "<i2")
        if self._sound.channels > 1:
            pcm = pcm.reshape(-1, self._sound.channels).mean(axis=1).astype(np.int16)
        if self._begin is None:
            self._begin = piece.at
        gap = self._gap_before(piece)
        if abs(gap) <= JITTER_SECONDS * self._sound.rate:
            return pcm
        return pcm[-gap:] if gap < 0 else np.concatenate([np.zeros(gap, np.int16), pcm])

    def _encode(self, frames: Iterable[av.AudioFrame | None]) -> Iterator[SoundPiece]:
        """Without the encoder's own beginning, which is before the sound's."""
        assert self._begin is not None
        begin = self._begin * RATE // self._sound.rate
        for frame in frames:
            for packet in self._encoder.encode(frame):
                if packet.pts is not None and packet.pts >= 0:
                    yield SoundPiece(data=bytes(packet), at=begin + packet.pts)

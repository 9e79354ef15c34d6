"""From packets to fragments, GOPs and runs. No disk, no thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from latchstring.base.clock import Clock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras import h264
from latchstring.hub.cameras.errors import BrokenVideo, NoKeyframe
from latchstring.hub.cameras.media_clock import STEP_US, arrival_us, end_of_gop
from latchstring.hub.cameras.models import Packet, SoundPacket, StreamInfo
from latchstring.hub.recording import fmp4, sound_track
from latchstring.hub.recording.models import Fragment, Gop, Run, Track
from latchstring.hub.recording.sound_clock import SoundClock
from latchstring.hub.recording.sound_track import SoundPiece

MAX_GOP_BYTES = 64 << 20
MAX_GOP_SECONDS = 60
LONGEST_WAIT_SECONDS = 30
GUESSED_FPS = 4
"""Rather too long: a browser drops what follows a gap of more than two frames, but not what overlaps."""
LOST_FRAMES = 4
"""So many frames, and a second, without a picture before a keyframe are a gap."""
MOST_BROKEN = 50


@dataclass(frozen=True, kw_only=True)
class WholeGop:
    """A finished GOP with its bytes, ready for the disk."""

    gop: Gop
    run: Run
    parts: tuple[bytes, ...]
    """Its fragments, its sound and its seal, written one after the other: see decision 49."""

    @property
    def seal(self) -> bytes:
        """For those who have the fragments already."""
        return self.parts[-1]


@dataclass
class _InFlight:
    start_us: int
    first_dts: int
    ahead_us: int  # of its start, the zero of the monotonic clock
    fragments: list[bytes] = field(default_factory=list)
    size_bytes: int = 0
    shortest: int | None = None  # step from frame to frame, in ticks
    earliest_us: int | None = None  # smallest distance of a frame's arrival from its predicted time


class Assembler:
    """Turns the packets of one connection into fragments and whole GOPs.

    A new run starts with the first keyframe, and with the next one after the parameter sets have changed,
    media time has jumped, or media time and arrival no longer agree.
    """

    def __init__(self, camera: CameraId, info: StreamInfo, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._timescale = info.timescale
        self._sets, self._length_size = h264.read_extradata(info.extradata)
        self._waiting_since: float | None = None
        self._run: Run | None = None
        self._gop: _InFlight | None = None
        self._broken = 0  # packets in a row
        self._frames = 0  # in this run
        self._zero_dts = 0  # decode time of the run's first keyframe
        self._delay = 0  # its presentation time minus its decode time
        self._last_dts = 0
        self._duration = max(1, info.timescale // GUESSED_FPS)  # of the frame before this one
        self._sound = info.sound
        self._sound_clock: SoundClock | None = None
        self._heard: list[SoundPiece] = []  # not written yet

    def feed(self, packet: Packet | SoundPacket) -> Iterator[Run | Fragment | WholeGop | SoundPiece]:
        """What this packet completes, in order: the GOP before it, a new run, its own fragment."""
        if isinstance(packet, SoundPacket):
            yield from self._hear(packet)
            return
        units = self._split(packet)
        if units is None:
            return
        is_keyframe = h264.has_keyframe(units)
        if self._gop is not None:
            if self._jumps(packet):
                yield from self.finish()
                self._run = None
            elif packet.dts <= self._last_dts:
                packet = packet._replace(dts=self._last_dts + 1)
        if is_keyframe and (sets := h264.parameter_sets(units) or self._sets) is not None:
            yield from self._start_gop(packet, sets)
        if self._run is None or self._gop is None:
            self._wait(packet)
            return
        yield self._fragment(self._gop, packet, h264.join(units), is_keyframe=is_keyframe)

    def _split(self, packet: Packet) -> list[bytes] | None:
        """None: what the network left of this frame is no NAL unit. A whole one comes soon, or never."""
        try:
            if packet.starts:
                units = h264.split_at(packet.data, packet.starts)
            else:
                units = h264.split(packet.data, self._length_size)
        except BrokenVideo:
            self._broken += 1
            if self._broken > MOST_BROKEN:
                raise
            return None
        self._broken = 0
        return units

    def _hear(self, packet: SoundPacket) -> Iterator[SoundPiece]:
        """Sound begins with the run's first picture, and is kept until its GOP ends."""
        gop, sound, clock = self._gop, self._sound, self._sound_clock
        if gop is None or sound is None or clock is None:
            return
        arrived_us = arrival_us(self._clock, packet.arrived) - gop.start_us
        arrived = (gop.first_dts - self._zero_dts) / self._timescale + arrived_us / 1e6
        at = clock.place(packet.pts, sound.samples(packet.data), arrived)
        gop.size_bytes += len(packet.data)
        if at < 0 or gop.size_bytes > MAX_GOP_BYTES:
            return
        self._heard.append(SoundPiece(data=packet.data, at=at))
        yield self._heard[-1]

    def finish(self) -> Iterator[WholeGop]:
        """The GOP in flight, ended one frame after its last: for a camera that stops or jumps."""
        if self._run is not None and self._gop is not None:
            yield self._close(self._run, self._gop, self._last_dts + self._duration)
        self._gop = None

    def _jumps(self, packet: Packet) -> bool:
        step = packet.dts - self._last_dts
        return not -self._timescale < step < MAX_GOP_SECONDS * self._timescale

    def _wait(self, packet: Packet) -> None:
        if self._waiting_since is None:
            self._waiting_since = packet.arrived
        if packet.arrived - self._waiting_since > LONGEST_WAIT_SECONDS:
            raise NoKeyframe

    def _start_gop(self, packet: Packet, sets: h264.ParameterSets) -> Iterator[Run | WholeGop]:
        self._waiting_since = None
        arrived_us = arrival_us(self._clock, packet.arrived)
        start_us = arrived_us
        if self._run is not None and self._gop is not None:
            end_dts = self._end_before(packet, self._gop)
            whole = self._close(self._run, self._gop, end_dts)
            yield whole
            start_us = whole.gop.end_us + self._micros(packet.dts - end_dts)
        in_step = abs(arrived_us - start_us) <= STEP_US
        if self._run is None or sets != self._sets or not in_step:
            start_us = max(start_us, arrived_us) if in_step else arrived_us
            self._run = self._start_run(packet, sets, start_us)
            yield self._run
        ahead_us = arrived_us - start_us - round(packet.arrived * 1e6)
        self._gop = _InFlight(start_us=start_us, first_dts=packet.dts, ahead_us=ahead_us)

    def _end_before(self, keyframe: Packet, gop: _InFlight) -> int:
        """Where the next GOP starts; but where many frames before it were lost, one frame after the last."""
        step = keyframe.dts - self._last_dts
        if gop.shortest is None or step <= max(self._timescale, LOST_FRAMES * gop.shortest):
            return keyframe.dts
        return self._last_dts + gop.shortest

    def _start_run(self, packet: Packet, sets: h264.ParameterSets, start_us: int) -> Run:
        width, height = sets.size
        track = Track(
            codec=sets.codec, width=width, height=height, timescale=self._timescale, avcc=sets.avcc()
        )
        self._sets = sets
        self._zero_dts, self._delay = packet.dts, packet.pts - packet.dts
        self._frames = 0
        self._sound_clock = SoundClock(self._sound.rate) if self._sound is not None else None
        self._heard.clear()
        init = fmp4.init_segment(track, self._sound)
        return Run(camera=self._camera, start_us=start_us, track=track, init=init)

    def _fragment(self, gop: _InFlight, packet: Packet, sample: bytes, *, is_keyframe: bool) -> Fragment:
        media_us = self._micros(packet.dts - gop.first_dts)
        late_us = gop.ahead_us + round(packet.arrived * 1e6) - media_us
        gop.earliest_us = late_us if gop.earliest_us is None else min(gop.earliest_us, late_us)
        if gop.fragments:
            self._duration = packet.dts - self._last_dts
            gop.shortest = min(self._duration, gop.shortest or self._duration)
        data = fmp4.fragment(
            self._frames + 1,
            packet.dts - self._zero_dts,
            sample,
            duration=packet.duration or self._duration,
            offset=packet.pts - packet.dts - self._delay,
            is_keyframe=is_keyframe,
        )
        opening = b"" if gop.fragments else fmp4.open_gop(gop.start_us, packet.dts - self._zero_dts)
        data = opening + data
        self._frames += 1
        self._last_dts = packet.dts
        gop.fragments.append(data)
        gop.size_bytes += len(data)
        if gop.size_bytes > MAX_GOP_BYTES or media_us > MAX_GOP_SECONDS * 1_000_000:
            raise NoKeyframe
        return Fragment(
            data=data,
            sample_at=len(data) - len(sample),
            is_keyframe=is_keyframe,
            utc_us=gop.start_us + media_us,
        )

    def _close(self, run: Run, gop: _InFlight, end_dts: int) -> WholeGop:
        sound = self._sound_until(end_dts - self._zero_dts)
        body = [*gop.fragments, sound]
        duration = end_dts - gop.first_dts
        end_us = end_of_gop(gop.start_us, self._micros(duration), gop.earliest_us or 0)
        seal = fmp4.seal_gop(body, frames=len(gop.fragments), duration=duration, end_us=end_us)
        return WholeGop(
            gop=Gop(
                camera=self._camera,
                run_us=run.start_us,
                start_us=gop.start_us,
                end_us=end_us,
                frames=len(gop.fragments),
                media_start=gop.first_dts - self._zero_dts,
                sound_bytes=len(sound),
            ),
            run=run,
            parts=(*body, seal),
        )

    def _sound_until(self, end: int) -> bytes:
        """The sound that belongs to the GOP; what comes after it, or comes late, goes with the next."""
        if self._sound is None:
            return b""
        last = end * self._sound.rate // self._timescale
        now = [piece for piece in self._heard if piece.at < last]
        self._heard = self._heard[len(now) :]
        return sound_track.fragment(self._frames + 1, now, self._sound)

    def _micros(self, ticks: int) -> int:
        return ticks * 1_000_000 // self._timescale

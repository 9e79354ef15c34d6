"""`rtsp://` and `rtsps://` over TCP (RFC 2326): pictures in H.264, and their sound where it is wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from latchstring.base.clock import Clock
from latchstring.hub.cameras import address, h264, h264_rtp, rtp, sound_rtp
from latchstring.hub.cameras.container import unsupported
from latchstring.hub.cameras.decode_times import DecodeTimes
from latchstring.hub.cameras.errors import (
    BrokenVideo,
    CameraError,
    CameraSilent,
    NoSuchStream,
    NoVideoTrack,
)
from latchstring.hub.cameras.gathering import Arrivals
from latchstring.hub.cameras.models import Packet, SoundInfo, SoundPacket, StreamInfo
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.cameras.rtsp_call import SILENT_SECONDS, Call
from latchstring.hub.cameras.sdp import Format, Track
from latchstring.hub.cameras.turns import Turns

VIDEO_RATE = 90_000
_INTERLEAVED = "2"


class RtspSource:
    """One connection. Its packets are for one thread; `close` may come from the same thread only."""

    def __init__(
        self, url: str, clock: Clock, *, sound: bool = False, patience: Patience | None = None
    ) -> None:
        self._patience = patience
        self._call = Call(address.parse(url), clock, refused=_refused)
        try:
            tracks = self._call.describe()
            track, video = _find_video(tracks)
            self._channel, self._payload = self._call.set_up(track, wanted=0), video.payload
            self._sound_channel, self._sound_payload = -1, -1
            heard = sound_rtp.find(tracks) if sound else None
            known = self._take_sound(*heard) if heard is not None else None
            self.info = StreamInfo(
                timescale=video.rate or VIDEO_RATE,
                extradata=h264_rtp.parameter_sets(video.parameters.get("sprop-parameter-sets", "")),
                sound=known,
                other_sound=heard[1].name.lower() if heard is not None and known is None else None,
            )
            self._call.play()
        except BaseException:
            self._call.close()
            raise

    def packets(self) -> Iterator[Packet | SoundPacket]:
        call, channel, payload = self._call, self._channel, self._payload
        pictures = h264_rtp.Pictures(channel, payload, lambda: call.heard_at)
        turns = Turns(self.info.timescale, self._patience, call.heard_at)
        taken = _Taken(self.info, turns)
        seen_at = call.heard_at
        try:
            for came in call.media(pictures.eat):
                heard_at = call.heard_at
                if came is None:
                    call.keep_alive()
                    if whole := pictures.whole():
                        seen_at = heard_at
                        taken.add(whole)
                    yield from taken.since(turns.since, heard_at, has_gathered=turns.has_gathered)
                    if not call.left_some:
                        self._wait(turns)
                    continue
                packet = rtp.read(came.data)
                if packet is not None and (came.channel, packet.payload) == (channel, payload):
                    seen_at = heard_at
                    pictures.take(packet)
                    continue
                if heard_at - seen_at > SILENT_SECONDS:
                    raise CameraSilent
                if packet is not None and (came.channel, packet.payload) == (
                    self._sound_channel,
                    self._sound_payload,
                ):
                    taken.sounds += self._sounds(packet, heard_at)
        except CameraError:
            taken.add(pictures.whole())
            yield from taken.since(turns.since, call.heard_at, has_gathered=turns.has_gathered)
            raise

    def _wait(self, turns: Turns) -> None:
        call = self._call
        seconds = turns.pause(call.heard_at, taken_bytes=call.taken_bytes, holds_bytes=call.holds_bytes)
        if self._patience is not None and turns.has_gathered:
            self._patience.sleep(seconds)
        elif seconds > 0:
            time.sleep(seconds)

    def close(self) -> None:
        with suppress(CameraError):
            self._call.tear_down()
        self._call.close()

    def _take_sound(self, track: Track, told: Format) -> SoundInfo | None:
        """None: its coding is not recorded, or the camera keeps it to itself."""
        known = sound_rtp.info(told)
        if known is None:
            return None
        try:
            self._sound_channel = self._call.set_up(track, wanted=2)
        except NoSuchStream:
            return None
        self._sound_payload, self._sounds = told.payload, sound_rtp.reader(told, known)
        return known


class _Shown(NamedTuple):
    """A picture with both its times."""

    picture: h264_rtp.Picture
    pts: int
    dts: int

    def packet(self, arrived: float) -> Packet:
        picture = self.picture
        return Packet(
            data=picture.data,
            pts=self.pts,
            dts=self.dts,
            duration=0,
            arrived=arrived,
            starts=() if picture.is_keyframe else picture.starts,
        )


class _Taken:
    """What one read brought, until it is known when each of it arrived."""

    def __init__(self, info: StreamInfo, turns: Turns) -> None:
        self.sounds: list[SoundPacket] = []
        self._pictures: list[_Shown] = []
        self._timed, self._turns = _Timed(info), turns
        self._timescale, self._rate = info.timescale, info.sound.rate if info.sound is not None else 1
        self._shown, self._heard = Arrivals(), Arrivals()

    def add(self, whole: Sequence[h264_rtp.Picture]) -> None:
        for picture in whole:
            pts, dts = self._timed.of(picture)
            self._turns.whole(dts)
            self._pictures.append(_Shown(picture, pts, dts))

    def since(self, before: float, heard_at: float, *, has_gathered: bool) -> Iterator[Packet | SoundPacket]:
        """Sound first: what belongs to a GOP must be there when its pictures end it."""
        sounds, pictures = self.sounds, self._pictures
        if sounds:
            self.sounds = []
            arrivals = self._heard.of([each.pts / self._rate for each in sounds], before, heard_at)
            if has_gathered:
                sounds = [replace(each, arrived=at) for each, at in zip(sounds, arrivals, strict=True)]
            yield from sounds
        if pictures:
            self._pictures = []
            arrivals = self._shown.of([each.dts / self._timescale for each in pictures], before, heard_at)
            for each, at in zip(pictures, arrivals, strict=True):
                yield each.packet(at if has_gathered else each.picture.arrived)


class _Timed:
    """Both times of each picture, from 0 on."""

    def __init__(self, info: StreamInfo) -> None:
        self._ticks = rtp.Ticks()
        self._decoded = DecodeTimes(info.timescale)
        self._sets: h264.ParameterSets | None = None
        self._learn(info.extradata)

    def of(self, picture: h264_rtp.Picture) -> tuple[int, int]:
        """When it is shown, and when it is decoded."""
        if picture.is_keyframe:
            self._learn(picture.before_slices())
        pts = self._ticks.at(picture.stamp)
        return pts, self._decoded.of(pts)

    def _learn(self, data: bytes) -> None:
        with suppress(BrokenVideo):
            sets = h264.parameter_sets(h264.split_annex_b(data))
            if sets is not None and sets != self._sets:
                self._sets = sets
                self._decoded.expect(sets.reordered)


def _find_video(tracks: Sequence[Track]) -> tuple[Track, Format]:
    """The camera's first video; a second one would be another stream."""
    track = next((track for track in tracks if track.kind == "video"), None)
    if track is None or not track.formats:
        raise NoVideoTrack
    video = track.formats[0]
    if video.name != "H264":
        raise unsupported(video.name)
    if video.parameters.get("packetization-mode") == _INTERLEAVED:
        raise h264_rtp.Interleaved
    return track, video


def _refused(_method: str, _status: int) -> CameraError:
    return NoSuchStream()

"""A video file as a camera: played at its own pace, over and over, its media time running on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av

from latchstring.base.clock import Clock
from latchstring.hub.cameras.container import check_codec, find_sound, find_video, sound_info
from latchstring.hub.cameras.errors import BadCameraUrl, BrokenVideo, NotVideo
from latchstring.hub.cameras.models import Packet, SoundPacket, StreamInfo
from latchstring.hub.cameras.pacing import Pace

FORMATS = "mov,matroska,mpegts,avi,flv"
"""Containers of pictures. libav would also take text for a film, and lists that name other files."""


class FileSource:
    """Opens the file once more for each loop, so nothing of it is held in memory."""

    def __init__(self, path: Path, clock: Clock, *, sound: bool = False) -> None:
        self._path = path
        self._clock = clock
        self._pace = Pace(clock)
        with _open(self._path) as container:
            stream = find_video(container)
            check_codec(stream)
            if stream.time_base is None or stream.time_base.numerator != 1:
                raise BrokenVideo("the video file's time base cannot be used; convert it to MP4")
            heard = find_sound(container) if sound else None
            known = sound_info(heard) if heard is not None else None
            self.info = StreamInfo(
                timescale=stream.time_base.denominator,
                extradata=bytes(stream.codec_context.extradata or b""),
                sound=known,
                other_sound=heard.codec_context.name if heard is not None and known is None else None,
            )

    def packets(self) -> Iterator[Packet | SoundPacket]:
        shift, end = 0, 0
        while True:
            first: int | None = None
            for coded in self._once():
                if isinstance(coded, SoundPacket):
                    if first is not None:
                        yield self._in_time(coded, shift)
                    continue
                if first is None:
                    first = coded.dts
                    shift = end - first
                dts = coded.dts + shift
                end = dts + max(coded.duration, 1)
                arrived = self._pace.wait_for(dts / self.info.timescale)
                yield coded._replace(pts=coded.pts + shift, dts=dts, arrived=arrived)
            if first is None:
                raise BrokenVideo("the video file holds no pictures")

    def once(self) -> Iterator[Packet]:
        """Its pictures from its start to its end, as fast as it can be read, with the file's own times."""
        return (coded for coded in self._once() if isinstance(coded, Packet))

    def _in_time(self, sound: SoundPacket, shift: int) -> SoundPacket:
        """Later by `shift` of the pictures' ticks, and come when it is over. No picture waits for it."""
        info = self.info.sound
        assert info is not None
        pts = sound.pts + shift * info.rate // self.info.timescale
        return replace(sound, pts=pts, arrived=self._pace.due((pts + info.samples(sound.data)) / info.rate))

    def _once(self) -> Iterator[Packet | SoundPacket]:
        with _open(self._path) as container:
            pictures = find_video(container)
            heard = find_sound(container) if self.info.sound is not None else None
            for coded in _demux(container, [pictures] if heard is None else [pictures, heard]):
                if coded.dts is None or coded.size == 0:
                    continue
                if coded.stream is heard:
                    yield SoundPacket(data=bytes(coded), pts=self._samples(coded), arrived=0.0)
                    continue
                yield Packet(
                    data=bytes(coded),
                    pts=coded.dts if coded.pts is None else coded.pts,
                    dts=coded.dts,
                    duration=coded.duration or 0,
                    arrived=0.0,
                )

    def _samples(self, sound: av.Packet[av.stream.Stream]) -> int:
        assert self.info.sound is not None
        assert sound.time_base is not None
        return round((sound.dts or 0) * sound.time_base * self.info.sound.rate)

    def close(self) -> None:
        """Nothing stays open between two packets."""


def decoded(path: Path) -> Iterator[av.VideoFrame]:
    """The pictures of a file in any coding; what cannot be decoded is passed over."""
    with _open(path) as container:
        for coded in _demux(container, [find_video(container)]):
            with suppress(av.error.FFmpegError):
                yield from (picture for picture in coded.decode() if isinstance(picture, av.VideoFrame))


def _open(path: Path) -> av.container.InputContainer:
    try:
        return av.open(str(path), mode="r", options={"format_whitelist": FORMATS})
    except FileNotFoundError:
        raise BadCameraUrl(f"there is no video file {path}") from None
    except IsADirectoryError:
        raise BadCameraUrl(f"{path} is a folder, not a video file") from None
    except PermissionError:
        raise BadCameraUrl(f"the video file {path} may not be read by the hub") from None
    except av.error.FFmpegError:
        raise NotVideo(f"{path} is not a video file, or it is damaged") from None


def _demux(
    container: av.container.InputContainer, streams: list[av.VideoStream | av.AudioStream]
) -> Iterator[av.Packet[av.stream.Stream]]:
    try:
        yield from container.demux(streams)
    except av.error.FFmpegError as e:
        raise BrokenVideo("the video file is damaged") from e

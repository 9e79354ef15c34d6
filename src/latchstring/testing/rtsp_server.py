"""A real RTSP server for tests and the demo: GStreamer's, run as a script under the system's Python.

    /usr/bin/python3 rtsp_server.py --port 8554 --login digest --user owner --password secret \
        --mount /porch=file:/video/porch.mp4 --mount /test=pattern:640x360@10

Sources: `file:PATH` (H.264 in MP4, served as it is, over and over, placed in time by the machine's clock),
`stall:PATH` (its first keyframe, then nothing), `lossy:PATH` (5 % of its packets dropped, by netsim),
`garbage:PATH` (its frames with noise for content),
`pattern:WxH@FPS` and `hevc:WxH@FPS` (encoded here), `clock:WxH@FPS` (each frame says when it was made),
`mulaw:WxH@FPS` and `alaw:WxH@FPS` (doorbells: a pattern, a tone of 440 Hz in that law, an ONVIF backchannel;
what it is told goes as signed 16-bit samples into a file of the mount's name in `--heard FOLDER`),
`aac:WxH@FPS` and `opus:WxH@FPS` (a pattern, and the tone in that coding).
Prints `ready PORT` once it listens. Ends when its standard input does, so it never outlives who started it.
Imports nothing of the project: the system's Python has other packages.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import struct
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstApp, GstRtsp, GstRtspServer  # noqa: E402

assert GstApp  # registers pull-sample and push-buffer

LOSS = 0.05
RATE = 8000
_PAY = "rtph264pay name=pay0 pt=96 config-interval=-1"


@dataclass(frozen=True)
class Unit:
    """One coded frame of a file; times in nanoseconds from the file's start."""

    data: bytes
    pts: int
    dts: int
    is_keyframe: bool


@dataclass(frozen=True)
class Film:
    caps: str
    units: list[Unit]
    duration: int


def read_film(path: str) -> Film:
    """All coded frames of an MP4 file, Annex B."""
    pipeline = Gst.parse_launch(
        "filesrc name=file ! qtdemux ! h264parse config-interval=-1 ! "
        "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false"
    )
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PLAYING)
    out, caps, duration = pipeline.get_by_name("out"), "", 0
    units: list[Unit] = []
    while (sample := out.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        caps = caps or sample.get_caps().to_string()
        dts = buffer.dts if buffer.dts != Gst.CLOCK_TIME_NONE else buffer.pts
        zero = units[0].dts if units else 0
        is_keyframe = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        units.append(Unit(buffer.extract_dup(0, buffer.get_size()), buffer.pts, dts, is_keyframe))
        duration = dts - zero + buffer.duration
    pipeline.set_state(Gst.State.NULL)
    if not units:
        sys.exit(f"{path} is not H.264 in MP4")
    return Film(caps, units, duration)


class Feeder(ABC):
    """Feeds one media's appsrc, live, until it is stopped."""

    def __init__(self, source: Gst.Element) -> None:
        self._source = source
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._feed, daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    @abstractmethod
    def _feed(self) -> None: ...


class Player(Feeder):
    """One film, over and over."""

    def __init__(self, film: Film, source: Gst.Element, *, keyframes: int | None, noise: bool) -> None:
        super().__init__(source)
        self._film = film
        self._keyframes = keyframes
        self._noise = noise

    def _feed(self) -> None:
        film, units = self._film, self._film.units
        zero = units[0].dts
        position = int(time.time() * 1e9) % film.duration
        if self._keyframes is not None:
            position = 0
        number = max(i for i, u in enumerate(units) if u.is_keyframe and (u.dts - zero <= position or i == 0))
        began, first, loops = time.monotonic(), units[number].dts, 0
        sent_keyframes = 0
        while not self._over.is_set():
            unit = units[number]
            due = (unit.dts - first + loops * film.duration) / 1e9
            if self._over.wait(max(0.0, began + due - time.monotonic())):
                return
            sent_keyframes += unit.is_keyframe
            if self._keyframes is not None and sent_keyframes > self._keyframes:
                return
            data = _noisy(unit.data) if self._noise else unit.data
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.dts = unit.dts - first + loops * film.duration
            buffer.pts = unit.pts - first + loops * film.duration
            if self._source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            number += 1
            if number == len(units):
                number, loops = 0, loops + 1


class Singer(Feeder):
    """A tone of 440 Hz. GStreamer's own test tone fails when a caller seeks, as libav does at the start."""

    def start(self) -> None:
        """Begins when the media runs: sound handed over before is stamped with the machine's uptime.

        Whoever then plays it in time waits as long as that.
        """
        self._asking = self._source.connect("need-data", self._asked)

    def _asked(self, source: Gst.Element, _size: int) -> None:
        source.disconnect(self._asking)
        super().start()

    def _feed(self) -> None:
        began, number = time.monotonic(), 0
        while not self._over.wait(max(0.0, began + number * 0.02 - time.monotonic())):
            at = range(number * RATE // 50, (number + 1) * RATE // 50)
            samples = [round(8000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in at]
            buffer = Gst.Buffer.new_wrapped(struct.pack(f"<{len(samples)}h", *samples))
            if self._source.emit("push-buffer", buffer) == Gst.FlowReturn.EOS:
                return
            number += 1


def _noisy(data: bytes) -> bytes:
    """The frame with its slices' content replaced; NAL headers and parameter sets stay."""
    noise = random.Random(1)
    parts = data.split(b"\x00\x00\x01")
    for i, part in enumerate(parts):
        if part and part[0] & 0x1F in (1, 5):
            parts[i] = part[:1] + bytes(noise.randrange(4, 256) for _ in part[1:])
    return b"\x00\x00\x01".join(parts)


def film_factory(
    film: Film, *, keyframes: int | None = None, noise: bool = False, loss: float = 0.0
) -> GstRtspServer.RTSPMediaFactory:
    """All viewers of a mount share one player, as they share a camera; of its packets `loss` is dropped."""
    dropped = f"rtph264pay pt=96 config-interval=-1 ! netsim drop-probability={loss} ! identity name=pay0"
    factory = launch_factory(
        f'appsrc name=src is-live=true format=time block=false max-bytes=0 caps="{film.caps}" ! '
        f"{dropped if loss else _PAY}"
    )
    fed_by(factory, "src", lambda source: Player(film, source, keyframes=keyframes, noise=noise))
    return factory


CLOCK_BITS, CLOCK_BLOCK = 20, 16
"""A frame's time in its top left corner: milliseconds since 1970, the lowest bits first, white is 1."""


class ClockPlayer(Feeder):
    """A grey wall with a sensor's noise, the machine's time stamped into each frame as it is handed over."""

    def __init__(self, width: int, height: int, fps: int, source: Gst.Element) -> None:
        super().__init__(source)
        noise = bytes(126 + level // 52 for level in range(256))
        self._walls = [random.randbytes(width * height).translate(noise) for _ in range(8)]
        self._chroma = bytes([128]) * (width * height // 2)
        self._width = width
        self._fps = fps

    def _feed(self) -> None:
        began, number = time.monotonic(), 0
        while not self._over.wait(max(0.0, began + number / self._fps - time.monotonic())):
            picture = bytearray(self._walls[number % len(self._walls)] + self._chroma)
            self._stamp(picture, int(time.time() * 1000))
            buffer = Gst.Buffer.new_wrapped(bytes(picture))
            buffer.pts = number * Gst.SECOND // self._fps
            buffer.duration = Gst.SECOND // self._fps
            if self._source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            number += 1

    def _stamp(self, picture: bytearray, millis: int) -> None:
        row = b"".join(bytes([235 if millis >> bit & 1 else 16]) * CLOCK_BLOCK for bit in range(CLOCK_BITS))
        for y in range(CLOCK_BLOCK):
            picture[y * self._width : y * self._width + len(row)] = row


def clock_factory(width: int, height: int, fps: int) -> GstRtspServer.RTSPMediaFactory:
    factory = launch_factory(
        "appsrc name=src is-live=true format=time block=false "
        f"caps=video/x-raw,format=I420,width={width},height={height},framerate={fps}/1 ! "
        f"x264enc tune=zerolatency speed-preset=ultrafast bitrate=3000 key-int-max={2 * fps} ! {_PAY}"
    )
    fed_by(factory, "src", lambda source: ClockPlayer(width, height, fps, source))
    return factory


def fed_by(
    factory: GstRtspServer.RTSPMediaFactory, appsrc: str, feeder: Callable[[Gst.Element], Feeder]
) -> None:
    """Each media that the factory makes has a feeder of its own, for as long as it lives."""

    def feed(_factory: object, media: GstRtspServer.RTSPMedia) -> None:
        feeding = feeder(media.get_element().get_by_name_recurse_up(appsrc))
        media.connect("unprepared", lambda _media: feeding.stop())
        feeding.start()

    factory.connect("media-configure", feed)


def launch_factory(description: str) -> GstRtspServer.RTSPMediaFactory:
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {description} )")
    factory.set_shared(True)
    return factory


_TONE = (
    "appsrc name=tone is-live=true do-timestamp=true format=time block=false "
    f'caps="audio/x-raw,format=S16LE,layout=interleaved,rate={RATE},channels=1"'
)
_CODED_SOUND = {
    "aac": "audioconvert ! audioresample ! audio/x-raw,rate=16000 ! voaacenc ! aacparse ! rtpmp4gpay",
    "opus": "audioconvert ! audioresample ! opusenc ! rtpopuspay",
}


def sounding_factory(kind: str, coded: str) -> GstRtspServer.RTSPMediaFactory:
    factory = launch_factory(f"{coded} ! {_PAY} {_TONE} ! {_CODED_SOUND[kind]} name=pay1 pt=97")
    fed_by(factory, "tone", Singer)
    return factory


def doorbell_factory(law: str, coded: str, heard: str) -> GstRtspServer.RTSPOnvifMediaFactory:
    """Whoever asks for the backchannel gets a media of its own, as the standard wants it.

    Its sources run on into a fakesink: a caller may take the sound and leave the picture.
    """
    coding, payload = {"mulaw": ("pcmu", 0), "alaw": ("pcma", 8)}[law]
    sound = (
        f"{_TONE} ! {law}enc ! "
        "tee name=sound ! queue ! fakesink async=false sound. ! queue ! "
        f"rtp{coding}pay name=pay1 min-ptime=20000000 max-ptime=20000000"
    )
    factory = GstRtspServer.RTSPOnvifMediaFactory()
    factory.set_media_gtype(GstRtspServer.RTSPOnvifMedia)
    picture = f"{coded} ! tee name=picture ! queue ! fakesink async=false picture. ! queue ! {_PAY}"
    factory.set_launch(f"( {picture} {sound} )")
    caps = f"application/x-rtp,media=audio,payload={payload},clock-rate=8000,encoding-name={coding.upper()}"
    factory.set_backchannel_launch(
        f'( capsfilter caps="{caps}" name=depay_backchannel ! rtp{coding}depay ! {law}dec ! '
        f'filesink location="{heard}" append=true buffer-mode=unbuffered sync=false async=false )'
    )
    factory.set_shared(True)
    fed_by(factory, "tone", Singer)
    return factory


def factory_for(source: str, heard: str) -> GstRtspServer.RTSPMediaFactory:
    kind, _, rest = source.partition(":")
    if kind == "file":
        return film_factory(read_film(rest))
    if kind == "lossy":
        return film_factory(read_film(rest), loss=LOSS)
    if kind == "stall":
        return film_factory(read_film(rest), keyframes=1)
    if kind == "garbage":
        return film_factory(read_film(rest), noise=True)
    size, _, fps = rest.partition("@")
    width, _, height = size.partition("x")
    raw = (
        "videotestsrc is-live=true pattern=ball ! "
        f"video/x-raw,format=I420,width={width},height={height},framerate={fps}/1"
    )
    gop = 2 * int(fps)
    if kind == "clock":
        return clock_factory(int(width), int(height), int(fps))
    coded = f"{raw} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop}"
    if kind == "pattern":
        return launch_factory(f"{coded} ! {_PAY}")
    if kind in ("aac", "opus"):
        return sounding_factory(kind, coded)
    if kind in ("mulaw", "alaw"):
        return doorbell_factory(kind, coded, heard)
    if kind == "hevc":
        return launch_factory(
            f"{raw} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} ! "
            "h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1"
        )
    sys.exit(f"unknown source {source!r}")


def require_login(auth: GstRtspServer.RTSPAuth, kind: str, user: str, password: str) -> None:
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if kind == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)


def allow(factory: GstRtspServer.RTSPMediaFactory) -> None:
    permissions = GstRtspServer.RTSPPermissions()
    for action in ("access", "construct"):
        permissions.add_permission_for_role("user", f"media.factory.{action}", True)
    factory.set_permissions(permissions)


def end_with_the_starter() -> None:
    """The other end of standard input is gone, however its process ended."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--login", choices=["none", "basic", "digest"], default="none")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--tls", metavar="PEM", help="certificate and key; every call is encrypted")
    parser.add_argument("--heard", default=".", metavar="FOLDER")
    parser.add_argument("--mount", action="append", required=True, metavar="PATH=SOURCE")
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPOnvifServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    auth = GstRtspServer.RTSPAuth()
    if options.login != "none":
        require_login(auth, options.login, options.user, options.password)
    if options.tls:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(options.tls))
    if options.login != "none" or options.tls:
        server.set_auth(auth)
    for mount in options.mount:
        path, _, source = mount.partition("=")
        factory = factory_for(source, str(Path(options.heard) / f"{path.strip('/')}.pcm"))
        if options.login != "none":
            allow(factory)
        server.get_mount_points().add_factory(path, factory)
    if not server.attach(None):
        sys.exit(f"cannot listen on port {options.port}")
    threading.Thread(target=end_with_the_starter, daemon=True).start()
    print("ready", server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()

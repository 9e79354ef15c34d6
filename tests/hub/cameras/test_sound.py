"""A camera's sound, as real RTSP servers and files bring it."""

import itertools
from contextlib import closing

import av
import numpy as np
import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras import g711
from latchstring.hub.cameras.models import Packet, SoundPacket
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.testing import rtsp, sounds

needs_server = pytest.mark.skipif(not rtsp.available(), reason=rtsp.WHY_NOT)


@pytest.fixture(scope="module")
def server():
    mounts = {
        "/mulaw": "mulaw:320x240@10",
        "/alaw": "alaw:320x240@10",
        "/aac": "aac:320x240@10",
        "/opus": "opus:320x240@10",
        "/mute": "pattern:320x240@10",
    }
    with rtsp.RtspServer(mounts, login="digest") as server:
        yield server


def heard(source, seconds):
    """Its sound for a while."""
    wanted = seconds * source.info.sound.rate
    packets, had = [], 0
    for packet in source.packets():
        if isinstance(packet, SoundPacket):
            packets.append(packet)
            had += source.info.sound.samples(packet.data)
        if had >= wanted:
            break
    return packets


def decoded(info, packets):
    """As signed 16-bit samples, 8000 a second."""
    if info.codec != "aac":
        return b"".join(g711.decode(packet.data, info.codec.removeprefix("pcm_")) for packet in packets)
    context = av.CodecContext.create("aac", "r")
    context.extradata = info.config
    to_8000 = av.AudioResampler("s16", "mono", g711.RATE)
    frames = [frame for p in packets for frame in context.decode(av.Packet(p.data))]
    return b"".join(bytes(f.to_ndarray()) for frame in frames for f in to_8000.resample(frame))


@needs_server
@pytest.mark.parametrize(
    ("path", "codec", "rate"),
    [("/mulaw", "pcm_mulaw", 8000), ("/alaw", "pcm_alaw", 8000), ("/aac", "aac", 16000)],
)
def test_sound_comes_as_the_camera_sends_it(server, path, codec, rate):
    """The tone that was sent is the tone that is heard, its times count samples, and it comes when it is over."""
    with closing(CameraOpener(SystemClock()).open(server.url(path), sound=True)) as source:
        info = source.info.sound
        packets = heard(source, 1)
    assert (info.codec, info.rate, info.channels) == (codec, rate, 1)
    assert sounds.loudest(decoded(info, packets)) == pytest.approx(440, abs=2)
    lengths = [info.samples(packet.data) for packet in packets[:-1]]
    steps = [b.pts - a.pts for a, b in itertools.pairwise(packets)]
    assert sum(steps) == pytest.approx(sum(lengths), rel=0.1)
    assert all(a.arrived <= b.arrived for a, b in itertools.pairwise(packets))


@needs_server
def test_no_sound_comes_unless_it_is_wanted(server):
    """A camera that has sound, and whose owner does not want it, brings none."""
    with closing(CameraOpener(SystemClock()).open(server.url("/mulaw"))) as source:
        packets = list(itertools.islice(source.packets(), 20))
    assert source.info.sound is None
    assert source.info.other_sound is None
    assert all(isinstance(packet, Packet) for packet in packets)


@needs_server
@pytest.mark.parametrize(("path", "other"), [("/opus", "opus"), ("/mute", None)])
def test_pictures_come_without_a_sound_that_is_not_known(server, path, other):
    """A coding that is not recorded is named, a camera without a microphone has none; both show their pictures."""
    with closing(CameraOpener(SystemClock()).open(server.url(path), sound=True)) as source:
        packets = list(itertools.islice(source.packets(), 10))
    assert source.info.sound is None
    assert source.info.other_sound == other
    assert all(isinstance(packet, Packet) for packet in packets)


def test_a_film_brings_its_sound_over_and_over(tmp_path):
    """A file's sound goes on where its pictures go on, and comes beside the pictures of its time."""
    with av.open(str(tmp_path / "film.mov"), "w") as film:
        video = film.add_stream("libx264", rate=10, options={"tune": "zerolatency"})
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = film.add_stream("pcm_mulaw", rate=g711.RATE, layout="mono")
        for number in range(10):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts = number
            film.mux(video.encode(picture))
            samples = sounds.tone(440, 0.1)
            frame = av.AudioFrame.from_ndarray(
                np.frombuffer(samples, "<i2")[np.newaxis], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = g711.RATE, number * 800
            film.mux(audio.encode(frame))
        film.mux(video.encode(None))
    source = CameraOpener(SystemClock()).open(f"file:{tmp_path}/film.mov", sound=True)
    packets = list(itertools.islice(source.packets(), 60))
    sound = [packet for packet in packets if isinstance(packet, SoundPacket)]
    steps = [b.pts - a.pts for a, b in itertools.pairwise(sound)]
    assert steps == pytest.approx([800] * len(steps), abs=16)
    shown = 0.0
    for packet in packets:
        if isinstance(packet, Packet):
            shown = packet.pts / source.info.timescale
        else:
            assert packet.pts / g711.RATE == pytest.approx(shown, abs=0.5)

"""A camera's sound beside its pictures: as it came, in its place, and gone where it is not wanted."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta

import av
import numpy as np
import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.cameras import g711
from latchstring.hub.cameras.models import AAC_FRAME, CameraSettings
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.live.listener import listen
from latchstring.hub.recording import fmp4, index, sound_track
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.check import check_file, files
from latchstring.hub.recording.clip import cut
from latchstring.hub.recording.download import while_made
from latchstring.hub.recording.playable import RATE, NoSound, Playable, sound_of
from latchstring.hub.recording.recorder import NO_SOUND, Recorder
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.repair import repair
from latchstring.hub.recording.samples import samples
from latchstring.hub.recording.sound_clock import SoundClock
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing import rtsp, sounds
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import humming, packets
from latchstring.testing.recorded import CAMERA, SMALL, data_of, gops_of
from latchstring.testing.waiting import until

needs_server = pytest.mark.skipif(not rtsp.available(), reason=rtsp.WHY_NOT)


@pytest.fixture
def clip(store):
    """Four seconds with a tone of 440 Hz."""
    writer = GopWriter(store)
    gops = [writer.write(gop) for gop in gops_of(SMALL, 4, tone_rate=8000)]
    writer.close()
    return cut(store, CAMERA, TimeRange(gops[0].during.start, gops[-1].during.end))


def heard(data):
    """What libav decodes of a file's sound: when it begins, samples, and how many a second."""
    with av.open(io.BytesIO(data)) as file:
        rate = file.streams.audio[0].rate
        to_s16 = av.AudioResampler("s16", "mono", rate)
        frames = [out for frame in file.decode(audio=0) for out in to_s16.resample(frame)]
    return frames[0].time, b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames), rate


def test_the_sound_lies_in_its_gop_as_it_came(clip):
    """Byte for byte in each GOP what was spoken in it, and another's player decodes the tone and the pictures."""
    for number in range(1, 4):
        said = clip.sound(number)
        assert said[0].at == pytest.approx((number - 1) * 8000, abs=200)
        assert sum(len(piece.data) for piece in said) == pytest.approx(8000, abs=200)
    at, pcm, rate = heard(clip.data)
    assert (at, rate) == (pytest.approx(0, abs=0.03), 8000)
    assert sounds.loudest(pcm) == pytest.approx(440, abs=1)
    with av.open(io.BytesIO(clip.data)) as file:
        assert len(list(file.decode(video=0))) == 20


def test_pictures_are_the_same_with_sound_and_without(clip):
    """Taken apart, the pictures are to the byte those of a camera whose sound is off, sealed as they were."""
    silent = gops_of(SMALL, 4)
    assert clip.pictures.data == silent[0].run.init + data_of(*silent)
    assert clip.pictures.size_bytes == len(clip.pictures.data)
    assert clip.run.picture_init == silent[0].run.init
    assert samples(clip.chunk(2)) == samples(data_of(silent[1]))
    assert sound_track.pieces(clip.pictures.data) == []


def test_the_index_is_found_again_from_the_bytes_alone(store, clip):
    """`check` finds nothing, and a hub that lost its rows reads them from a file with sound as they were."""
    with store.read() as db:
        [file] = files(db, index.folder(store))
        assert list(check_file(db, index.folder(store), file)) == []
        before = [tuple(row) for row in db.execute("SELECT * FROM gop ORDER BY start_us")]
    with store.write() as db:
        index.drop_segments([file.segment], db=db)
    assert repair(store).indexed_gops == len(before)
    with store.read() as db:
        after = [tuple(row) for row in db.execute("SELECT * FROM gop ORDER BY start_us")]
    assert [row[:3] + row[4:] for row in after] == [row[:3] + row[4:] for row in before]
    assert index.run(store, CAMERA, clip.run.start_us).sound == clip.run.sound


def test_a_clip_for_others_has_no_sound(store, clip):
    """What is cut for those who may pass it on holds neither the track nor a byte of the sound."""
    shared = Recordings(store, with_sound=False).cut(CAMERA, clip.during)
    with av.open(io.BytesIO(shared.data)) as file:
        assert not file.streams.audio
    assert all(piece.data not in shared.data for number in range(1, 5) for piece in clip.sound(number))
    assert shared.sha256 == clip.pictures.sha256


@pytest.mark.parametrize("codec", ["pcm_mulaw", "pcm_alaw"])
def test_whoever_listens_gets_aac(codec):
    """G.711 is coded anew as it is played: the same tone, where it was."""
    info = replace(humming(*packets(SMALL, 1))[0].sound, codec=codec)
    tone = g711.encode(sounds.tone(440, 2), codec.removeprefix("pcm_"))
    playable = Playable(info)
    pieces = [
        sound_track.SoundPiece(data=tone[at : at + 160], at=at + 800) for at in range(0, len(tone), 160)
    ]
    made = [*playable.add(pieces), *playable.rest()]
    data = sound_track.init_segment(playable.info) + sound_track.fragment(1, made, playable.info)
    at, pcm, rate = heard(data)
    assert rate == RATE == playable.info.rate
    assert at == pytest.approx(0.1, abs=0.03)
    wave = np.frombuffer(pcm, "<i2")[RATE // 2 : RATE // 2 + RATE]
    assert np.argmax(np.abs(np.fft.rfft(wave))) == pytest.approx(440, abs=1)
    assert len(pcm) / 2 / RATE == pytest.approx(2, abs=0.1)


def test_a_hole_in_the_sound_is_as_long_when_it_is_played():
    """What comes after lost packets is heard when it was spoken, not earlier."""
    playable = Playable(humming(*packets(SMALL, 1))[0].sound)
    tone = g711.encode(sounds.tone(440, 1), "mulaw")
    before = sound_track.SoundPiece(data=tone, at=0)
    made = [*playable.add([before, sound_track.SoundPiece(data=tone, at=16_000)]), *playable.rest()]
    data = sound_track.init_segment(playable.info) + sound_track.fragment(1, made, playable.info)
    _, pcm, _ = heard(data)
    wave = np.abs(np.frombuffer(pcm, "<i2").astype(float))
    assert len(wave) / RATE == pytest.approx(3, abs=0.1)
    assert wave[round(1.1 * RATE) : round(1.9 * RATE)].max() < 100 < wave[round(2.1 * RATE) :].max()


def test_a_night_without_sound_costs_whoever_listens_nothing():
    """Cameras that send none while it is quiet: what comes in the morning is there at once, and in its place."""
    playable = Playable(humming(*packets(SMALL, 1))[0].sound)
    tone = g711.encode(sounds.tone(440, 1), "mulaw")
    night = 8 * 3600
    evening = playable.add([sound_track.SoundPiece(data=tone, at=0)])
    morning = [*playable.add([sound_track.SoundPiece(data=tone, at=night * 8000)]), *playable.rest()]
    places = [piece.at / RATE for piece in (*evening, *morning)]
    assert len(places) < 3 * RATE / AAC_FRAME
    assert places == sorted(places)
    assert [place for place in places if 1.1 < place < night] == []
    assert places[-1] == pytest.approx(night + 1, abs=0.1)


def test_sound_that_drifts_is_followed_by_arrival():
    """A camera whose sound counts 200 ppm too fast is heard in step with its pictures after an hour."""
    clock, late = SoundClock(8000), []
    for number in range(3600 * 5):
        spoken = number * 0.2
        at = clock.place(round(spoken * 8000 * 1.0002), 1600, spoken + 0.2)
        late.append(at / 8000 - spoken)
    assert max(abs(seconds) for seconds in late) < 0.05


def test_a_late_beginning_is_put_right():
    """The first packets waited in the network for 300 ms: a second later the sound is where it belongs."""
    clock, places = SoundClock(8000), []
    for number in range(100):
        spoken = number * 0.02
        arrived = spoken + 0.02 + (0.3 if number < 5 else 0)
        places.append(clock.place(number * 160, 160, arrived) / 8000 - spoken)
    assert places[0] == pytest.approx(0.3, abs=0.01)
    assert places[-1] == pytest.approx(0, abs=0.02)


def test_pictures_do_not_wait_for_sound_that_comes_late():
    """The same GOPs at the same times; what is late goes with the next one, at the place where it belongs."""
    clock = FakeClock()
    info, film = packets(SMALL, 4, arrived=clock.monotonic())
    info, film = humming(info, film, late=0.05)
    assembler = Assembler(CAMERA, info, clock)
    made = [m for packet in film for m in assembler.feed(packet)]
    whole = [m for m in [*made, *assembler.finish()] if isinstance(m, WholeGop)]
    silent = gops_of(SMALL, 4)
    assert [(g.gop.start_us, g.gop.end_us, g.gop.media_start) for g in whole] == [
        (g.gop.start_us, g.gop.end_us, g.gop.media_start) for g in silent
    ]
    starts = [sound_track.pieces(data_of(g))[0].at / 8000 for g in whole]
    assert starts == pytest.approx([0.05, 1, 2, 3], abs=0.08)


@pytest.fixture(scope="module")
def server():
    mounts = {path: f"{path[1:]}:320x240@10" for path in ("/mulaw", "/alaw", "/aac", "/opus", "/pattern")}
    with rtsp.RtspServer(mounts) as server:
        yield server


def record_for_a_while(store, url, *, records_sound=True, gops=2):
    """What a real recorder makes of a real stream: its status, and the clip.

    A server that stalls has a moment without sound.
    """
    camera = CameraSettings(
        id=CameraId("cam_" + "a" * 26), name="Porch", url=url, records_sound=records_sound
    )
    recorder = Recorder(
        camera,
        opener=CameraOpener(SystemClock()),
        clock=SystemClock(),
        writer=GopWriter(store),
        make_room=lambda: None,
    )
    recorder.start()
    began = SystemClock().now()
    until(lambda: recorder.status.last_gop_at is not None and len(_gops(store, began)) >= gops)
    status = until(lambda: recorder.status if recorder.status.sound != "stopped" else None)
    recorder.stop()
    found = _gops(store, began)
    return status, cut(store, camera.id, TimeRange(found[0].during.start, found[-1].during.end))


def _gops(store, began):
    everything = TimeRange(began - timedelta(minutes=1), began + timedelta(minutes=5))
    return index.gops(store, CameraId("cam_" + "a" * 26), everything)


@needs_server
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/mulaw", "/alaw", "/aac"])
def test_the_tone_that_is_sent_is_the_tone_that_is_recorded(store, server, path):
    """From a real camera's server to the file: the tone is there, and as long as the pictures."""
    status, clip = record_for_a_while(store, server.url(path))
    assert status.sound == "on"
    at, pcm, rate = heard(clip.data)
    wave = np.frombuffer(pcm, "<i2")
    assert np.argmax(np.abs(np.fft.rfft(wave))) * rate / len(wave) == pytest.approx(440, abs=3)
    assert at < 1
    assert len(wave) / rate + at == pytest.approx(clip.during.duration.total_seconds(), abs=0.6)


@needs_server
@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "records_sound", "state", "words"),
    [
        ("/mulaw", False, "off", None),
        ("/pattern", True, "none", NO_SOUND),
        ("/opus", True, "unknown", "in Opus, which is not recorded"),
    ],
)
def test_without_sound_the_pictures_are_recorded_and_the_page_says_why(
    store, server, path, records_sound, state, words
):
    """Off by the owner, no microphone, a coding that is not known: pictures, and no sound track in the file."""
    status, clip = record_for_a_while(store, server.url(path), records_sound=records_sound, gops=1)
    assert (status.state, status.sound) == ("recording", state)
    assert words is None if status.sound_message is None else words in status.sound_message
    assert clip.run.sound is None
    with av.open(io.BytesIO(clip.data)) as file:
        assert not file.streams.audio
    assert fmp4.read_init(clip.data)[1] == clip.run.picture_init


@pytest.mark.parametrize("gops", [slice(0, 4), slice(2, 4)], ids=["from its start", "late in its run"])
def test_a_download_plays_with_sound_everywhere(store, clip, gops):
    """G.711 is AAC there; the tone begins with the pictures, and both start at 0."""
    part = clip.within(TimeRange(clip.gops[gops][0].during.start, clip.end))
    data = b"".join(while_made(part, part.pictures.chunks()))
    at, pcm, rate = heard(data)
    assert (at, rate) == (pytest.approx(0, abs=0.05), RATE)
    wave = np.frombuffer(pcm, "<i2")
    assert np.argmax(np.abs(np.fft.rfft(wave))) * rate / len(wave) == pytest.approx(440, abs=1)
    assert len(wave) / rate == pytest.approx(part.during.duration.total_seconds(), abs=0.3)
    with av.open(io.BytesIO(data)) as file:
        frames = list(file.decode(video=0))
    assert (frames[0].time, len(frames)) == (0, 5 * len(part.gops))


def test_sound_by_itself_says_when_it_was(clip):
    """The media time of its first picture, and that picture's UTC, stand before it."""
    part = clip.within(TimeRange(clip.gops[2].during.start, clip.end))
    info, chunks = sound_of(part)
    data = b"".join(chunks)
    assert (info.codec, info.rate) == ("aac", RATE)
    at, pcm, _ = heard(data)
    assert at == pytest.approx(2, abs=0.1)
    assert len(pcm) / 2 / RATE == pytest.approx(2, abs=0.3)
    prft = data[data.index(b"prft") - 4 :][:32]
    assert fmp4.open_gop(part.gops[0].start_us, 2 * RATE, sound_track.TRACK_ID) == prft


def test_no_sound_is_said_plainly(store, recorded):
    part = cut(store, CAMERA, TimeRange(recorded[0].during.start, recorded[3].during.end))
    with pytest.raises(NoSound):
        sound_of(part)


def test_a_listener_hears_what_comes_from_now_on(clip):
    """AAC on the pictures' own clock, and a new beginning with each run."""
    feed = SoundFeed()
    pieces = [piece for number in range(1, 5) for piece in clip.sound(number)]
    other = replace(clip.run, start_us=clip.run.start_us + 1)

    async def hear():
        heard = []
        feed.add(clip.run, pieces[0])
        async for made in listen(feed):
            heard.append(made)
            if len(heard) == 2:
                for piece in pieces[1:60]:
                    feed.add(clip.run, piece)
            if len(heard) == 3:
                feed.add(other, pieces[60])
            if len(heard) == 5:
                break
        return heard

    info, init, fragment, again, init_again = asyncio.run(hear())
    assert info == again
    assert init == init_again == sound_track.init_segment(info)
    [first, *_] = sound_track.pieces(fragment)
    assert first.at == pytest.approx(pieces[0].at * RATE // 8000, abs=RATE // 20)

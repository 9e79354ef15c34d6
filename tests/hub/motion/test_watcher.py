import threading

import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.errors import CameraHungUp
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.patience import Patience
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.events.tracker import Tracker
from latchstring.hub.motion import gears, watcher
from latchstring.hub.motion.looker import LOOK_EVERY_US, Looker
from latchstring.hub.motion.models import CodedFrame, MotionSettings
from latchstring.hub.motion.substream import SubStream
from latchstring.hub.motion.watcher import Watcher
from latchstring.testing.films import packets
from latchstring.testing.waiting import WAIT_SECONDS, until

SCENE = Scene(width=320, height=240, fps=10, seed=0)


def frames(scene, seconds, *, session=1):
    info, film = packets(scene, seconds, arrived=0)
    return [CodedFrame(session, p.data, info.extradata, round(p.arrived * 1e6)) for p in film]


def test_five_looks_a_second():
    """Whatever the camera sends, and each with the time of its own frame."""
    looker = Looker()
    samples = [s for frame in frames(SCENE, 4) for s in looker.look(frame)]
    assert len(samples) == 20
    assert samples[5].utc_us == 1_000_000


def test_the_visitor_is_seen():
    """Somebody crosses the porch from the fourth to the eighth second, and nobody before or after."""
    looker = Looker(MotionSettings(always_awake=True))
    samples = [s for frame in frames(SCENE, 12) for s in looker.look(frame)]
    moving = [s.utc_us / 1e6 for s in samples if s.kind == "motion"]
    assert 4 <= moving[0] < 5
    assert 7 < moving[-1] < 9.5
    assert len(moving) >= 15


def test_b_frames_come_in_order():
    """The decoder holds frames back; their times are still their own."""
    looker = Looker()
    samples = [
        s for frame in frames(Scene(width=320, height=240, fps=10, b_frames=2), 4) for s in looker.look(frame)
    ]
    assert [s.utc_us for s in samples] == sorted({s.utc_us for s in samples})


def test_a_broken_frame_ends_nothing():
    """After garbage the watcher goes on with the next keyframe."""
    good = frames(SCENE, 2)
    broken = [CodedFrame(1, b"\x00\x00\x00\x01\x67garbage", b"", 0)] * 3
    seen = []

    class Feed:
        def frames(self, stopping):
            yield from broken + good

    watcher = Watcher(CameraId("cam_x"), Feed(), seen.append)
    watcher.start()
    until(lambda: len(seen) >= 8)
    watcher.stop()


def test_a_surprise_ends_nothing(monkeypatch):
    """In the stream, in the looking or in what is done with it: the camera is watched on."""
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", 0.0)
    seen, calls = [], []

    class Feed:
        def frames(self, stopping):
            calls.append(stopping)
            yield from frames(SCENE, 2, session=len(calls))
            if len(calls) == 1:
                raise KeyError

    def tell(sample):
        seen.append(sample)
        if len(seen) == 15:
            raise ZeroDivisionError

    watching = Watcher(CameraId("cam_x"), Feed(), tell)
    watching.start()
    until(lambda: len(seen) >= 25)
    watching.stop()
    assert len(calls) == 3


def test_the_sub_stream_is_called_again():
    """As the main stream is: a new session, so that decoder and background start anew."""
    info, film = packets(SCENE, 0.3)

    class Source:
        def __init__(self):
            self.info = info

        def packets(self):
            yield from film
            raise CameraHungUp

        def close(self):
            pass

    class Opener:
        def open(self, url, *, sound=False, patience=None):
            return Source()

    camera = CameraSettings(id=CameraId("cam_x"), name="porch", url="main", sub_url="sub")
    stopping, sessions = threading.Event(), []
    for frame in SubStream(camera, "sub", opener=Opener(), clock=SystemClock()).frames(stopping):
        sessions.append(frame.session)
        if len(sessions) == 4:
            stopping.set()
    assert sessions == [1, 1, 1, 2]


def test_who_is_always_awake_does_not_wait():
    """A doorbell's pictures are taken as they come, from both its streams, for as long as it is one.

    So the picture of a press is that of the press, and not of a moment before.
    """

    class Feed:
        def frames(self, stopping):
            yield from ()

    main, sub = Patience(1), Patience(1)
    watcher = Watcher(CameraId("cam_x"), Feed(), print, patience=[main, sub])
    assert not main.is_lost
    for always_awake in (True, True, False, False, True):
        watcher.apply(MotionSettings(always_awake=always_awake))
        assert main.is_lost == sub.is_lost == always_awake


@pytest.fixture
def soon_asleep(monkeypatch):
    """A new stream is trusted after six seconds instead of a minute."""
    monkeypatch.setattr(gears, "AFTER_START_US", 6_000_000)


@pytest.mark.usefixtures("soon_asleep")
def test_word_from_outside_wakes_a_quiet_camera():
    """In first gear only keyframes are looked at; told that something stirs, five pictures a second."""
    film = frames(Scene(width=320, height=240, fps=10, seed=0, quiet=1), 20)
    looker, times = Looker(), []
    for frame in film:
        if frame.utc_us == 15_000_000:
            looker.stir(frame.utc_us)
        times += [sample.utc_us / 1e6 for sample in looker.look(frame)]
    asleep = [at for at in times if 8 < at <= 14]
    assert asleep == [10, 12, 14]
    assert sum(14 < at < 20 for at in times) > 25


@pytest.mark.usefixtures("soon_asleep")
def test_what_happened_before_the_word_is_looked_at_too():
    """The frames since the last keyframe were kept, and are decoded backwards from there."""
    looker, times = Looker(), []
    for frame in frames(Scene(width=320, height=240, fps=10, seed=0, quiet=1), 16):
        if frame.utc_us == 15_500_000:
            looker.stir(frame.utc_us)
        times += [sample.utc_us / 1e6 for sample in looker.look(frame)]
    assert [at for at in times if 14 < at < 15] == [14.2, 14.4, 14.6, 14.8]


@pytest.mark.usefixtures("soon_asleep")
def test_a_pause_in_first_gear_ends_no_event():
    """Decoding ends soon after motion does, in the midst of a GOP. What comes back is seen as if it had not."""
    scene = Scene(width=320, height=240, fps=10, seed=0, every=6, gop_seconds=1)
    film, found, looked = frames(scene, 40), [], []
    for settings in (MotionSettings(), MotionSettings(always_awake=True)):
        looker, tracker, events = Looker(settings), Tracker(CameraId("cam_x")), {}
        samples = [sample for frame in film for sample in looker.look(frame)] + looker.rest()
        for sample in samples:
            events |= {event.id: (event.start_us, event.end_us) for event in tracker.feed(sample)}
        found.append(list(events.values()))
        looked.append(len(samples))
    assert found[0] == found[1]
    assert len(found[0]) == 1
    assert looked[0] < looked[1]


@pytest.mark.parametrize("b_frames", [0, 2])
def test_who_stays_long_costs_keyframes_and_comes_and_goes_to_the_look(b_frames):
    """While somebody is there beyond doubt nothing else is decoded; when they are gone, the time since is.

    What is decoded throughout is proved at other looks, so that an end may differ by one.
    """
    scene = Scene(width=320, height=240, fps=10, seed=0, every=60, b_frames=b_frames)
    film, found, looked = frames(scene, 46), [], []
    for settings in (MotionSettings(), MotionSettings(always_awake=True)):
        looker, tracker, events = Looker(settings), Tracker(CameraId("cam_x")), {}
        samples = [sample for frame in film for sample in looker.look(frame)] + looker.rest()
        for sample in samples:
            events |= {event.id: (event.start_us, event.end_us) for event in tracker.feed(sample)}
        found.append(list(events.values()))
        looked.append(sum(24_000_000 < sample.utc_us < 36_000_000 for sample in samples))
    [(began, ended)], [(began_throughout, ended_throughout)] = found
    assert began == began_throughout
    assert abs(ended - ended_throughout) <= LOOK_EVERY_US
    assert looked[0] < 10 < 45 < looked[1]


@pytest.mark.usefixtures("soon_asleep")
def test_what_was_kept_is_looked_at_when_the_stream_breaks():
    """So an event ends where its last picture was, and not a GOP before."""
    film = frames(Scene(width=320, height=240, fps=10, seed=0, quiet=1), 13)
    looker, samples = Looker(), []
    for frame in [*film, *frames(SCENE, 1, session=2)]:
        samples += looker.look(frame)
    assert 12_800_000 in [sample.utc_us for sample in samples]
    assert samples[-1].kind == "settling"


@pytest.mark.usefixtures("soon_asleep")
def test_a_film_is_looked_at_to_its_end():
    """What first gear had kept is decoded when no more comes."""
    looker, samples = Looker(), []
    for frame in frames(Scene(width=320, height=240, fps=10, seed=0, quiet=1), 13):
        samples += looker.look(frame)
    assert samples[-1].utc_us == 12_000_000
    assert looker.rest()[-1].utc_us == 12_800_000


def test_an_always_awake_camera_never_sleeps():
    """As a doorbell is set."""
    looker = Looker(MotionSettings(always_awake=True))
    film = frames(Scene(width=320, height=240, fps=10, seed=0, quiet=1), 20)
    assert len([s for frame in film for s in looker.look(frame)]) == 100


def test_a_camera_that_is_turned_off_is_not_looked_at():
    """Nothing is told until it is turned on again, and then with a fresh eye."""
    told, watcher = [], None

    class Feed:
        def frames(self, stopping):
            yield from frames(SCENE, 4)
            watcher.apply(MotionSettings(is_on=False))
            yield from frames(SCENE, 8)
            off.append(len(told))
            watcher.apply(MotionSettings())
            yield from frames(SCENE, 4, session=2)
            done.set()

    off, done = [], threading.Event()
    watcher = Watcher(CameraId("cam_a"), Feed(), told.append)
    watcher.start()
    assert done.wait(WAIT_SECONDS)
    watcher.stop()
    assert 15 <= off[0] <= 21
    assert len(told) >= off[0] + 15

"""Pictures that nobody waits for are taken many at a time, and each still has its own arrival."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras import h264, turns
from latchstring.hub.cameras.gathering import LEAST_SECONDS, Arrivals, Gathering
from latchstring.hub.cameras.opener import CameraOpener
from latchstring.hub.cameras.patience import RECORDED_SECONDS, Patience
from latchstring.hub.cameras.rhythm import GATHER_SECONDS
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.cameras.turns import PROMPT_SECONDS, Turns
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.testing.films import packets
from latchstring.testing.quirky_camera import QuirkyCamera
from latchstring.testing.waiting import WAIT_SECONDS

LITTLE, MUCH = 1_000, 4_000_000
STEP = 1 / 30


def listen(turns: Turns, pictures: int, first: int = 0) -> list[float]:
    """The pauses while so many pictures come, one each thirtieth of a second."""
    now, pauses = first * STEP, []
    for n in range(first, first + pictures):
        turns.whole(n * 3000)
        pauses.append(turns.pause(now, taken_bytes=LITTLE, holds_bytes=MUCH))
        now += STEP
    return pauses


def test_what_nobody_waits_for_gathers() -> None:
    """At the start of a connection, and while somebody watches, each picture is taken as it comes."""
    patience = Patience(RECORDED_SECONDS)
    of_one = Turns(90_000, patience, began=0.0)
    at_first = round(PROMPT_SECONDS / STEP)
    assert max(listen(of_one, at_first)) <= STEP + GATHER_SECONDS[1]
    assert listen(of_one, 60, at_first)[-1] == RECORDED_SECONDS
    find = patience.lose()
    assert max(listen(of_one, 60, at_first + 60)) <= STEP + GATHER_SECONDS[1]
    find()
    assert listen(of_one, 60, at_first + 120)[-1] == RECORDED_SECONDS


def test_without_patience_nothing_waits() -> None:
    """For tests of an address, and for all who read one picture."""
    assert max(listen(Turns(90_000, None, began=0.0), 300)) <= STEP + GATHER_SECONDS[1]


def test_a_viewer_wakes_who_sleeps() -> None:
    """Whoever begins to watch or to listen is not late by what others did not wait for."""
    for feed in (LiveFeed, SoundFeed):
        patience = Patience(60)
        sleeper = threading.Thread(target=patience.sleep, args=(60,), daemon=True)
        sleeper.start()
        stop = feed(patience).on_news(lambda: None)
        sleeper.join(WAIT_SECONDS)
        assert not sleeper.is_alive()
        assert patience.is_lost
        stop()
        assert not patience.is_lost


def test_patience_is_found_when_the_last_one_goes() -> None:
    patience = Patience(1)
    first, second = patience.lose(), patience.lose()
    first()
    first()
    assert patience.is_lost
    second()
    assert not patience.is_lost


def test_a_small_buffer_is_not_filled() -> None:
    """Where the kernel holds little, it is read more often; with room again, seldom."""
    gathering = Gathering()
    bytes_a_second, holds = 2_000_000, 131_072  # 16 Mbit/s
    pause = LEAST_SECONDS
    for _ in range(100):
        pause = gathering.pause(round(bytes_a_second * pause), holds, 0.4)
        assert bytes_a_second * pause < holds / 2
    for _ in range(100):
        pause = gathering.pause(round(bytes_a_second * pause), MUCH, 0.4)
    assert pause == 0.4


def test_who_is_more_patient_again_sleeps_as_long_as_before() -> None:
    """What the buffer has borne once it bears again; more than that is tried in steps."""
    gathering = Gathering()
    for _ in range(30):
        gathering.pause(LITTLE, MUCH, 0.5)
    assert [gathering.pause(LITTLE, MUCH, most) for most in (0.2, 0.2, 0.5)] == [0.2, 0.2, 0.5]
    assert 0.5 < gathering.pause(LITTLE, MUCH, 1.0) < 1.0


steps = st.lists(st.floats(0, 0.5), min_size=1, max_size=20)


@given(st.lists(st.tuples(steps, st.floats(0, 2)), min_size=1, max_size=10), st.floats(-1e3, 1e3))
def test_arrivals_lie_between_two_reads(reads: list[tuple[list[float], float]], at: float) -> None:
    """And they rise, whatever media time does and however late a read is."""
    arrivals, since = Arrivals(), 100.0
    for taken, waited in reads:
        media = [at := at + step for step in taken]
        heard = since + waited
        came = arrivals.of(media, since, heard)
        assert came == sorted(came)
        assert since <= came[0]
        assert came[-1] <= heard
        since = heard


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=20), st.floats(0, 2))
def test_a_camera_that_sets_its_clock_back_breaks_nothing(media: list[float], waited: float) -> None:
    came = Arrivals().of(media, 100.0, 100.0 + waited)
    assert came == sorted(came)
    assert came[0] >= 100.0
    assert came[-1] <= 100.0 + waited


@pytest.mark.parametrize("drift", [0.0, 200e-6, -200e-6])
def test_gathering_does_not_shift_the_clock(drift: float) -> None:
    """Each picture's arrival is right to a fraction of a step, for a camera whose clock is fast or slow."""
    arrivals, before, coming, worst = Arrivals(), 0.0, 0, 0.0
    for n in itertools.count(1):
        heard = n * 0.4037 if n > 1 else STEP / 1000
        media: list[float] = []
        while coming * STEP <= heard:
            media.append(coming * STEP * (1 + drift))
            coming += 1
        came = arrivals.of(media, before, heard)
        true = [(coming - len(media) + k) * STEP for k in range(len(media))]
        worst = max(worst, *(abs(a - b) for a, b in zip(came, true, strict=True)))
        before = heard
        if heard > 120:
            break
    assert worst < STEP / 4


def test_each_gathered_picture_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, in order, and with an arrival of its own."""
    monkeypatch.setattr(turns, "PROMPT_SECONDS", 0.0)
    _, made = packets(Scene(width=96, height=64, fps=10, gop_seconds=1), 2)
    film = [h264.split(packet.data, None) for packet in made]
    with (
        QuirkyCamera(film) as url,
        closing(CameraOpener(SystemClock()).open(url, patience=Patience(0.05))) as source,
    ):
        came = list(itertools.islice(source.packets(), len(film)))
    assert [h264.split(packet.data, None) for packet in came] == film
    arrived = [packet.arrived for packet in came]
    assert arrived == sorted(arrived)

"""Half a day is put on the machine's clock, or taken off it, while a camera films."""

from datetime import timedelta
from itertools import pairwise

import pytest

from latchstring.base.clock import BELIEVED_AFTER_SECONDS, SteadyClock
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.cameras.media_clock import arrival_us
from latchstring.hub.recording import index
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.recordings import Recordings
from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import packets
from latchstring.testing.recorded import CAMERA, SMALL, gops_of

HALF_A_DAY = timedelta(hours=12)
LEAPS = pytest.mark.parametrize("leap", [HALF_A_DAY, -HALF_A_DAY])


@pytest.fixture
def machine():
    return FakeClock()


@pytest.fixture
def clock(machine):
    """The hub's."""
    return SteadyClock(machine)


@pytest.fixture
def film_for(store, machine, clock):
    """Film for so many seconds and write it; what happens in between is called at its second."""

    def film(seconds, happens):
        info, frames = packets(SMALL, seconds, arrived=machine.monotonic())
        assembler, writer = Assembler(CAMERA, info, clock), GopWriter(store)
        for number, packet in enumerate(frames):
            if (what := happens.get(number / SMALL.fps)) is not None:
                what()
            for made in assembler.feed(packet):
                if isinstance(made, WholeGop):
                    writer.write(made)
            machine.advance(1 / SMALL.fps)
        for made in assembler.finish():
            writer.write(made)
        writer.close()

    return film


def rows(store):
    """(start, end, frames, run) of each GOP, in the order in which they were recorded."""
    with store.read() as db:
        return db.execute(
            """SELECT gop.start_us, gop.end_us, frames, run_us FROM gop
               JOIN segment ON segment.id = gop.segment ORDER BY segment.id, byte_offset"""
        ).fetchall()


@LEAPS
def test_a_leap_that_is_taken_back_leaves_no_trace(store, machine, film_for, leap):
    """No gap, no overlap, and every time is right."""
    began = machine.now()
    film_for(
        20,
        {
            5.4: lambda: machine.set(machine.now() + leap),
            14.2: lambda: machine.set(machine.now() - leap),
        },
    )
    (whole,) = index.covered(store, CAMERA, TimeRange(began - HALF_A_DAY, began + HALF_A_DAY))
    assert abs(whole.start - began) < timedelta(milliseconds=5)
    assert whole.duration == pytest.approx(timedelta(seconds=20), abs=timedelta(milliseconds=20))


@LEAPS
def test_a_leap_that_lasts_costs_no_frame(store, machine, film_for, leap):
    """One break, as long as the leap; before it the old times, after it the corrected ones."""
    seconds = int(BELIEVED_AFTER_SECONDS) + 20
    film_for(seconds, {5.4: lambda: machine.set(machine.now() + leap)})
    recorded = rows(store)
    assert sum(row["frames"] for row in recorded) == seconds * SMALL.fps
    breaks = [b["start_us"] - a["end_us"] for a, b in pairwise(recorded) if a["end_us"] != b["start_us"]]
    assert [us / 1e6 for us in breaks] == [pytest.approx(leap.total_seconds(), abs=1)]
    assert recorded[-1]["end_us"] == pytest.approx(to_micros(machine.now()), abs=300_000)


@LEAPS
def test_pictures_and_presses_never_disagree(store, machine, clock, film_for, leap):
    """In the middle of a leap a press has the time of the frame that was on."""
    pressed = []
    film_for(
        20,
        {
            5.4: lambda: machine.set(machine.now() + leap),
            9.0: lambda: pressed.append(clock.now()),
            9.2: lambda: pressed.append(from_micros(arrival_us(clock, machine.monotonic()))),
        },
    )
    first = from_micros(rows(store)[0]["start_us"])
    assert [at - first for at in pressed] == [
        pytest.approx(timedelta(seconds=s), abs=timedelta(milliseconds=20)) for s in (9.0, 9.2)
    ]


def test_after_a_clock_was_set_back_the_later_recording_answers(store):
    """Two runs claim the same seconds: each instant is told once and can be cut; nothing was thrown away."""
    began = FakeClock().now()
    for seconds, at in ((20, began), (8, began + timedelta(seconds=5.3))):
        writer = GopWriter(store)
        for gop in gops_of(SMALL, seconds, clock=FakeClock(at)):
            writer.write(gop)
        writer.close()
    before, later, after = Recordings(store).parts(CAMERA, TimeRange(began, began + timedelta(seconds=20)))
    assert later.during == TimeRange(began + timedelta(seconds=5.3), began + timedelta(seconds=13.3))
    assert before.end <= later.start
    assert after.start >= later.end - timedelta(seconds=0.5)
    assert len(rows(store)) == 28

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.ids import CameraId
from latchstring.hub.events.tracker import MERGE_US, SAMPLE_US, Tracker
from latchstring.hub.motion.detector import MotionSample

S = 1_000_000


def run(samples):
    """The events as they end up, in order."""
    tracker, found = Tracker(CameraId("cam_x")), {}
    for sample in samples:
        found |= {event.id: event for event in tracker.feed(sample)}
    found |= {event.id: event for event in tracker.close()}
    return list(found.values())


def motion(at, share=0.1):
    return MotionSample(at, share, "motion")


def unsure(at):
    return MotionSample(at, 0.1, "unsure")


def quiet(at):
    return MotionSample(at, 0.0, "quiet")


def test_an_event_is_from_its_first_look_to_its_last():
    """Start, end, and the moment when most moved."""
    [event] = run([quiet(0), motion(1 * S), motion(2 * S, 0.4), motion(3 * S), quiet(4 * S)])
    assert (event.start_us, event.end_us) == (1 * S, 3 * S + SAMPLE_US)
    assert (event.peak_us, event.score, event.is_open) == (2 * S, 0.4, False)


def test_one_look_is_no_event():
    """A flash or a moth takes one look; two in a row are somebody."""
    assert run([quiet(0), motion(S), quiet(2 * S), motion(3 * S), quiet(4 * S)]) == []
    assert len(run([quiet(0), motion(S), motion(2 * S)])) == 1


def test_a_pause_is_part_of_the_event():
    """Who stands still for a moment has not left."""
    assert len(run([motion(0), motion(S), *(quiet(n * S) for n in range(2, 5)), motion(5 * S)])) == 1


def test_after_a_long_pause_it_is_another_event():
    """The twin: longer than the pause that is bridged."""
    later = S + MERGE_US + 2 * S
    assert len(run([motion(0), motion(S), quiet(later), motion(later + S), motion(later + 2 * S)])) == 2


def test_settling_and_light_are_no_motion():
    """However much of the picture changes."""
    assert (
        run([MotionSample(n * S, 0.9, kind) for n, kind in enumerate(["settling", "scene-change"] * 4)]) == []
    )


def test_who_is_there_from_the_start_is_told_of_from_the_start():
    """What was unsure until motion was sure was motion already."""
    looks = [unsure(0), quiet(S), unsure(2 * S), unsure(3 * S), motion(4 * S), motion(5 * S), quiet(6 * S)]
    [event] = run(looks)
    assert (event.start_us, event.end_us) == (2 * S, 5 * S + SAMPLE_US)


def test_what_stays_unsure_is_never_told():
    """The twins: it ends before it is sure, or with one look that is."""
    assert run([*(unsure(n * S) for n in range(9)), quiet(9 * S)]) == []
    assert run([*(unsure(n * S) for n in range(9)), motion(9 * S), quiet(10 * S)]) == []


def test_a_clock_set_back_ends_the_event():
    """An event never runs backwards."""
    events = run([motion(100 * S), motion(101 * S), motion(10 * S), motion(11 * S)])
    assert [(e.start_us, e.end_us) for e in events] == [
        (100 * S, 101 * S + SAMPLE_US),
        (10 * S, 11 * S + SAMPLE_US),
    ]


def test_looks_on_both_sides_of_a_clock_set_back_are_not_in_a_row():
    """No event ends before it began; a look before the leap and one after it are one look each."""
    assert run([motion(100 * S), motion(10 * S), quiet(11 * S)]) == []
    [event] = run([motion(100 * S), motion(10 * S), motion(11 * S)])
    assert (event.start_us, event.end_us) == (10 * S, 11 * S + SAMPLE_US)


def test_a_flash_after_a_clock_set_back_is_no_part_of_an_event():
    """The leap ends within the event: it stays open, and one look alone tells nothing of it either."""
    walk = [motion(100 * S + n * S) for n in range(5)]
    [event] = run([*walk, motion(102 * S, 0.9), quiet(103 * S)])
    assert (event.start_us, event.end_us, event.score) == (100 * S, 104 * S + SAMPLE_US, 0.1)
    [event] = run([*walk, motion(102 * S, 0.9), motion(103 * S, 0.8)])
    assert (event.peak_us, event.score) == (103 * S, 0.8)


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60))
def test_events_never_overlap(steps):
    """Whatever the looks say: in order, apart, each at least two looks long, and closed at the end."""
    samples, at = [], 0
    for step, moves in steps:
        at += step * SAMPLE_US
        samples.append(motion(at) if moves else quiet(at))
    events = run(samples)
    assert all(a.end_us + MERGE_US < b.start_us + SAMPLE_US for a, b in pairwise(events))
    assert all(e.end_us - e.start_us >= 2 * SAMPLE_US and not e.is_open for e in events)

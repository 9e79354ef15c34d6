from datetime import timedelta
from itertools import pairwise

import pytest

from latchstring.hub.cameras.errors import NoKeyframe
from latchstring.hub.cameras.models import StreamInfo
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.recording.assembler import Assembler, WholeGop
from latchstring.hub.recording.models import Fragment, Run
from latchstring.testing.clock import FakeClock
from latchstring.testing.films import packets
from latchstring.testing.recorded import CAMERA, SMALL, gops_of


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def film(clock):
    return packets(SMALL, 4, arrived=clock.monotonic())


def run_through(info, film, clock):
    assembler = Assembler(CAMERA, info, clock)
    return [m for packet in film for m in assembler.feed(packet)] + list(assembler.finish())


def runs(made):
    return [m for m in made if isinstance(m, Run)]


def whole(made):
    return [m.gop for m in made if isinstance(m, WholeGop)]


def test_gops_follow_one_another_without_gap(gops):
    """Within a run each GOP starts in the microsecond in which the one before it ends."""
    assert all(a.gop.end_us == b.gop.start_us for a, b in pairwise(gops))
    assert [g.gop.frames for g in gops] == [5, 5, 5, 5]


def test_frames_before_the_first_keyframe_are_left_out(film, clock):
    """A decoder can do nothing with them."""
    info, film = film
    made = run_through(info, film[2:], clock)
    assert [g.frames for g in whole(made)] == [5, 5, 5]


def test_a_jump_of_media_time_starts_a_new_run(film, clock):
    """The camera restarted its clock: what came before is kept, and a new init segment follows."""
    info, film = film
    jumped = film[:12] + [p._replace(pts=p.pts + 10**9, dts=p.dts + 10**9) for p in film[12:]]
    made = run_through(info, jumped, clock)
    assert len(runs(made)) == 2
    assert [g.frames for g in whole(made)] == [5, 5, 2, 5]
    assert whole(made)[-1].media_start == 0


def test_what_was_lost_is_a_gap(film, clock):
    """A GOP ends with its last frame, the next one starts in its own time, and it is still one run."""
    info, film = film
    made = run_through(info, film[:5] + film[10:], clock)
    [run] = runs(made)
    first, second, *_ = whole(made)
    assert (first.end_us - first.start_us, second.start_us - run.start_us) == pytest.approx(
        (1_000_000, 2_000_000), abs=2000
    )
    assert second.media_start == 2 * info.timescale


def test_a_camera_of_keyframes_alone_has_no_gaps(film, clock):
    """One every second and a half, each a GOP by itself."""
    info, film = film
    keyframes = [p._replace(dts=p.dts * 3 // 2, pts=p.pts * 3 // 2) for p in film[::5]]
    gops = whole(run_through(info, keyframes, clock))
    assert all(a.end_us == b.start_us for a, b in pairwise(gops))


def test_a_step_of_the_machines_clock_starts_a_new_run(film, clock):
    """From the next keyframe on the recording has the corrected time."""
    info, film = film
    assembler = Assembler(CAMERA, info, clock)
    made = []
    for number, packet in enumerate(film):
        if number == 7:
            clock.set(clock.now() + timedelta(hours=1))
        made += assembler.feed(packet)
        clock.advance(0.2)
    made += assembler.finish()
    assert len(runs(made)) == 2
    first, second = runs(made)
    assert second.start_us - first.start_us == pytest.approx(3600_000_000 + 2_000_000, abs=300_000)


def test_a_stalled_network_does_not_bend_time(film, clock):
    """Frames that arrive late in a burst keep the camera's distances."""
    info, film = film
    late = [p._replace(arrived=max(p.arrived, 1002.5)) if 6 <= n < 12 else p for n, p in enumerate(film)]
    gops = whole(run_through(info, late, clock))
    assert [g.end_us - g.start_us for g in gops] == pytest.approx([1_000_000] * 4, abs=501)


def test_new_parameter_sets_start_a_new_run(clock):
    """Somebody changed the camera's resolution while it was filming."""
    info, small = packets(SMALL, 2, arrived=1000)
    _, large = packets(Scene(width=128, height=96, fps=5, gop_seconds=1), 2, arrived=1002)
    shift = small[-1].dts + 18_000
    made = run_through(info, small + [p._replace(pts=p.pts + shift, dts=p.dts + shift) for p in large], clock)
    assert [(r.track.width, r.track.height) for r in runs(made)] == [(96, 64), (128, 96)]
    assert len(whole(made)) == 4


def test_time_that_runs_backwards_a_little_is_pushed_on(film, clock):
    """Some cameras stutter; decode times must rise, and no frame is lost."""
    info, film = film
    film[7] = film[7]._replace(dts=film[6].dts - 10, pts=film[6].pts - 10)
    made = run_through(info, film, clock)
    assert len(runs(made)) == 1
    assert sum(g.frames for g in whole(made)) == 20
    assert len([m for m in made if isinstance(m, Fragment)]) == 20


def test_a_camera_without_keyframes_is_told_so(film, clock):
    """After thirty seconds of frames that nothing can be done with."""
    info, film = film
    later = [p._replace(arrived=p.arrived + 31) for p in film[2:5]]
    assembler = Assembler(CAMERA, StreamInfo(timescale=info.timescale, extradata=b""), clock)
    list(assembler.feed(film[1]))
    with pytest.raises(NoKeyframe, match="2 seconds"):
        list(assembler.feed(later[0]))


def test_the_last_gop_may_be_short():
    """When the camera goes away in the middle of a GOP, what came of it is kept."""
    assert [g.gop.frames for g in gops_of(SMALL, 2.4)] == [5, 5, 2]


def test_a_browser_finds_no_gap_behind_the_first_frame(film, clock):
    """Nobody knows yet how long it lasts. Media Source Extensions (3.5.8) drop what follows a gap of two frames."""
    info, film = film
    made = run_through(info, [p._replace(duration=0) for p in film[:3]], clock)
    first = next(m for m in made if isinstance(m, Fragment)).data
    at = first.index(b"trun") + 16
    assert int.from_bytes(first[at : at + 4], "big") * 2 >= film[1].dts - film[0].dts

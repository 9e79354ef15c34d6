from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.time import to_micros
from latchstring.hub.cameras.media_clock import Anchor, end_of_gop
from latchstring.testing.clock import FakeClock


def test_arrival_does_not_follow_a_step_of_the_machines_clock():
    """Setting the clock back one hour must not fold a recording over itself."""
    clock = FakeClock()
    anchor = Anchor(clock)
    started = to_micros(clock.now())
    clock.set(clock.now() - timedelta(hours=1))
    clock.advance(2)
    assert anchor.utc_us(clock.monotonic()) == started + 2_000_000
    assert anchor.was_stepped()


def test_a_steady_clock_was_not_stepped():
    """Time that passes on both clocks alike is no step."""
    clock = FakeClock()
    anchor = Anchor(clock)
    clock.advance(3600)
    assert not anchor.was_stepped()


@given(st.integers(0, 2**50), st.integers(2_000, 10_000_000), st.integers(-(10**7), 10**7))
def test_drift_is_followed_slowly(start, media, late):
    """A GOP is never stretched or squeezed by more than 500 parts per million."""
    end = end_of_gop(start, media, late)
    assert abs(end - start - media) <= media * 500e-6 + 0.5
    assert end > start
    assert (end - start - media) * late >= 0


def test_a_small_drift_is_followed_at_once():
    """Half a millisecond in two seconds is within the limit."""
    assert end_of_gop(0, 2_000_000, 400) == 2_000_400

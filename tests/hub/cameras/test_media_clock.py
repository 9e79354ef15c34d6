from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras.media_clock import end_of_gop


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

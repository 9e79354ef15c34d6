"""Decode times for cameras that say only when a picture is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.hub.cameras.decode_times import DecodeTimes

STEP = 3600


def decoded(shown: list[int], reordered: int | None) -> list[int]:
    times = DecodeTimes(90_000)
    times.expect(reordered)
    return [times.of(n * STEP) for n in shown]


def test_without_reordering_both_times_are_one() -> None:
    assert decoded([0, 1, 2, 5], 0) == [0, STEP, 2 * STEP, 5 * STEP]


@pytest.mark.parametrize(
    ("shown", "reordered"), [([0, 3, 1, 2, 6, 4, 5], 1), ([0, 4, 2, 1, 3, 8, 6, 5, 7], 2)]
)
def test_reordered_pictures_are_decoded_in_time(shown: list[int], reordered: int) -> None:
    """Evenly, and never after they are shown."""
    times = decoded(shown, reordered)
    assert {b - a for a, b in pairwise(times)} == {STEP}
    assert all(time <= n * STEP for time, n in zip(times, shown, strict=True))


@pytest.mark.parametrize(
    "shown", [[0, 3, 1, 2, 6, 4, 5, 9, 7, 8], [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]]
)
def test_what_a_camera_does_not_say_is_learned(shown: list[int]) -> None:
    """From the first group of pictures; the times rise from the first one on."""
    times = decoded(shown, None)
    assert all(a < b for a, b in pairwise(times))
    assert all(time <= n * STEP for time, n in list(zip(times, shown, strict=True))[len(shown) // 2 :])


@given(st.lists(st.integers(-(10**9), 10**9), max_size=40), st.none() | st.integers(0, 40))
def test_times_rise_unless_the_camera_set_its_clock_back(shown: list[int], reordered: int | None) -> None:
    times = DecodeTimes(90_000)
    times.expect(reordered)
    made = [times.of(each) for each in shown]
    assert all(b > a or b < a - 90_000 for a, b in pairwise(made))

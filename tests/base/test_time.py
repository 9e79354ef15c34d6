"""Time ranges are half-open and aware; texts are exact."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.base.time import BadTime, TimeRange, from_micros, from_text, to_micros, to_text

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
instants = st.integers(to_micros(START) - 10**15, to_micros(START) + 10**16).map(from_micros)


@st.composite
def ranges(draw: st.DrawFn) -> TimeRange:
    """Ranges of whole minutes near each other, so that they often touch."""
    start = draw(st.integers(0, 30))
    return TimeRange(
        START + start * timedelta(minutes=1),
        START + (start + draw(st.integers(1, 30))) * timedelta(minutes=1),
    )


def test_a_range_has_its_start_and_not_its_end() -> None:
    during = TimeRange(START, START + HOUR)
    assert START in during
    assert START + HOUR - timedelta(microseconds=1) in during
    assert START + HOUR not in during
    assert during.duration == HOUR


def test_ranges_that_touch_do_not_overlap() -> None:
    first, second = TimeRange(START, START + HOUR), TimeRange(START + HOUR, START + 2 * HOUR)
    assert first.overlap(second) is None
    assert first.widened(timedelta(seconds=1)).overlap(second) == TimeRange(
        START + HOUR, START + HOUR + timedelta(seconds=1)
    )


@given(ranges(), ranges())
def test_overlap_is_what_both_have(a: TimeRange, b: TimeRange) -> None:
    """Symmetric, inside both; and an instant is in it exactly when it is in both."""
    common = a.overlap(b)
    assert common == b.overlap(a)
    for minute in range(-1, 62):
        instant = START + minute * timedelta(minutes=1)
        assert (instant in a and instant in b) == (common is not None and instant in common)


@given(ranges())
def test_a_range_overlaps_itself_wholly(during: TimeRange) -> None:
    assert during.overlap(during) == during


def test_empty_backward_and_naive_ranges_are_refused() -> None:
    for start, end in [(START, START), (START + HOUR, START), (START.replace(tzinfo=None), START + HOUR)]:
        with pytest.raises(BadTime):
            TimeRange(start, end)


@given(instants)
def test_text_and_micros_are_exact(instant: datetime) -> None:
    assert from_text(to_text(instant)) == instant
    assert from_micros(to_micros(instant)) == instant


def test_text_is_utc_with_a_z() -> None:
    there = datetime(2026, 11, 23, 10, 30, tzinfo=timezone(2 * HOUR))
    assert to_text(there) == "2026-11-23T08:30:00Z"
    assert to_text(there.replace(microsecond=5)) == "2026-11-23T08:30:00.000005Z"
    assert from_text("2026-11-23T10:30:00+02:00") == there


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-23", "2026-11-23T08:30:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BadTime):
        from_text(text)


def test_a_naive_time_has_no_text() -> None:
    with pytest.raises(BadTime):
        to_text(datetime(2026, 11, 23))  # noqa: DTZ001


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(BadTime):
        from_text(text)

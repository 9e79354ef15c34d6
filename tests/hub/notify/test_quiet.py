"""Quiet hours by the home's clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from latchstring.hub.notify.quiet import BadQuietHours, NoSuchZone, QuietHours, zone_of

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from(
    [ZoneInfo(n) for n in ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")]
)
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))
INSTANTS = st.integers(0, 6 * 365 * 86_400).map(
    lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
DAY = datetime(2026, 11, 23, tzinfo=UTC)
NIGHT = QuietHours(begin=time(22), end=time(7))


@given(CLOCKS, CLOCKS, INSTANTS)
def test_without_clock_changes_it_is_what_the_clock_shows(begin: time, end: time, now: datetime) -> None:
    """In a zone that never changes, whoever looks at the clock knows whether it is quiet."""
    assume(begin != end)
    shown = now.time()
    expected = begin <= shown < end if begin < end else shown >= begin or shown < end
    assert (QuietHours(begin=begin, end=end).at(now, UTC) is not None) == expected


@given(CLOCKS, CLOCKS, INSTANTS, ZONES)
def test_the_answer_is_the_whole_of_the_quiet_hours(
    begin: time, end: time, now: datetime, zone: ZoneInfo
) -> None:
    """Who is told "until then" finds it quiet up to that instant, and not at it."""
    assume(begin != end)
    quiet = QuietHours(begin=begin, end=end)
    found = quiet.at(now, zone)
    if found is None:
        return
    assert now in found
    assert quiet.at(found.start, zone) == found
    assert quiet.at(found.end - timedelta(microseconds=1), zone) is not None
    following = quiet.at(found.end, zone)
    assert following is None or following.start == found.end
    assert found.duration <= timedelta(hours=25)


@given(INSTANTS, ZONES)
def test_each_night_is_quiet_once(now: datetime, zone: ZoneInfo) -> None:
    """From noon to noon there is one stretch of quiet, whatever the clocks do in it."""
    noon = datetime.combine(now.astimezone(zone).date(), time(12), zone).astimezone(UTC)
    looks = [NIGHT.at(noon + timedelta(minutes=10 * n), zone) for n in range(23 * 6)]
    assert len({night.start for night in looks if night}) == 1
    states = [night is not None for night in looks]
    assert sum(a != b for a, b in pairwise(states)) == 2


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 8), ((2026, 10, 24), 10), ((2026, 11, 23), 9)])
def test_a_clock_change_makes_a_night_shorter_or_longer(day: tuple[int, int, int], hours: int) -> None:
    """22:00 to 07:00 are nine hours, but eight when the clocks go forward and ten when they go back."""
    night = NIGHT.at(datetime(*day, 23, tzinfo=LONDON), LONDON)
    assert night is not None
    assert night.duration == timedelta(hours=hours)
    assert night.end.astimezone(LONDON).time() == time(7)


def test_an_end_that_the_clocks_skip_is_as_long_after_the_gap() -> None:
    """On 29 March 2026 in London there is no 01:30; quiet hours until then end at 02:30, an hour's sleep later."""
    night = QuietHours(begin=time(22), end=time(1, 30)).at(datetime(2026, 3, 28, 23, tzinfo=UTC), LONDON)
    assert night is not None
    assert night.end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_end_that_the_clocks_show_twice_is_the_first() -> None:
    """On 25 October 2026 it is 01:30 twice; what was quiet does not become quiet again."""
    until = QuietHours(begin=time(22), end=time(1, 30))
    night = until.at(datetime(2026, 10, 24, 23, tzinfo=UTC), LONDON)
    assert night is not None
    assert night.end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert until.at(night.end + timedelta(hours=1), LONDON) is None


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(BadQuietHours):
        QuietHours(begin=time(7), end=time(7))


@pytest.mark.parametrize("name", ["Middle/Earth", "../../etc/passwd", "Europe", ""])
def test_an_unknown_zone_is_refused_and_none_is_the_machines(name: str) -> None:
    if name:
        with pytest.raises(NoSuchZone):
            zone_of(name)
    else:
        assert zone_of(None).utcoffset(datetime(2026, 11, 23, tzinfo=UTC)) is not None


@pytest.mark.parametrize("written", ["Asia/Kolkata", ":Asia/Kolkata", "{file}", ":{file}"])
def test_the_machines_zone_is_read_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """With a colon, or as a file: POSIX allows both, and some systems set `TZ=:/etc/localtime`."""
    file = next(path for folder in TZPATH if (path := Path(folder, "Asia/Kolkata")).exists())
    monkeypatch.setenv("TZ", written.format(file=file))
    assert zone_of(None).utcoffset(DAY) == timedelta(hours=5.5)


@pytest.mark.parametrize("written", ["CET-1CEST,M3.5.0,M10.5.0/3", ":/nowhere", "Middle/Earth", "/", ":"])
def test_a_machine_whose_zone_cannot_be_read_has_one_all_the_same(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Or no bell would be told there, for want of a time to write beside it."""
    monkeypatch.delenv("TZ", raising=False)
    systems = zone_of(None).utcoffset(DAY)
    monkeypatch.setenv("TZ", written)
    assert zone_of(None).utcoffset(DAY) == systems

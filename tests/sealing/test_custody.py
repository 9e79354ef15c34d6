"""The chain of custody."""

from __future__ import annotations

import pytest

from latchstring.sealing import custody
from latchstring.sealing.custody import CustodyBroken, Event

EVENTS = [
    Event(
        what=what,
        evidence=["ds/clip-1"],
        who="recorder",
        at=f"2026-01-15T12:0{n}:00Z",
        where="home",
        why="asked",
        authority="consent",
    )
    for n, what in enumerate(["recorded", "recorded", "agreed", "sealed"])
]


def test_chain_reads_back():
    """An untouched chain holds and tells the same story."""
    assert custody.check(custody.encode(EVENTS)) == EVENTS


def _lines() -> list[bytes]:
    return custody.encode(EVENTS).splitlines(keepends=True)


@pytest.mark.parametrize("n", range(3))
def test_changed_line_breaks_the_next(n):
    """A later edit of any line but the last shows in the line after it."""
    lines = _lines()
    lines[n] = lines[n].replace(b"recorder", b"somebody")
    with pytest.raises(CustodyBroken, match=f"line {n + 2} "):
        custody.check(b"".join(lines))


@pytest.mark.parametrize("n", range(4))
def test_removed_line_is_noticed(n):
    """No line can be left out, save the last, which the bag's manifest fixes."""
    lines = _lines()
    del lines[n]
    if n == 3:
        assert len(custody.check(b"".join(lines))) == 3
    else:
        with pytest.raises(CustodyBroken, match=f"line {n + 1} does not follow"):
            custody.check(b"".join(lines))


def test_reordered_and_added_lines_are_noticed():
    """A chain has one order."""
    a, b, c, d = _lines()
    for wrong in (b + a + c + d, a + a + b + c + d, a + c + b + d):
        with pytest.raises(CustodyBroken):
            custody.check(wrong)


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b"[]\n", b"\xff\n", b'{"n":1,"prev":"0"}\n'])
def test_what_is_no_chain_is_refused(data):
    """Empty or malformed files are no chain."""
    with pytest.raises(CustodyBroken):
        custody.check(data)


def test_spelling_is_fixed():
    """The same story in other bytes is refused: hashes are over bytes."""
    with pytest.raises(CustodyBroken):
        custody.check(custody.encode(EVENTS).rstrip(b"\n"))

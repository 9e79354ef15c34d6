"""What is recorded over days and weeks, told file by file so that a month is answered at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from operator import attrgetter

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.store import Store

_FILES = """
    SELECT run_us, start_us, end_us FROM segment
    WHERE camera = ? AND size_bytes > 0 AND start_us < ? AND end_us > ? AND has_sound >= ? ORDER BY id"""


@dataclass(frozen=True, slots=True)
class _Piece:
    first_us: int
    last_us: int
    run_us: int


def spans(store: Store, camera: CameraId, during: TimeRange, *, with_sound: bool = False) -> list[TimeRange]:
    """The unbroken stretches within `during`, or those with sound, for the eye; no two share an instant.

    After a clock was set back two runs claim the same time: it is shown as the one recorded later. Files are
    looked at, not GOPs: one that a full disk refused in the middle of a file does not show. Whoever cuts asks
    `index.covered`, which is exact.
    """
    start_us, end_us = to_micros(during.start), to_micros(during.end)
    with store.read() as db:
        rows = db.execute(_FILES, (camera, end_us, start_us, int(with_sound))).fetchall()
    pieces: list[_Piece] = []
    for row in rows:
        _claim(pieces, _Piece(max(row["start_us"], start_us), min(row["end_us"], end_us), row["run_us"]))
    found: list[_Piece] = []
    for piece in pieces:
        if found and found[-1].run_us == piece.run_us and found[-1].last_us == piece.first_us:
            found[-1] = replace(found[-1], last_us=piece.last_us)
        else:
            found.append(piece)
    return [TimeRange(from_micros(piece.first_us), from_micros(piece.last_us)) for piece in found]


def _claim(pieces: list[_Piece], later: _Piece) -> None:
    """Put it among those recorded before it, which are in order of time; they give way."""
    begin = bisect_right(pieces, later.first_us, key=attrgetter("last_us"))
    end = bisect_left(pieces, later.last_us, lo=begin, key=attrgetter("first_us"))
    left = [replace(p, last_us=later.first_us) for p in pieces[begin:end][:1] if p.first_us < later.first_us]
    right = [replace(p, first_us=later.last_us) for p in pieces[begin:end][-1:] if p.last_us > later.last_us]
    pieces[begin:end] = [*left, later, *right]

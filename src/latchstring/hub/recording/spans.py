"""What is recorded over days and weeks, told file by file so that a month is answered at once."""

from __future__ import annotations

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.store import Store

_FILES = """
    SELECT run_us, start_us, end_us FROM segment
    WHERE camera = ? AND size_bytes > 0 AND start_us < ? AND end_us > ?"""


def spans(store: Store, camera: CameraId, during: TimeRange) -> list[TimeRange]:
    """The unbroken stretches within `during`, for the eye.

    Files are looked at, not GOPs: one that a full disk refused in the middle of a file does not show. Whoever
    cuts asks `index.covered`, which is exact.
    """
    start_us, end_us = to_micros(during.start), to_micros(during.end)
    with store.read() as db:
        rows = db.execute(_FILES, (camera, end_us, start_us)).fetchall()
    files = sorted(
        (max(row["start_us"], start_us), min(row["end_us"], end_us), row["run_us"]) for row in rows
    )
    found: list[tuple[int, int, int]] = []
    for first, last, run_us in files:
        if found and found[-1][2] == run_us and found[-1][1] >= first:
            found[-1] = (found[-1][0], max(found[-1][1], last), run_us)
        else:
            found.append((first, last, run_us))
    return [TimeRange(from_micros(first), from_micros(last)) for first, last, _ in found]

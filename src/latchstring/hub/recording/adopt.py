"""Recordings that come from elsewhere: a clip's GOPs into a segment file of their own, and into the index."""

from __future__ import annotations

import os

from latchstring.base.files import sync_folder
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.models import Run
from latchstring.hub.store import Store


def adopt(store: Store, camera: CameraId, run_us: int, clip: bytes) -> int:
    """Enter the GOPs of a clip that are not here yet; answers how many. No clip of ours: `BadSegment`.

    Bytes first and rows after them, as the writer does it: a crash leaves a file that the next start repairs.
    """
    track, init = fmp4.read_init(clip)
    found = list(fmp4.whole_gops(clip, len(init)))
    if not found or found[-1].end != len(clip):
        raise fmp4.BadSegment
    with store.read() as db:
        known = {
            row["start_us"] for row in db.execute("SELECT start_us FROM gop WHERE camera = ?", (camera,))
        }
    new = [gop for gop in found if gop.start_us not in known]
    if not new:
        return 0
    run = Run(camera=camera, start_us=run_us, track=track, init=init)
    number = _free_number(store, run)
    name = f"{camera}/{from_micros(new[0].start_us):%Y-%m-%d}/{run_us}-{number:05}.mp4"
    path = index.folder(store) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(init + b"".join(clip[gop.byte_offset : gop.end] for gop in new))
        out.flush()
        os.fdatasync(out.fileno())
    sync_folder(path.parent)
    offset = len(init)
    with store.write() as db:
        segment = index.add_segment(run, number, name, db=db)
        for gop in new:
            stored = gop.of(camera, run_us).stored(name, offset, gop.size_bytes)
            index.add_gop(stored, segment, db=db)
            offset += gop.size_bytes
    return len(new)


def _free_number(store: Store, run: Run) -> int:
    with store.read() as db:
        row = db.execute(
            "SELECT max(number) AS last FROM segment WHERE camera = ? AND run_us = ?",
            (run.camera, run.start_us),
        ).fetchone()
    return 0 if row["last"] is None else int(row["last"]) + 1

"""Recordings that come from elsewhere: a clip's GOPs into a segment file of their own, and into the index."""

from __future__ import annotations

import os
from dataclasses import replace

from latchstring.base.files import sync_folder
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.fmp4 import FoundGop
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
    new = _new(store, camera, found, clip)
    if not new:
        return 0
    run = _run(store, Run(camera=camera, start_us=run_us, track=track, init=init))
    number = _free_number(store, run)
    name = f"{camera}/{from_micros(new[0][0].start_us):%Y-%m-%d}/{run.start_us}-{number:05}.mp4"
    path = index.folder(store) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(init + b"".join(data for _, data in new))
        out.flush()
        os.fdatasync(out.fileno())
    sync_folder(path.parent)
    offset = len(init)
    with store.write() as db:
        segment = index.add_segment(run, number, name, db=db)
        for gop, data in new:
            index.add_gop(gop.of(camera, run.start_us).stored(name, offset, len(data)), segment, db=db)
            offset += len(data)
    return len(new)


def _run(store: Store, run: Run) -> Run:
    """One that no other run of its camera, with other pictures, began at the same instant."""
    here = index.run(store, run.camera, run.start_us)
    if here is None or here.track == run.track:
        return run
    with store.read() as db:
        return replace(run, start_us=index.free_run_from(run.camera, run.start_us, db=db))


def _new(store: Store, camera: CameraId, found: list[FoundGop], clip: bytes) -> list[tuple[FoundGop, bytes]]:
    """Those that are not here, each at an instant at which no other one begins, with their bytes."""
    new: list[tuple[FoundGop, bytes]] = []
    taken: set[int] = set()
    with store.read() as db:
        for gop in found:
            if index.holds(gop.of(camera, 0), gop.size_bytes, db=db):
                continue
            start_us, data = gop.start_us, clip[gop.byte_offset : gop.end]
            while (start_us := index.free_from(camera, start_us, db=db)) in taken:
                start_us += 1
            if start_us != gop.start_us:
                data = fmp4.moved_to(start_us, data)
            taken.add(start_us)
            new.append((replace(gop, start_us=start_us), data))
    return new


def _free_number(store: Store, run: Run) -> int:
    with store.read() as db:
        row = db.execute(
            "SELECT max(number) AS last FROM segment WHERE camera = ? AND run_us = ?",
            (run.camera, run.start_us),
        ).fetchone()
    return 0 if row["last"] is None else int(row["last"]) + 1

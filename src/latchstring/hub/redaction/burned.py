"""A burned clip as a file: written whole or not at all, and read back as a clip like any other."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from latchstring.base.files import sync_folder
from latchstring.hub.recording import fmp4
from latchstring.hub.recording.clip import Clip, RecordingGone


def write(chunks: Iterable[bytes], path: Path) -> str:
    """Its SHA-256 in hex, once it is on disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    digest = hashlib.sha256()
    try:
        with part.open("wb") as f:
            for chunk in chunks:
                digest.update(chunk)
                f.write(chunk)
            f.flush()
            os.fsync(f.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return digest.hexdigest()


def read(path: Path, original: Clip) -> Clip:
    """The clip in this file, which was burned from `original`."""
    try:
        with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            track, init = fmp4.read_init(data[: 1 << 16])
            found = list(fmp4.whole_gops(data, len(init)))
            whole = found[-1].end == len(data) if found else False
    except (FileNotFoundError, ValueError):
        raise RecordingGone from None
    if not whole:
        raise RecordingGone
    run_us = original.run.start_us
    gops = tuple(gop.stored(original.camera, run_us, path.name) for gop in found)
    return replace(original, run=replace(original.run, track=track, init=init), gops=gops, folder=path.parent)

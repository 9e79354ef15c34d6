"""Still pictures out of recordings: of each GOP only its keyframe is decoded."""

from __future__ import annotations

from latchstring.hub.cameras import decode
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.clip import NothingRecorded, read_gop
from latchstring.hub.recording.models import StoredGop
from latchstring.hub.store import Store


def keyframe_jpeg(store: Store, gop: StoredGop, *, width: int) -> bytes:
    """The GOP's keyframe, at most `width` pixels wide."""
    run = index.run(store, gop.camera, gop.run_us)
    if run is None:
        raise NothingRecorded
    keyframe = fmp4.first_sample(read_gop(index.folder(store), gop))
    return decode.jpeg(keyframe, run.track.avcc, width=width)

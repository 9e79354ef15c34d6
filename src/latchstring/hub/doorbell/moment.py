"""The picture of one very moment: not the keyframe before it, but the frame that was on when it happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros, to_micros
from latchstring.hub.cameras import decode
from latchstring.hub.doorbell.models import NoPicture
from latchstring.hub.recording import fmp4, index
from latchstring.hub.recording.clip import read_gop
from latchstring.hub.recording.feed import Batch, LiveFeed, Position
from latchstring.hub.recording.models import Fragment
from latchstring.hub.store import Store

WIDTH = 1280
OLDEST = timedelta(seconds=15)
"""A picture from longer before the moment shows somebody else."""


def picture(store: Store, feed: LiveFeed | None, camera: CameraId, at: datetime) -> bytes:
    """The frame at `at`, as JPEG: from memory while it is there, else the last keyframe on disk before it."""
    batch = _around(feed, to_micros(at)) if feed is not None else None
    if batch is not None:
        return _last(batch.fragments, batch.run.track.avcc, to_micros(at))
    gop = index.at(store, camera, at)
    run = index.run(store, camera, gop.run_us) if gop else None
    if gop is None or run is None or from_micros(gop.end_us) < at - OLDEST:
        raise NoPicture
    keyframe = fmp4.first_sample(read_gop(index.folder(store), gop))
    return decode.jpeg(keyframe, run.track.avcc, width=WIDTH)


def _around(feed: LiveFeed, at_us: int) -> Batch | None:
    """The GOP in flight, or the one before it when `at_us` lies there."""
    newest = feed.after(None)
    if newest is None or newest.fragments[0].utc_us <= at_us:
        return newest
    before = feed.after(Position(newest.position.gop - 1, 0))
    return before if before and before.fragments and before.fragments[0].utc_us <= at_us else None


def _last(fragments: Sequence[Fragment], avcc: bytes, at_us: int) -> bytes:
    decoder, shown = decode.Decoder(avcc, fast=False), None
    for fragment in fragments:
        if fragment.utc_us > at_us:
            break
        for frame in decoder.frames(fragment.data[fragment.sample_at :], fragment.utc_us):
            shown = frame
    for frame in decoder.rest():
        shown = frame
    if shown is None:
        raise NoPicture
    return decode.encode_jpeg(decode.at_most(shown, WIDTH))

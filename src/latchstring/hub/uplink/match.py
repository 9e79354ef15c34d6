"""Does a request touch this home? Decided here, at home; nobody is told, whatever the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from latchstring.base.geo import Point
from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange
from latchstring.hub.inbox.models import MatchedClip
from latchstring.protocol.statements import Request

MAX_CLIP = timedelta(minutes=10)
"""Longer recordings are offered in pieces, so that an owner can share the part that matters."""


def asks_here(request: Request, home: Point) -> bool:
    """Whether the home lies in the area, or on its border."""
    return home in request.area


def matching_clips(
    window: TimeRange, recorded: Mapping[CameraId, Sequence[TimeRange]]
) -> tuple[MatchedClip, ...]:
    """What was recorded within the window, in pieces, numbered in order of time."""
    pieces = [
        (piece, camera)
        for camera, stretches in recorded.items()
        for stretch in stretches
        if (within := stretch.overlap(window)) is not None
        for piece in _pieces(within)
    ]
    return tuple(
        MatchedClip(id=f"clip-{n}", camera=camera, during=piece)
        for n, (piece, camera) in enumerate(sorted(pieces), 1)
    )


def _pieces(during: TimeRange) -> list[TimeRange]:
    starts = [during.start]
    while starts[-1] + MAX_CLIP < during.end:
        starts.append(starts[-1] + MAX_CLIP)
    return [TimeRange(start, end) for start, end in zip(starts, [*starts[1:], during.end], strict=True)]

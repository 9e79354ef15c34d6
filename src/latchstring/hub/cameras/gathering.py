"""Pictures that nobody waits for gather in the kernel, and are taken many at a time."""

from __future__ import annotations

from collections.abc import Sequence

LEAST_SECONDS = 0.02
MOST_FULL = 0.25
"""Of what the kernel holds for this connection, its own book-keeping included: about half of what fits."""
_GROWS, _SHRINKS = 1.25, 0.5


class Gathering:
    """How long to sleep between two reads.

    The kernel lengthens its buffer as it sees that more is taken at a time. Until it has, a long sleep would
    fill it, and a camera that cannot send leaves pictures out; so the sleep grows with the buffer.
    """

    def __init__(self) -> None:
        self._fits = LEAST_SECONDS  # the longest sleep that the buffer has been seen to bear
        self._slept = LEAST_SECONDS

    def pause(self, taken_bytes: int, holds_bytes: int, most_seconds: float) -> float:
        """Seconds until the next read, after one that left nothing behind."""
        if taken_bytes > holds_bytes * MOST_FULL:
            self._fits = max(self._slept * _SHRINKS, LEAST_SECONDS)
        elif self._slept == self._fits < most_seconds:
            self._fits = min(self._fits * _GROWS, most_seconds)
        self._slept = min(self._fits, most_seconds)
        return self._slept


class Arrivals:
    """When the pictures of one read arrived: as their media times say, and between this read and the last.

    What came after one read and before the next bounds the offset of media time from both sides. So it
    follows a camera whose clock is fast or slow, and a read that comes late moves nothing.
    """

    def __init__(self) -> None:
        self._offset: float | None = None

    def of(self, media: Sequence[float], since: float, heard: float) -> list[float]:
        """On the monotonic clock, rising, for media times (in seconds) in the order in which they came."""
        span, room, latest = media[-1] - media[0], heard - since, heard - media[-1]
        offset = latest if self._offset is None else self._offset
        self._offset = offset = min(max(offset, since - media[0]), latest)
        squeeze = room / span if span > room else 1.0  # what was held up comes all at once
        last, bound, arrivals = min(offset + media[-1], heard), heard, []
        for at in reversed(media):
            bound = min(max(last - (media[-1] - at) * squeeze, since), bound)
            arrivals.append(bound)
        return arrivals[::-1]

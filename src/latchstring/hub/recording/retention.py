"""What is deleted: what is past its time, over its camera's limit, or more than a short disk can hold.

One rule decides the order: whatever would be deleted first for its age goes first. So files in which
something happened outlast the rest also when room is short, and of one kind the oldest goes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros

DAY_US = 86_400_000_000
AT_MOST_OF_DISK = 20
"""Never more than a twentieth of a disk is kept free."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long the recordings of a camera stay."""

    days: int = 14
    event_days: int = 30  # files in which something happened; never fewer than `days`
    max_bytes: int | None = None  # None: as much as there is

    def expires_us(self, segment: StoredSegment) -> int:
        """When its time is up."""
        days = max(self.days, self.event_days) if segment.has_event else self.days
        return segment.end_us + days * DAY_US


@dataclass(frozen=True, kw_only=True)
class Keep:
    """What is kept of all cameras."""

    rule: Rule = field(default_factory=Rule)
    cameras: Mapping[CameraId, Rule] = field(default_factory=dict)
    """Those with a rule of their own."""

    min_free_bytes: int = 1 << 30
    """Left for everything else on this disk."""

    def rule_of(self, camera: CameraId) -> Rule:
        return self.cameras.get(camera, self.rule)

    def reserve(self, disk_bytes: int) -> int:
        """What must stay free on a disk of this size."""
        return min(self.min_free_bytes, disk_bytes // AT_MOST_OF_DISK)


@dataclass(frozen=True, kw_only=True)
class StoredSegment:
    """A whole file of recordings."""

    id: int
    camera: CameraId
    path: str
    start_us: int
    end_us: int
    size_bytes: int
    has_event: bool = False


@dataclass(frozen=True)
class Moment:
    """A stretch of one camera that belongs to an event: [start, end), in microseconds."""

    start_us: int
    end_us: int


def to_delete(
    segments: Sequence[StoredSegment],
    keep: Keep,
    *,
    now: datetime,
    missing_bytes: int,
    growing: Collection[str],
) -> list[StoredSegment]:
    """Which files go, first those that go first; none that still grows.

    `missing_bytes` is how much must be freed for the disk's sake; 0 or less when it has room.
    """
    now_us = to_micros(now)
    used: dict[CameraId, int] = {}
    for segment in segments:
        used[segment.camera] = used.get(segment.camera, 0) + segment.size_bytes
    chosen = []
    ends = [(keep.rule_of(s.camera).expires_us(s), s.end_us, s.id, s) for s in segments]
    for expires_us, _, _, segment in sorted(ends):
        limit = keep.rule_of(segment.camera).max_bytes
        over = limit is not None and used[segment.camera] > limit
        if segment.path in growing or not (expires_us <= now_us or over or missing_bytes > 0):
            continue
        chosen.append(segment)
        used[segment.camera] -= segment.size_bytes
        missing_bytes -= segment.size_bytes
    return chosen


def mark_events(segments: Iterable[StoredSegment], moments: Sequence[Moment]) -> list[StoredSegment]:
    """One camera's files, those told apart that share an instant with one of the moments."""
    waiting = sorted(moments, key=lambda m: m.start_us)
    marked, at, latest_end = [], 0, 0
    for segment in sorted(segments, key=lambda s: s.start_us):
        while at < len(waiting) and waiting[at].start_us < segment.end_us:
            latest_end = max(latest_end, waiting[at].end_us)
            at += 1
        marked.append(replace(segment, has_event=latest_end > segment.start_us))
    return marked

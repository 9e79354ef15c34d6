"""How much the recordings take, and for how long the disk lasts at the pace of the last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from latchstring.base.ids import CameraId
from latchstring.base.time import TimeRange, from_micros, to_micros
from latchstring.hub.recording.age import Doubt
from latchstring.hub.recording.beside import Kind
from latchstring.hub.recording.retention import DAY_US, Keep, Rule
from latchstring.hub.store import Store

PACE_OF = timedelta(days=1)
_HELD = """
    SELECT taken.camera, taken.size_bytes AS used_bytes,
           (SELECT min(start_us) FROM segment WHERE camera = taken.camera AND size_bytes > 0) AS first_us,
           (SELECT max(end_us) FROM segment WHERE camera = taken.camera AND size_bytes > 0) AS last_us,
           coalesce(late.size_bytes, 0) AS late_bytes, coalesce(late.us, 0) AS late_us
    FROM taken LEFT JOIN (
        SELECT taken.camera, sum(segment.size_bytes) AS size_bytes, sum(end_us - start_us) AS us
        FROM taken CROSS JOIN segment USING (camera)
        WHERE segment.end_us > :since AND segment.size_bytes > 0 GROUP BY taken.camera
    ) AS late USING (camera)
    WHERE taken.size_bytes > 0 ORDER BY taken.camera"""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What there is of one camera."""

    camera: CameraId
    used_bytes: int
    during: TimeRange  # from its oldest to its newest recorded instant
    bytes_per_day: int  # at its pace of late; 0: it has recorded nothing of late


@dataclass(frozen=True, kw_only=True)
class CameraStorage:
    """One camera's share. Its recordings reach back `lasts_days`, by its rule and the room there is."""

    held: Held
    rule: Rule
    lasts_days: float | None  # None: it records nothing


@dataclass(frozen=True, kw_only=True)
class Storage:
    """The whole. `fits_days`: so many days of all cameras fit on the disk."""

    used_bytes: int
    free_bytes: int
    reserve_bytes: int
    fits_days: float | None  # None: nothing is recorded
    cameras: tuple[CameraStorage, ...]
    beside: Mapping[Kind, int]  # bytes of what is no recording
    doubt: Doubt | None  # why some things are kept longer than their days


def held(store: Store, *, now: datetime) -> list[Held]:
    """Every camera that has recordings, also those that were removed."""
    with store.read() as db:
        rows = db.execute(_HELD, {"since": to_micros(now - PACE_OF)}).fetchall()
    return [
        Held(
            camera=CameraId(row["camera"]),
            used_bytes=row["used_bytes"],
            during=TimeRange(from_micros(row["first_us"]), from_micros(row["last_us"])),
            bytes_per_day=row["late_bytes"] * DAY_US // row["late_us"] if row["late_us"] else 0,
        )
        for row in rows
    ]


def look(
    held: Sequence[Held],
    keep: Keep,
    *,
    free_bytes: int,
    reserve_bytes: int,
    beside: Mapping[Kind, int] | None = None,
    doubt: Doubt | None = None,
) -> Storage:
    """Days for which there is room. That some files are kept longer for their events is left out."""
    used = sum(each.used_bytes for each in held)
    pace = sum(each.bytes_per_day for each in held)
    fits = max(0, used + free_bytes - reserve_bytes) / pace if pace else None
    return Storage(
        used_bytes=used,
        free_bytes=free_bytes,
        reserve_bytes=reserve_bytes,
        fits_days=fits,
        cameras=tuple(
            CameraStorage(
                held=each,
                rule=(rule := keep.rule_of(each.camera)),
                lasts_days=_lasts(each, rule, fits),
            )
            for each in held
        ),
        beside=beside or {},
        doubt=doubt,
    )


def _lasts(held: Held, rule: Rule, fits: float | None) -> float | None:
    if fits is None or held.bytes_per_day == 0:
        return None
    limited = rule.days if rule.max_bytes is None else rule.max_bytes / held.bytes_per_day
    return min(rule.days, limited, fits)

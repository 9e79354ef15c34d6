"""Incidents, the maps that are published of them, and who was given one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from latchstring.analysis.guard.sources import Source
from latchstring.base import canonical, geo
from latchstring.base.errors import BadInput
from latchstring.studies import cells

KINDS = (
    "parcel-theft", "break-in", "vehicle-theft", "theft-from-vehicle", "bicycle-theft", "vandalism",
)  # fmt: skip
PURPOSES = ("prevention-advice", "delivery-points", "street-design", "patrol-planning", "public-report")
"""What a map may be given for. Decoys and stings are not among them."""
EPSILONS = (250, 500, 1000)  # thousandths
HOUSEHOLD_CAP = 1
"""How often a household counts in one map. The noise is scaled to it."""
MOST_COARSE_CELLS = 7
OLDEST = timedelta(days=5 * 366)
_BUCKETS = ((10_000, "10000+"), (4000, "4000-9999"), (1000, "1000-3999"))


class BadIncident(BadInput):
    """An incident has a kind from the list, a day in the last five years, and an H3 cell of resolution 9."""


class BadPlan(BadInput):
    """A map needs an area, days and kinds of incident."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Something that happened to a resident, in a cell, on a day. Nothing finer is ever held.

    `household` is a keyed hash, so that nobody counts twice; it is never shown.
    """

    kind: str
    day: date
    cell: str
    household: bytes

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadIncident(f"{self.kind[:40]!r} is no kind of incident; it is one of {', '.join(KINDS)}")
        geo.check_cell(self.cell, geo.FINE_RESOLUTION)

    @property
    def coarse(self) -> str:
        return geo.parent(self.cell, geo.COARSE_RESOLUTION)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A resident's report that nobody has looked at yet."""

    id: int
    kind: str
    day: date
    cell: str


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A coarse cell that maps can be made of, and what is left to spend on it this year."""

    cell: str
    dwellings: int
    incidents: int
    left_thousandths: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which map is to be made: [start, end] in days, both included."""

    area: tuple[str, ...]  # coarse cells, sorted
    resolution: int
    start: date
    end: date
    kinds: tuple[str, ...]
    epsilon_thousandths: int
    reported: tuple[float, float]

    def __post_init__(self) -> None:
        if not 1 <= len(self.area) <= MOST_COARSE_CELLS or list(self.area) != sorted(set(self.area)):
            raise BadPlan(f"an area is 1 to {MOST_COARSE_CELLS} different cells of resolution 6, sorted")
        for cell in self.area:
            geo.check_cell(cell, geo.COARSE_RESOLUTION)
        cells.check_resolution(self.resolution)
        if self.start > self.end:
            raise BadPlan("the days of a map run from the first to the last")
        if not self.kinds or set(self.kinds) - set(KINDS) or len(set(self.kinds)) != len(self.kinds):
            raise BadPlan(f"the kinds of a map are some of {', '.join(KINDS)}")
        if self.epsilon_thousandths not in EPSILONS:
            raise BadPlan("the epsilon of a map is 0.25, 0.5 or 1")

    @property
    def epsilon(self) -> float:
        return self.epsilon_thousandths / 1000


@dataclass(frozen=True, kw_only=True)
class PublishedMap:
    """A map as everybody gets it: residents and agencies the same bytes."""

    body: bytes  # canonical JSON
    published_at: datetime

    @cached_property
    def sha256(self) -> str:
        return canonical.sha256_hex(self.body)

    @cached_property
    def content(self) -> dict[str, Any]:
        return canonical.decode(self.body)

    @property
    def area(self) -> tuple[str, ...]:
        return tuple(self.content["area"])

    @property
    def epsilon_thousandths(self) -> int:
        return round(float(self.content["epsilon"]) * 1000)

    @property
    def events_bucket(self) -> str:
        """How many incidents, said only as a bucket."""
        if not self.content["enough"]:
            return "under 400"
        return next((name for least, name in _BUCKETS if self.content["events"] >= least), "400-999")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An agency's wish to be given a map."""

    agency: str
    officer: str  # pseudonym
    map_sha256: str
    purpose: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class Release:
    """What came of it. `reasons` are the gate's; none where the map was given."""

    id: str  # rl_…
    agency: str
    map_sha256: str
    purpose: str
    asked_at: datetime
    expires_on: date
    reasons: tuple[str, ...]
    over: bool
    entry: int


def household_of(name: str, key: bytes) -> bytes:
    """The keyed hash under which a household is remembered; the name itself is kept nowhere."""
    if not 1 <= len(name) <= 200:
        raise BadIncident("a household has a pseudonym of 1 to 200 characters, never its address")
    return hmac.digest(key, name.encode(), hashlib.sha256)


def check_day(day: date, *, today: date) -> date:
    """`day` itself; `today` is the latest that is today somewhere on earth."""
    if day > today:
        raise BadIncident(f"{day} lies in the future")
    if day < today - OLDEST:
        raise BadIncident(f"{day} is more than five years ago")
    return day


def draw_up(plan: Plan, found: cells.CellMap, *, map_id: str, at: str) -> bytes:
    """The map's bytes; its id tells two maps apart that happen to say the same."""
    return canonical.encode(
        {
            "kind": "theft-map",
            "v": 1,
            "id": map_id,
            "at": at,
            "area": list(plan.area),
            "from": plan.start.isoformat(),
            "to": plan.end.isoformat(),
            "kinds": sorted(plan.kinds),
            "source": Source.RESIDENT.value,
            "household_cap": HOUSEHOLD_CAP,
            **cells.map_json(found),
        }
    )


def within(area: Sequence[str], counts: dict[str, int]) -> dict[str, int]:
    """The counts of fine cells that lie in these coarse cells."""
    inside = set(area)
    return {cell: n for cell, n in counts.items() if geo.parent(cell, geo.COARSE_RESOLUTION) in inside}

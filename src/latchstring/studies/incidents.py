"""Incidents out of a table: where, on which day, and how they became known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.guard import sources
from latchstring.analysis.guard.sources import Source
from latchstring.analysis.points import Degrees, Incidents, Points
from latchstring.base.errors import BadInput
from latchstring.studies import table
from latchstring.studies.dates import Order
from latchstring.studies.plane import FURTHEST_NORTH, Plane, TooWide

X = ("x", "x_coord", "x_coordinate", "easting", "east", "e", "1")
Y = ("y", "y_coord", "y_coordinate", "northing", "north", "n", "2")
DAY = ("date", "day", "days", "date_single", "date_from", "time", "t", "when", "3")
_DEGREES = {"lon", "lng", "long", "longitude", "lat", "latitude"}
_SAY_DEGREES = (
    "these look like degrees of longitude and latitude; name their columns with --lon and --lat, "
    "or project them to metres (UTM, for one)"
)
FURTHEST_METRES = 1e8
"""Five times what any projection of the earth gives; beyond it stands a slip of the keyboard."""
_SEED = 0  # of which visits count, so that the same file gives the same answer


class FutureDate(BadInput):
    """An incident lies in the future."""


class HalfAPlace(BadInput):
    """Degrees need both columns: --lon and --lat."""


class NoSource(BadInput):
    """The probability of a visit needs --source too: the column of how each incident became known."""


class AllDropped(BadInput):
    """After correcting for visits no incident is left; these were found where somebody always went."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns that were named; None: found by their usual names, or by place in a file without a head.

    `lon` and `lat` hold degrees, in place of x and y. `origin` is where the metres lie on the globe.
    """

    x: str | None = None
    y: str | None = None
    lon: str | None = None
    lat: str | None = None
    day: str | None = None
    id: str | None = None
    source: str | None = None
    visit: str | None = None
    date_order: Order | None = None
    header: bool | None = None
    origin: Plane | None = None


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What a file held.

    `days` is None where they were not asked for, `dated` says that they were dates and no plain numbers.
    `plane` is None where nobody said where on the globe the places lie. `left_out` were found on visits and
    dropped to correct for them.
    """

    points: Points
    days: NDArray[np.int64] | None
    plane: Plane | None
    dated: bool = False
    left_out: int = 0

    @property
    def beware(self) -> tuple[str, ...]:
        """How many incidents of the file the answer does not hold, and why."""
        return _by_lot(self.left_out)

    def incidents(self) -> Incidents:
        """With their days, which must have been asked for."""
        assert self.days is not None
        return Incidents(self.points, self.days)


@dataclass(frozen=True)
class Where:
    """The columns of a place; of degrees where `degrees`."""

    x: str
    y: str
    degrees: bool


def read_incidents(path: Path, columns: Columns, *, today: int) -> Incidents:
    """`today` in days since 1970-01-01: a later date is refused, a plain number of a day is not."""
    return read_dated(path, columns, today=today).incidents()


def read_points(path: Path, columns: Columns) -> Points:
    """Places only."""
    return read_placed(path, columns).points


def read_dated(path: Path, columns: Columns, *, today: int) -> Placed:
    """Places and days, and where on the globe they lie."""
    return _read(path, columns, today)


def read_placed(path: Path, columns: Columns) -> Placed:
    """Places, and where on the globe they lie."""
    return _read(path, columns, None)


def read_weighted(
    path: Path, columns: Columns, weight: str | None, plane: Plane | None
) -> tuple[Points, NDArray[np.float64]]:
    """Places with a weight each, such as dwellings; without such a column each counts 1.

    Places in degrees are laid on the plane of the incidents.
    """
    layout = table.look(path, header=columns.header)
    where = place_columns(layout, columns)
    named = None if weight is None else layout.column(weight, (), "the weight", "its flag")
    rows = table.read(layout, [where.x, where.y, *([named] if named else [])])
    if where.degrees and plane is None:
        raise HalfAPlace(
            f"{path.name} holds degrees and the incidents do not; say with --origin where those lie"
        )
    points, _ = points_of(rows, where, plane)
    numbers = rows.numbers(named) if named else np.ones(len(rows))
    bad = np.flatnonzero(numbers < 0)
    if bad.size:
        raise table.BadCell(f"{rows.where(int(bad[0]))}: a weight is a number from 0 up")
    return points, numbers


def _read(path: Path, columns: Columns, today: int | None) -> Placed:
    layout = table.look(path, header=columns.header)
    where = place_columns(layout, columns)
    day = None if today is None else layout.column(columns.day, DAY, "the day", "--date")
    named = _named(layout, columns)
    rows = table.read(layout, [name for name in (where.x, where.y, day, *named.values()) if name])
    points, plane = points_of(rows, where, columns.origin)
    days, dated = None, False
    if day is not None and today is not None:
        days, dated = rows.days(day, columns.date_order), rows.holds_dates(day)
        _refuse_future(rows, day, days, today)
    kept = _known(rows, named)
    return Placed(
        points=points if kept.all() else Points(points.xy[kept]),
        days=None if days is None else days[kept],
        plane=plane,
        dated=dated,
        left_out=int((~kept).sum()),
    )


@dataclass(frozen=True, kw_only=True)
class AtSites:
    """For each incident the number of its site and its day; `dated` and `left_out` as in `Placed`."""

    site: NDArray[np.int64]
    days: NDArray[np.int64]
    dated: bool
    left_out: int

    @property
    def beware(self) -> tuple[str, ...]:
        """How many incidents of the file the answer does not hold, and why."""
        return _by_lot(self.left_out)


def read_at_sites(path: Path, sites: Path, columns: Columns, *, site: str, today: int) -> AtSites:
    """Incidents whose site has a name that stands in the file of sites too."""
    known = _sites(sites, columns, site)
    layout = table.look(path, header=columns.header)
    name = layout.column(site, (), site, "--site-column")
    day = layout.column(columns.day, DAY, "the day", "--date")
    named = _named(layout, columns)
    rows = table.read(layout, [name, day, *(each for each in named.values() if each)])
    at = []
    for row, text in enumerate(rows.texts(name)):
        if text not in known:
            raise table.BadCell(f"{rows.where(row)}: {text[:40]!r} is no place of {sites.name}")
        at.append(known[text])
    days = rows.days(day, columns.date_order)
    _refuse_future(rows, day, days, today)
    kept = _known(rows, named)
    return AtSites(
        site=np.array(at, dtype=np.int64)[kept],
        days=days[kept],
        dated=rows.holds_dates(day),
        left_out=int((~kept).sum()),
    )


def _sites(path: Path, columns: Columns, name: str) -> dict[str, int]:
    """The number of each site by its name, which stands once."""
    layout = table.look(path, header=columns.header)
    found = layout.column(name, (), name, "--site-column")
    rows = table.read(layout, [found])
    names = rows.texts(found)
    table.refuse_twice(rows, names, "the place")
    return {text: number for number, text in enumerate(names)}


def _named(layout: table.Layout, columns: Columns) -> dict[str, str | None]:
    """The columns of identity, source and visit, where they were named."""
    if columns.visit is not None and columns.source is None:
        raise NoSource
    return {
        kind: None if wanted is None else layout.column(wanted, (), kind, f"--{kind}")
        for kind, wanted in (("id", columns.id), ("source", columns.source), ("visit", columns.visit))
    }


def _known(rows: table.Table, named: dict[str, str | None]) -> NDArray[np.bool_]:
    """Which incidents count: each that stands once, and of those found on visits as many as may."""
    if named["id"]:
        table.refuse_twice(rows, rows.texts(named["id"]), "the incident")
    if named["source"] is None:
        return np.ones(len(rows), dtype=bool)
    kept = _kept(rows, named["source"], named["visit"])
    if not kept.any():
        raise AllDropped
    return kept


def _by_lot(left_out: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (
        f"{left_out:,} incidents were left out by lot, so that what was found on frequent visits does not "
        "count more than what residents reported.",
    )


def _refuse_future(rows: table.Table, day: str, days: NDArray[np.int64], today: int) -> None:
    late = np.flatnonzero(days > today)
    if late.size and rows.holds_dates(day):
        raise FutureDate(f"{rows.where(int(late[0]))}: the date in column {day!r} lies in the future")


def read_sources(
    rows: table.Table, source: str, visit: str | None
) -> tuple[list[Source], NDArray[np.float64]]:
    """How each incident became known, and its weight; what police found is refused by its line."""
    found = []
    for row, text in enumerate(rows.texts(source)):
        try:
            found.append(sources.parse(text))
        except sources.UnknownSource as e:
            raise sources.UnknownSource(f"{rows.where(row)}: {e.message}") from None
        if found[-1] is Source.POLICE:
            raise sources.PoliceFound(
                f"{rows.where(row)}: this incident was discovered by police, which shows where they went; "
                "the file cannot be mapped with such incidents in it"
            )
    if Source.VISIT in found and visit is None:
        row = found.index(Source.VISIT)
        raise sources.NeedsVisits(
            f"{rows.where(row)}: this incident was found on a visit; say with --visit-probability which "
            "column holds how likely the visit was"
        )
    chances = None if visit is None else rows.numbers(visit, may_miss=True)
    for row, each in enumerate(found):
        if each is Source.VISIT and chances is not None and not 0 < chances[row] <= 1:
            raise sources.NeedsVisits(
                f"{rows.where(row)}: the probability of a visit lies above 0 and is at most 1"
            )
    return found, sources.weights(found, chances)


def _kept(rows: table.Table, source: str, visit: str | None) -> NDArray[np.bool_]:
    """Ensign's correction (2018): the likelier a visit was, the more often what it found is dropped.

    All incidents are thinned to one scale, so that counts stay whole and pairs stay pairs.
    """
    _, weights = read_sources(rows, source, visit)
    kept: NDArray[np.bool_] = np.random.default_rng(_SEED).random(len(weights)) < weights / weights.max()
    return kept


def place_columns(layout: table.Layout, columns: Columns) -> Where:
    """The columns of a place, named or found."""
    if (columns.lon is None) != (columns.lat is None):
        raise HalfAPlace
    if columns.lon is not None and columns.lat is not None:
        return Where(
            layout.column(columns.lon, (), "the longitude", "--lon"),
            layout.column(columns.lat, (), "the latitude", "--lat"),
            degrees=True,
        )
    names = {name.lower() for name in layout.names}
    if columns.x is None and columns.y is None and _DEGREES & names and not (names & {*X} and names & {*Y}):
        raise Degrees(_SAY_DEGREES)
    return Where(
        layout.column(columns.x, X, "x, in metres", "--x"),
        layout.column(columns.y, Y, "y, in metres", "--y"),
        degrees=False,
    )


def points_of(rows: table.Table, where: Where, plane: Plane | None) -> tuple[Points, Plane | None]:
    """In metres, and the plane they lie on; degrees without one get their own."""
    across, along = rows.numbers(where.x), rows.numbers(where.y)
    if where.degrees:
        bad = np.flatnonzero((np.abs(across) > 180) | (np.abs(along) > FURTHEST_NORTH))
        if bad.size:
            row = int(bad[0])
            raise table.BadCell(
                f"{rows.where(row)}: {across[row]:g}, {along[row]:g} cannot be laid on a plane; longitudes "
                f"lie between -180 and 180, latitudes between -{FURTHEST_NORTH} and {FURTHEST_NORTH} degrees"
            )
        try:
            plane = plane or Plane.around(across, along)
            return Points(plane.to_metres(across, along)), plane
        except TooWide as e:
            raise TooWide(f"{e.message.rstrip('.')}; {_furthest(rows, across, along)}") from None
    far = np.flatnonzero(np.maximum(np.abs(across), np.abs(along)) > FURTHEST_METRES)
    if far.size:
        raise table.BadCell(f"{rows.where(int(far[0]))}: no map of the earth has so many metres")
    try:
        points = Points.of(across, along)
    except Degrees:
        raise Degrees(_SAY_DEGREES) from None
    if plane is not None:
        plane.check_near(points.xy)
    return points, plane


def _furthest(rows: table.Table, across: NDArray[np.float64], along: NDArray[np.float64]) -> str:
    """Often one place that was never found, and stands at 0, 0."""
    away = np.abs(across - np.median(across)) + np.abs(along - np.median(along))
    row = int(away.argmax())
    return f"furthest from the middle is {rows.where(row)}, at {across[row]:g}, {along[row]:g}"

"""A map of hexagons: counts by H3 cell with their doubt and their denominators, and what is held back.

The command line and the network make their maps here, so that they cannot disagree.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import h3
import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.guard import noise
from latchstring.analysis.hotspots.certainty import MAPS, membership
from latchstring.analysis.hotspots.hotspot_map import ENOUGH
from latchstring.analysis.hotspots.rates import garwood
from latchstring.analysis.hotspots.reporting import BadReporting
from latchstring.analysis.hotspots.scoring import top_cells
from latchstring.analysis.interval import Interval, check_level
from latchstring.base import geo
from latchstring.base.errors import BadInput
from latchstring.studies.study import Shown, Study, number

RESOLUTIONS = (8, 9)
LEAST_IN_CELL = 5
"""A cell with fewer events is shown as "fewer than 5"."""
LEAST_DWELLINGS = 8
"""As police.uk: a place that fewer than 8 addresses share points at a home."""
REPORTED = (0.2, 0.8)
"""The share of thefts that is reported, where nobody knows better: from one in five to four in five."""
SHARE = 0.05
_PER = 1000  # dwellings
_SHOWN = 20  # rows in a table for people


class BadResolution(BadInput):
    """A map has H3 cells of resolution 8 (about 0.7 square kilometres) or 9 (about 0.1)."""


class OtherCells(BadInput):
    """Incidents lie in cells for which no number of dwellings is known."""


@dataclass(frozen=True, kw_only=True)
class MappedCell:
    """One hexagon. Where `held_back` says why, nothing but its dwellings is told.

    `events` is the plain count, `rate` is events per 1,000 dwellings with its interval, `certainty` the
    chance to be among the top share, `likely` the range of the true rate if not everything is reported.
    """

    cell: str
    dwellings: int | None
    events: int | None
    rate: float | None
    rate_interval: Interval | None
    certainty: float | None
    likely: Interval | None
    held_back: str  # "", few-events, few-homes


@dataclass(frozen=True, kw_only=True)
class CellMap:
    """`cells` is empty where `enough` is False: the total of the area is all that can be said.

    `epsilon` is None where no noise was added; else all numbers carry it and the intervals allow for it.
    """

    resolution: int
    events: int
    dwellings: int | None
    enough: bool
    epsilon: float | None
    reported: tuple[float, float]
    level: float
    share: float
    cells: tuple[MappedCell, ...]
    total_interval: Interval


def coarser(counts: Mapping[str, int], resolution: int) -> dict[str, int]:
    """Counts by cell, added up to a coarser resolution."""
    return _by_parent(counts, check_resolution(resolution))


def check_resolution(resolution: int) -> int:
    """`resolution` itself."""
    if resolution not in RESOLUTIONS:
        raise BadResolution
    return resolution


def cell_map(
    events: Mapping[str, int],
    dwellings: Mapping[str, int] | None,
    *,
    resolution: int,
    enough: bool,
    epsilon: float | None = None,
    reported: tuple[float, float] = REPORTED,
    level: float = 0.95,
    share: float = SHARE,
    maps: int = MAPS,
    seed: int = 0,
) -> CellMap:
    """The map of `events` by cell, of the resolution given, over `dwellings` by cell.

    With `epsilon` the events carry geometric noise already, one draw in each cell with dwellings, and may be
    below 0. `enough` is told by who saw the true total: below 400 events no cell is shown.
    """
    check_resolution(resolution)
    check_level(level)
    if not 0 < reported[0] <= reported[1] <= 1:
        raise BadReporting
    if dwellings is not None and (strange := events.keys() - dwellings.keys()):
        raise OtherCells(
            f"{len(strange)} cells with incidents have no dwellings ({min(strange)} is one); "
            "give the dwellings of the whole area"
        )
    names = sorted(events if dwellings is None else dwellings)
    counts = np.array([events.get(name, 0) for name in names], dtype=np.int64)
    homes = None if dwellings is None else np.array([dwellings[name] for name in names], dtype=np.float64)
    total = max(0, int(counts.sum()))
    draws = len(names) if enough else 1
    return CellMap(
        resolution=resolution,
        events=total,
        dwellings=None if homes is None else int(homes.sum()),
        enough=enough,
        epsilon=epsilon,
        reported=reported,
        level=level,
        share=share,
        cells=_mapped(names, counts, homes, epsilon, reported, level, share, maps, seed) if enough else (),
        total_interval=_between(total, _spread_of_sum(epsilon, draws, level), level),
    )


def feature_collection(found: CellMap) -> dict[str, Any]:
    """GeoJSON (RFC 7946), one hexagon a feature; what is held back has no numbers."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": cell.cell,
                "geometry": {"type": "Polygon", "coordinates": [_ring(cell.cell)]},
                "properties": cell_json(cell),
            }
            for cell in found.cells
        ],
    }


def cell_json(cell: MappedCell) -> dict[str, Any]:
    """What is told of a cell; intervals as [low, high]."""
    told: dict[str, Any] = {"cell": cell.cell, "dwellings": cell.dwellings, "held_back": cell.held_back}
    if cell.held_back:
        return told
    return told | {
        "events": cell.events,
        "rate": _rounded(cell.rate),
        "rate_interval": _pair(cell.rate_interval),
        "certainty": _rounded(cell.certainty),
        "likely": _pair(cell.likely),
    }


def map_json(found: CellMap) -> dict[str, Any]:
    """The map as one object, its cells in the order of their names."""
    return {
        "resolution": found.resolution,
        "events": found.events,
        "events_interval": _pair(found.total_interval),
        "dwellings": found.dwellings,
        "enough": found.enough,
        "epsilon": found.epsilon,
        "reported": list(found.reported),
        "level": found.level,
        "share": found.share,
        "least_events": ENOUGH,
        "least_in_cell": LEAST_IN_CELL,
        "least_dwellings": LEAST_DWELLINGS,
        "cells": [cell_json(cell) for cell in found.cells],
    }


def of_cells(found: CellMap) -> Study:
    """The map as it is shown; GeoJSON only where there are denominators."""
    shown = [cell for cell in found.cells if not cell.held_back]
    sure = [cell for cell in shown if cell.certainty is not None and cell.certainty >= found.level]
    return Study(
        title=f"Incidents by cell (H3, resolution {found.resolution})",
        finding=_said(found, len(shown), len(sure)),
        answer=map_json(found),
        full=found,
        tables=(_table(shown, found.level),) if shown else (),
        beware=tuple(_beware(found)),
        geojson=feature_collection(found) if found.dwellings is not None else None,
    )


def _mapped(
    names: list[str],
    counts: NDArray[np.int64],
    homes: NDArray[np.float64] | None,
    epsilon: float | None,
    reported: tuple[float, float],
    level: float,
    share: float,
    maps: int,
    seed: int,
) -> tuple[MappedCell, ...]:
    populous = np.ones(len(names), dtype=bool) if homes is None else homes >= LEAST_DWELLINGS
    certain = np.zeros(len(names))
    certain[populous] = _certainty(
        counts[populous], None if homes is None else homes[populous], epsilon, share, maps, seed
    )
    spread = _spread(epsilon, level)

    def one(i: int) -> MappedCell:
        dwellings = None if homes is None else int(homes[i])
        why = "" if counts[i] >= LEAST_IN_CELL else "few-events"
        if not populous[i]:
            why = "few-homes"
        if why:
            return MappedCell(
                cell=names[i], dwellings=dwellings, events=None, rate=None, rate_interval=None,
                certainty=None, likely=None, held_back=why,
            )  # fmt: skip
        between = _between(int(counts[i]), spread, level)
        unit = None if dwellings is None else _PER / dwellings
        return MappedCell(
            cell=names[i],
            dwellings=dwellings,
            events=int(counts[i]),
            rate=None if unit is None else int(counts[i]) * unit,
            rate_interval=None if unit is None else _scaled(between, unit, unit),
            certainty=float(certain[i]),
            likely=None if unit is None else _scaled(between, unit / reported[1], unit / reported[0]),
            held_back="",
        )

    return tuple(one(i) for i in range(len(names)))


def _certainty(
    counts: NDArray[np.int64],
    homes: NDArray[np.float64] | None,
    epsilon: float | None,
    share: float,
    maps: int,
    seed: int,
) -> NDArray[np.float64]:
    """How often each cell is among the top share by rate (without dwellings: by count) in bootstrap maps.

    The bootstrap counts each event as often as a Poisson variable of mean 1 says (Hanley and MacGibbon 2006);
    where the counts carry noise, noise of the same kind is first taken away.
    """
    if not counts.size:
        return np.zeros(0)
    rng = np.random.default_rng(seed)
    means = np.broadcast_to(counts, (maps, counts.size))
    if epsilon is not None:
        means = means - noise.simulated(epsilon, means.shape, rng)
    played = rng.poisson(np.maximum(means, 0)).astype(np.float64)
    belongs = membership(played if homes is None else played / homes, top_cells(counts.size, share))
    return np.asarray(belongs.mean(axis=0), dtype=np.float64)


def _spread(epsilon: float | None, level: float) -> float:
    """How far noise moves one count, at half of what `level` leaves to chance."""
    return 0.0 if epsilon is None else float(noise.bound(epsilon, (1 + level) / 2))


def _spread_of_sum(epsilon: float | None, draws: int, level: float) -> float:
    """The same for a sum of several draws, by Chebyshev: the variance of one is 2 a / (1 - a)²."""
    if epsilon is None or draws <= 1:
        return _spread(epsilon, level)
    ratio = math.exp(-epsilon)
    return math.sqrt(draws * 2 * ratio / (1 - ratio) ** 2 / ((1 - level) / 2))


def _between(count: int, spread: float, level: float) -> Interval:
    """Garwood's interval around all counts that noise leaves possible; noise and chance share the error."""
    chance = level if spread == 0 else (1 + level) / 2
    low, _ = garwood(math.floor(max(count - spread, 0)), level=chance)
    _, high = garwood(math.ceil(max(count, 0) + spread), level=chance)
    return Interval(float(low), float(high), level)


def _scaled(between: Interval, low: float, high: float) -> Interval:
    return Interval(between.low * low, between.high * high, between.level)


def _by_parent(counts: Mapping[str, int], resolution: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell, count in counts.items():
        parent = geo.parent(cell, resolution)
        found[parent] = found.get(parent, 0) + count
    return found


def _ring(cell: str) -> list[list[float]]:
    """Closed, counter-clockwise (RFC 7946, 3.1.6); a cell's border is public geometry, nobody's place."""
    ring = [[round(longitude, 6), round(latitude, 6)] for latitude, longitude in h3.cell_to_boundary(cell)]
    return [*ring, ring[0]]


def _pair(between: Interval | None) -> list[float | None] | None:
    return None if between is None else [_rounded(between.low), _rounded(between.high)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _said(found: CellMap, shown: int, sure: int) -> str:
    total = f"{found.events:,} incidents ({_range(found.total_interval)} allowing for chance)"
    if not found.enough:
        return f"{total}. Below {ENOUGH} a map shows mostly chance, so this is all that can be said."
    if found.dwellings is None:
        return f"{total}. No number of dwellings was given, so we cannot tell where the risk is highest."
    hot = (
        f"{sure} cells are really among the top {found.share:.0%} with at least {found.level:.0%} certainty."
        if sure
        else f"We cannot tell which cells are really among the top {found.share:.0%}."
    )
    return f"{total} in {shown} cells that can be shown. {hot}"


def _table(shown: list[MappedCell], level: float) -> Shown:
    first = sorted(shown, key=lambda cell: (-(cell.rate or cell.events or 0), cell.cell))[:_SHOWN]
    return Shown(
        title=f"The {len(first)} cells with the highest rates of {len(shown)} shown",
        head=(
            "cell",
            "incidents",
            "dwellings",
            "per 1,000",
            f"{100 * level:g} %",
            "in the top 5 %",
            "if more are reported",
        ),
        rows=tuple(
            (
                cell.cell,
                number(cell.events),
                number(cell.dwellings),
                number(cell.rate, 1),
                _range(cell.rate_interval),
                f"{cell.certainty or 0:.0%}",
                _range(cell.likely),
            )
            for cell in first
        ),
    )


def _range(between: Interval | None) -> str:
    return "–" if between is None else f"{between.low:,.1f} to {between.high:,.1f}"


def _beware(found: CellMap) -> Iterable[str]:
    held = Counter(cell.held_back for cell in found.cells if cell.held_back)
    if few := held["few-events"]:
        yield f"{few} cells have fewer than {LEAST_IN_CELL} incidents and are not told."
    if few := held["few-homes"]:
        yield f"{few} cells have fewer than {LEAST_DWELLINGS} dwellings and are not told."
    yield (
        f"Only what was reported is counted. If {found.reported[0]:.0%} to {found.reported[1]:.0%} of all "
        "incidents are, the true rates lie in the last range of each cell."
    )

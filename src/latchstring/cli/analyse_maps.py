"""`latchstring analyse hotspots map | gi | moran | risk | clusters | bandwidth | back-test`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from latchstring.analysis.hotspots import bandwidth, scoring
from latchstring.analysis.hotspots.binning import Binned, bin_events
from latchstring.analysis.hotspots.clusters import clusters
from latchstring.analysis.hotspots.gi_star import gi_star
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.hotspots.hotspot_map import map_of
from latchstring.analysis.hotspots.local import Tail
from latchstring.analysis.hotspots.moran import local_moran
from latchstring.analysis.hotspots.risk import risk_surface
from latchstring.analysis.points import Floats, Points
from latchstring.base.errors import BadInput
from latchstring.cli.analyse_output import (
    Numbers,
    When,
    answers,
    progress,
    takes_incidents,
    takes_places,
    today,
)
from latchstring.studies import maps, stream
from latchstring.studies.incidents import Columns, Placed, read_dated, read_placed, read_weighted
from latchstring.studies.study import Study

MOST_DRAWN = 1_000_000_000
"""Cells times maps: about a minute and a half."""


class TooLong(BadInput):
    """So many cells in so many maps take too long: choose larger cells, or fewer --maps or --draws."""


_cell = click.option(
    "--cell", type=float, default=100.0, show_default=True, help="Side of a cell, in metres."
)
_bandwidth = click.option(
    "--bandwidth", type=float, help="How far to smooth, in metres; else it is suggested, with the reason."
)
_seed = click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
_level = click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
_reach = click.option(
    "--reach", type=int, default=1, show_default=True, help="Neighbours: so many cells away."
)


def _takes_exposure(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def take(command: Callable[..., Any]) -> Callable[..., Any]:
        file = click.option(
            "--exposure",
            type=click.Path(path_type=Path),
            required=required,
            help="File of dwellings or deliveries, with places as the incidents have.",
        )
        column = click.option(
            "--exposure-column", help="Its column of how many there are; else each row counts 1."
        )
        return file(column(command))

    return take


@click.command("map")
@takes_places
@_cell
@_bandwidth
@_takes_exposure(required=False)
@click.option("--reporting", type=Numbers(2), help="LOW,HIGH: between these lies the share that is reported.")
@click.option("--share", type=float, default=0.05, show_default=True, help="Of the cells: the densest.")
@click.option(
    "--maps", "maps_drawn", type=int, default=200, show_default=True, help="Maps drawn anew, for the doubt."
)
@click.option(
    "--edge",
    type=click.Choice(["none", "renormalise"]),
    default="none",
    show_default=True,
    help="What is done where the grid ends.",
)
@click.option("--stream", "streamed", is_flag=True, help="Read a Parquet file larger than memory.")
@_level
@_seed
@answers
def map_command(
    file: Path,
    columns: Columns,
    cell: float,
    bandwidth: float | None,
    exposure: Path | None,
    exposure_column: str | None,
    reporting: tuple[float, float] | None,
    maps_drawn: int,
    streamed: bool,
    **asked: Any,
) -> Study:
    """Where do incidents gather, how sure is that, and over how many homes?"""
    plane, weighed = columns.origin, None
    beware: tuple[str, ...] = ()
    if streamed:
        if exposure or any((columns.lon, columns.lat, columns.id, columns.source)):
            raise stream.NotForStreams
        binned = stream.binned(
            file, x=columns.x, y=columns.y, cell_metres=cell, progress=progress("rows walked over, twice")
        )
    else:
        placed = read_placed(file, columns)
        plane, beware = placed.plane, placed.beware
        grid, weighed = _grid(placed, cell, columns, exposure, exposure_column)
        binned = bin_events(placed.points, grid)
    if binned.grid.cells * maps_drawn > MOST_DRAWN:
        raise TooLong
    metres, because = _smoothing(binned, bandwidth)
    found = map_of(
        binned,
        bandwidth_metres=metres,
        exposure=weighed,
        reporting_rate=reporting,
        maps=maps_drawn,
        **asked,
    )
    return maps.of_map(found, because, plane).also_beware(beware)


@click.command("gi")
@takes_places
@_cell
@_reach
@click.option(
    "--tail",
    type=click.Choice(["high", "low"]),
    default="high",
    show_default=True,
    help="Look for many incidents, or for few.",
)
@_seed
@answers
def gi_command(file: Path, columns: Columns, cell: float, reach: int, tail: Tail, seed: int) -> Study:
    """Do a cell and its neighbours hold more than an even spread gives? (Getis and Ord 1995)"""
    placed = read_placed(file, columns)
    grid = Grid.around(placed.points, cell_metres=cell)
    counts = grid.counts(placed.points)
    found = gi_star(counts.astype(np.float64), reach=reach, tail=tail, seed=seed)
    return maps.of_gi(found, counts, grid, reach, placed.plane).also_beware(placed.beware)


@click.command("moran")
@takes_places
@_cell
@_reach
@_seed
@answers
def moran_command(file: Path, columns: Columns, cell: float, reach: int, seed: int) -> Study:
    """Which cells are like their neighbours, and which unlike them? (Anselin 1995)"""
    placed = read_placed(file, columns)
    grid = Grid.around(placed.points, cell_metres=cell)
    counts = grid.counts(placed.points)
    found = local_moran(counts.astype(np.float64), reach=reach, seed=seed)
    return maps.of_moran(found, counts, grid, placed.plane).also_beware(placed.beware)


@click.command("risk")
@takes_places
@_takes_exposure(required=True)
@_cell
@_bandwidth
@click.option("--draws", type=int, default=999, show_default=True, help="Of incidents dealt out by exposure.")
@_level
@_seed
@answers
def risk_command(
    file: Path,
    columns: Columns,
    cell: float,
    bandwidth: float | None,
    exposure: Path,
    exposure_column: str | None,
    **asked: Any,
) -> Study:
    """Where is the risk high, and not only the number of homes? (Bithell 1990)"""
    placed = read_placed(file, columns)
    grid, weighed = _grid(placed, cell, columns, exposure, exposure_column)
    assert weighed is not None
    if grid.cells * asked["draws"] > MOST_DRAWN:
        raise TooLong
    binned = bin_events(placed.points, grid)
    metres, _ = _smoothing(binned, bandwidth)
    found = risk_surface(binned.counts, weighed, grid, bandwidth_metres=metres, **asked)
    return maps.of_risk(found, float(weighed.sum()), grid, placed.plane).also_beware(placed.beware)


@click.command("clusters")
@takes_places
@click.option("--distance", type=float, required=True, help="Close together: at most so many metres.")
@click.option("--least", type=int, default=5, show_default=True, help="Incidents that make a place dense.")
@_takes_exposure(required=False)
@click.option("--draws", type=int, default=99, show_default=True, help="Of incidents dealt out by exposure.")
@_seed
@answers
def clusters_command(
    file: Path,
    columns: Columns,
    distance: float,
    exposure: Path | None,
    exposure_column: str | None,
    **asked: Any,
) -> Study:
    """Which incidents lie close together? (Ester and others 1996)"""
    placed = read_placed(file, columns)
    background, weights = None, None
    if exposure is not None:
        background, weights = read_weighted(exposure, _places_of(columns), exposure_column, placed.plane)
    found = clusters(placed.points, distance_metres=distance, background=background, weights=weights, **asked)
    return maps.of_clusters(found, len(placed.points)).also_beware(placed.beware)


@click.command("bandwidth")
@takes_places
@_cell
@click.option("--neighbours", type=int, default=10, show_default=True)
@answers
def bandwidth_command(file: Path, columns: Columns, cell: float, neighbours: int) -> Study:
    """How far could one smooth, and why? Three suggestions."""
    placed = read_placed(file, columns)
    points = placed.points
    grid = Grid.around(points, cell_metres=cell)
    found = {
        "prediction": bandwidth.by_prediction(grid.counts(points), grid),
        "neighbours": bandwidth.by_neighbours(points, neighbours=neighbours),
        "extent": bandwidth.by_extent(points),
    }
    return maps.of_bandwidths(found, len(points)).also_beware(placed.beware)


@click.command("back-test")
@takes_incidents
@click.option(
    "--split", type=When(), help="The first day to foretell; earlier ones make the map.", required=True
)
@_cell
@_bandwidth
@click.option("--share", type=float, default=0.05, show_default=True, help="Of the cells: those flagged.")
@answers
def back_test_command(
    file: Path, columns: Columns, split: int, cell: float, bandwidth: float | None, share: float
) -> Study:
    """Would the map have foretold what came after, better than a simple count?"""
    placed = read_dated(file, columns, today=today())
    incidents = placed.incidents()
    grid = Grid.around(placed.points, cell_metres=cell)
    earlier = Points(placed.points.xy[incidents.days < split])
    metres, _ = _smoothing(bin_events(earlier, grid), bandwidth)
    found = scoring.back_test(incidents, grid, split_day=split, bandwidth_metres=metres, share=share)
    return maps.of_back_test(found).also_beware(placed.beware)


def _smoothing(binned: Binned, asked: float | None) -> tuple[float, str]:
    if asked is not None:
        return asked, "as it was asked for"
    found = bandwidth.by_prediction(binned.counts, binned.grid)
    return found.metres, found.because


def _grid(
    placed: Placed, cell: float, columns: Columns, exposure: Path | None, column: str | None
) -> tuple[Grid, Floats | None]:
    """Around incidents and exposure, and the exposure of each cell."""
    if exposure is None:
        return Grid.around(placed.points, cell_metres=cell), None
    homes, weights = read_weighted(exposure, _places_of(columns), column, placed.plane)
    grid = Grid.around(Points(np.concatenate([placed.points.xy, homes.xy])), cell_metres=cell)
    weighed = np.bincount(grid.cell_of(homes), weights=weights, minlength=grid.cells).astype(np.float64)
    return grid, weighed.reshape(grid.shape)


def _places_of(columns: Columns) -> Columns:
    """Where places stand in a file of exposure: as in that of the incidents."""
    return Columns(x=columns.x, y=columns.y, lon=columns.lon, lat=columns.lat)

"""`latchstring analyse hotspots cells`: the theft map, from a file."""

from __future__ import annotations

from pathlib import Path

import click

from latchstring.analysis.hotspots.hotspot_map import ENOUGH
from latchstring.cli.analyse_output import Numbers, answers
from latchstring.studies import cell_table, cells
from latchstring.studies.cell_table import CellColumns
from latchstring.studies.study import Study


@click.command("cells")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--cell", help="Column of the H3 cell.")
@click.option("--longitude", help="Column of the longitude, in degrees.")
@click.option("--latitude", help="Column of the latitude, in degrees.")
@click.option("--header/--no-header", default=None, help="Whether the first line names the columns.")
@click.option(
    "--dwellings",
    "homes",
    type=click.Path(path_type=Path),
    help="Table of cells and their dwellings; without it there are counts alone, and no map to export.",
)
@click.option("--dwellings-column", help="Column of the number of dwellings.")
@click.option(
    "--resolution", type=click.IntRange(8, 9), default=9, show_default=True, help="Of the H3 cells."
)
@click.option(
    "--reported",
    type=Numbers(),
    default="0.2,0.8",
    show_default=True,
    help="Least and greatest share of incidents that are reported.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the bootstrap maps.")
@answers
def cells_command(
    file: Path,
    homes: Path | None,
    dwellings_column: str | None,
    resolution: int,
    reported: tuple[float, ...],
    level: float,
    seed: int,
    **columns: str | bool | None,
) -> Study:
    """Counts and rates by hexagon, each with its doubt; as the network publishes them, but without noise."""
    if len(reported) != 2:
        raise click.BadParameter(
            "give the least and the greatest share, such as 0.2,0.8", param_hint="--reported"
        )
    events = cell_table.read_events(file, CellColumns(**columns), resolution=resolution)  # type: ignore[arg-type]
    dwellings = (
        None
        if homes is None
        else cell_table.read_dwellings(homes, resolution=resolution, column=dwellings_column)
    )
    return cells.of_cells(
        cells.cell_map(
            events,
            dwellings,
            resolution=resolution,
            enough=events.total() >= ENOUGH,
            reported=(reported[0], reported[1]),
            level=level,
            seed=seed,
        )
    )

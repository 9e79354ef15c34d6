"""Files larger than memory: two walks over a Parquet file, group of rows by group of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from latchstring.analysis.hotspots.binning import Accumulator, Binned
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.points import Points
from latchstring.base.errors import BadInput
from latchstring.studies import table
from latchstring.studies.incidents import X, Y

Progress = Callable[[int, int], None]


class NotForStreams(BadInput):
    """Only Parquet is streamed, with x and y in metres and none of the columns that need all rows at once."""


def binned(
    path: Path,
    *,
    x: str | None,
    y: str | None,
    cell_metres: float,
    progress: Progress | None = None,
) -> Binned:
    """Sums over the cells of a grid around all places; memory is that of the grid and one group of rows."""
    layout = table.look(path)
    if layout.delimiter is not None:
        raise NotForStreams
    names = layout.column(x, X, "x, in metres", "--x"), layout.column(y, Y, "y, in metres", "--y")
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for xy in _groups(layout, names, progress, walk=0):
        low, high = np.minimum(low, xy.min(axis=0)), np.maximum(high, xy.max(axis=0))
    if not np.isfinite(low).all():
        raise table.BadTable(f"{path.name} has no rows")
    sums = Accumulator(Grid.around(Points(np.array([low, high])), cell_metres=cell_metres))
    for xy in _groups(layout, names, progress, walk=1):
        sums.add(Points(xy))
    return sums.binned()


def _groups(
    layout: table.Layout, names: tuple[str, str], progress: Progress | None, *, walk: int
) -> Iterator[NDArray[np.float64]]:
    """The places of each group that has rows; what is no finite number is named by its row."""
    try:
        with pq.ParquetFile(layout.path) as file:
            promised, before = file.metadata.num_rows, 0
            for number in range(file.num_row_groups):
                rows = table.Table(layout, file.read_row_group(number, columns=list(names)))
                if not len(rows):
                    continue
                xy = np.column_stack([rows.numbers(name, may_miss=True) for name in names])
                bad = np.flatnonzero(~np.isfinite(xy).all(axis=1))
                if bad.size:
                    raise table.BadCell(
                        f"row {before + int(bad[0]) + 1} of {layout.path.name} has no x and y in metres"
                    )
                before += len(rows)
                yield xy
                if progress is not None:
                    progress(walk * promised + before, 2 * promised)
            if before != promised:
                raise table.BadTable(f"{layout.path.name} promises {promised:,} rows and has {before:,}")
    except (pa.ArrowException, OSError) as e:
        raise table.BadTable(f"{layout.path.name} is damaged: its rows cannot be read") from e

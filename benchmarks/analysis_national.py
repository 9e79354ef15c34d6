"""A national map from files that do not fit into memory: 10^6, 10^7 and 10^8 incidents streamed from Parquet.

One process for each size, so that its peak memory is its own. The country is 4,000 by 4,000 km, the map has
1,024 by 1,024 cells. Time is of reading, checking, adding and the kernel map; it must grow with the number of
incidents and not faster: the last row is the time of each incident over that with a tenth of them, 1 where
time is linear, less where what every run costs still shows. The file of 10^8 needs 1.6 GB, and is written
only where 4 GB are free.
"""

from __future__ import annotations

import itertools
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import harness
from latchstring.analysis.hotspots import kernel
from latchstring.analysis.hotspots.binning import Accumulator
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.points import Points

NAME = "analysis_national"
SIDE = 4_000_000.0
GRID = Grid(west=0, south=0, cell_metres=SIDE / 1024, columns=1024, rows=1024)
BATCH = 1 << 20
SIZES = (10**6, 10**7, 10**8)
FREE = 4 << 30


def main() -> None:
    rows, each = [], []
    with tempfile.TemporaryDirectory(dir=Path(".cache")) as folder:
        for size in SIZES:
            if size == SIZES[-1] and shutil.disk_usage(folder).free < FREE:
                sys.stderr.write("analysis_national: 10^8 is left out, 4 GB of disk are needed\n")
                continue
            file = Path(folder) / f"{size}.parquet"
            _write(file, size)
            command = [sys.executable, "-m", "benchmarks.analysis_national", str(file)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            measured = json.loads(done.stdout)
            if measured["events"] != size:
                raise SystemExit(f"analysis_national: {measured['events']} of {size} incidents were counted")
            file.unlink()
            rows.append(
                harness.row(f"10^{len(str(size)) - 1} incidents", measured["seconds"], None, None, "s", 1)
            )
            per = measured["seconds"] / size * 1e9
            rows.append(harness.row(f"10^{len(str(size)) - 1} incidents, each", per, None, None, "ns", 1))
            rows.append(harness.row("peak memory", measured["megabytes"], None, None, "MB", 1))
            each.append(per)
    growth = [later / earlier for earlier, later in itertools.pairwise(each)]
    rows.append(harness.row("time of each, ten times as many, at worst", max(growth), None, None, "times", 1))
    harness.write(NAME, rows)


def _write(file: Path, size: int) -> None:
    """Batch by batch: towns, and a tenth of the incidents anywhere."""
    rng = np.random.default_rng(0)
    towns = rng.uniform(0.02 * SIDE, 0.98 * SIDE, (2000, 2))
    weight = rng.pareto(1.2, 2000) + 0.1
    schema = pa.schema([("x", pa.float64()), ("y", pa.float64())])
    with pq.ParquetWriter(file, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, size, BATCH):
            n = min(BATCH, size - start)
            xy = towns[rng.choice(2000, n, p=weight / weight.sum())] + rng.normal(0, 5000, (n, 2))
            anywhere = rng.random(n) < 0.1
            xy[anywhere] = rng.uniform(0, SIDE, (int(anywhere.sum()), 2))
            xy = xy.clip(0, SIDE)
            writer.write_table(pa.table({"x": xy[:, 0], "y": xy[:, 1]}, schema=schema))


def _stream(file: Path) -> dict[str, float]:
    start = time.perf_counter()
    sums = Accumulator(GRID)
    with pq.ParquetFile(file) as parquet:
        for group in range(parquet.num_row_groups):  # iter_batches would keep what it has read
            batch = parquet.read_row_group(group)
            sums.add(Points.of(batch.column("x").to_numpy(), batch.column("y").to_numpy()))
    binned = sums.binned()
    kernel.of_binned(binned, bandwidth_metres=20_000)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"events": binned.events, "seconds": seconds, "megabytes": peak}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(_stream(Path(sys.argv[1]))))
    else:
        main()

"""The peers of `analysis_maps`, run with the packages of requirements/peers.txt: prints one JSON object."""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

RUNS = 5


def kde(file: str, bandwidth: str) -> dict[str, float]:
    """KDEpy's FFTKDE on its own grid of 256 by 256."""
    from KDEpy import FFTKDE

    xy = np.load(file)
    return {"seconds": _median(lambda: FFTKDE(bw=float(bandwidth)).fit(xy).evaluate((256, 256)), RUNS)}


def gi(file: str) -> dict[str, float]:
    """esda's local G*: with its usual 999 permutations, and its z alone, weights included as they must be made."""
    import libpysal
    from esda.getisord import G_Local

    counts = np.load(file).astype(float)

    def found(permutations: int) -> object:
        weights = libpysal.weights.util.fill_diagonal(libpysal.weights.lat2W(*counts.shape, rook=False), 1.0)
        return G_Local(counts.ravel(), weights, transform="B", star=None, permutations=permutations, n_jobs=1)

    found(9)
    return {"permutations": _median(lambda: found(999), 1), "analytic": _median(lambda: found(0), 3)}


def _median(work: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    measured = {"kde": kde, "gi": gi}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(json.dumps(measured) + "\n")

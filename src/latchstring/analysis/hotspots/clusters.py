"""Groups of events that lie close together, and whether exposure alone would make groups as large.

Density clustering as DBSCAN defines it (Ester and others 1996): an event with at least `least` events within
`distance` (itself counted) is a core; cores within `distance` of each other are one cluster; other events
within `distance` of a core belong to the nearest. The cores' graph is read off the Delaunay triangulation. It
holds a shortest link between any two groups, and dense places cost no more than thin ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, KDTree, QhullError

from latchstring.analysis.hotspots.grid import Counts
from latchstring.analysis.hotspots.permuted import check_few_draws
from latchstring.analysis.points import Floats, Points
from latchstring.base.errors import BadInput

NOISE = -1
DRAWS = 99


class BadClusters(BadInput):
    """Clusters need a distance above 0 metres and at least two events to be one."""


class BadBackground(BadInput):
    """The background is places with a weight from 0 up each, such as dwellings, and not all 0."""


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """`label` of each event, shape (n,): the number of its cluster, largest first, or -1.

    For each cluster its `size` in events, the middle of its events `xy`, shape (k, 2), and their root mean
    square distance from it, `spread_metres`. `p` is the chance that the largest of all clusters would be as
    large if the events were dealt out over the background, (b + 1) / (draws + 1): it holds for all clusters
    together. None without a background: then clusters only describe, and may be where people live.
    """

    label: NDArray[np.int64]
    size: Counts
    xy: Floats
    spread_metres: Floats
    distance_metres: float
    least: int
    p: Floats | None
    draws: int


def clusters(
    points: Points,
    *,
    distance_metres: float,
    least: int,
    background: Points | None = None,
    weights: ArrayLike | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Clusters:
    """Clusters of events; with a background (dwellings, past deliveries), how surprising their sizes are."""
    if not math.isfinite(distance_metres) or distance_metres <= 0 or least < 2:
        raise BadClusters
    check_few_draws(draws)
    label = _labels(points.xy, distance_metres, least)
    size = np.bincount(label[label >= 0])
    mean = np.column_stack(
        [
            np.bincount(label[label >= 0], weights=points.xy[label >= 0, axis]) / np.maximum(size, 1)
            for axis in (0, 1)
        ]
    )
    far2 = ((points.xy[label >= 0] - mean[label[label >= 0]]) ** 2).sum(axis=1)
    spread = np.sqrt(np.bincount(label[label >= 0], weights=far2, minlength=len(size)) / np.maximum(size, 1))
    p = None
    if background is not None:
        largest = _largest_by_chance(
            len(points), background, weights, distance_metres, least, draws, np.random.default_rng(seed)
        )
        p = (1 + (largest[:, None] >= size).sum(axis=0)) / (draws + 1)
    return Clusters(
        label=label,
        size=size.astype(np.int64),
        xy=mean,
        spread_metres=spread,
        distance_metres=distance_metres,
        least=least,
        p=p,
        draws=draws if background is not None else 0,
    )


def _largest_by_chance(
    events: int,
    background: Points,
    weights: ArrayLike | None,
    distance: float,
    least: int,
    draws: int,
    rng: np.random.Generator,
) -> Counts:
    weight = np.ones(len(background)) if weights is None else np.asarray(weights, dtype=np.float64)
    if (
        weight.shape != (len(background),)
        or not np.isfinite(weight).all()
        or (weight < 0).any()
        or not weight.any()
    ):
        raise BadBackground
    rising = np.cumsum(weight)
    found = np.zeros(draws, np.int64)
    for draw in range(draws):
        places = np.searchsorted(rising, rng.random(events) * rising[-1], side="right")
        label = _labels(background.xy[places], distance, least)
        found[draw] = np.bincount(label[label >= 0], minlength=1).max()
    return found


def _labels(xy: Floats, distance: float, least: int) -> NDArray[np.int64]:
    label = np.full(len(xy), NOISE)
    if len(xy) < least:
        return label
    places, event_at, times = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
    event_at = event_at.ravel()
    core = _has_neighbours(places, times, distance, least)
    if not core.any():
        return label
    group = np.full(len(places), NOISE)
    group[core] = _linked(places[core], distance)
    rest = np.flatnonzero(~core)
    far, nearest = KDTree(places[core]).query(
        places[rest], distance_upper_bound=np.nextafter(distance, np.inf)
    )
    near = np.isfinite(far) & (far <= distance)
    group[rest[near]] = group[core][nearest[near]]
    label = group[event_at]
    size = np.bincount(label[label >= 0])
    rank = np.empty(len(size), np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return np.where(label >= 0, rank[label], NOISE)


def _has_neighbours(places: Floats, times: Counts, distance: float, least: int) -> NDArray[np.bool_]:
    """Whether at least `least` events lie within reach: so many nearest places are enough to look at."""
    wanted = min(least, len(places))
    far, nearest = KDTree(places).query(places, k=np.arange(1, wanted + 1))
    within = np.where(far <= distance, np.append(times, 0)[nearest], 0)
    return np.asarray(within.sum(axis=1) >= least)


def _linked(places: Floats, distance: float) -> NDArray[np.int64]:
    """The number of the group of each place, when places within reach are linked."""
    first, second = _possible_links(places)
    near = np.hypot(*(places[first] - places[second]).T) <= distance
    links = coo_array((np.ones(near.sum(), bool), (first[near], second[near])), shape=(len(places),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _possible_links(places: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that hold the shortest link between any two parts: Delaunay's, or the next along a line."""
    if len(places) < 4:
        return np.triu_indices(len(places), 1)
    middle = places - places.mean(axis=0)
    _, widths, axes = np.linalg.svd(middle, full_matrices=False)
    if widths[1] <= 1e-9 * widths[0]:
        along = np.argsort(middle @ axes[0], kind="stable")
        return along[:-1], along[1:]
    try:
        mesh = Delaunay(middle)
    except QhullError:
        raise BadClusters(
            "these places lie so nearly on a line that they cannot be grouped; round them"
        ) from None
    start, ends = mesh.vertex_neighbor_vertices
    first = np.repeat(np.arange(len(places)), np.diff(start))
    left_out = mesh.coplanar
    return np.append(first, left_out[:, 0]), np.append(ends, left_out[:, 2])

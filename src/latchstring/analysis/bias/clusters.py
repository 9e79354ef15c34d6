"""Cases that come in clusters: one officer's requests, one coder's labels, one street's posts.

Cases of a cluster resemble each other, so a hundred of them from three officers say little more than three.
The interval is that of clusters drawn anew (Davison and Hinkley 1997, 3.8), and only where there are enough
of them; else it says so and stays open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latchstring.analysis.bias.shares import BadShare, Share, ratio
from latchstring.analysis.interval import Interval, check_level

FEWEST_CLUSTERS = 10
FEWEST_HITS = 5
DRAWS = 4_000


@dataclass(frozen=True, kw_only=True)
class ClusteredRatio:
    """The share of `one` over that of `other`.

    `interval` is None where a group has fewer than 10 clusters or fewer than 5 hits or misses: drawing so few
    anew gives an interval that is too short, at worst of length 0. `as_if_independent` is the interval of
    cases that were independent, which is shorter than the truth. `design_effect` says how many times the
    variance of the logarithm grew by the clustering.
    """

    value: float
    interval: Interval | None
    as_if_independent: Interval
    design_effect: float | None
    clusters: tuple[int, int]
    one: Share
    other: Share
    why_open: str


def clustered_ratio(
    *, hits: ArrayLike, group: ArrayLike, cluster: ArrayLike, level: float = 0.95, seed: int = 0
) -> ClusteredRatio:
    """From one row for each case: whether it is a hit, whether it is of group `one`, and its cluster's
    number.
    """
    hit, is_one, number = np.asarray(hits, bool), np.asarray(group, bool), np.asarray(cluster)
    if not hit.ndim == is_one.ndim == number.ndim == 1 or not len(hit) == len(is_one) == len(number):
        raise BadShare("each case needs whether it is a hit, its group and its cluster")
    tail = (1 - check_level(level)) / 2
    _, place = np.unique(number, return_inverse=True)
    table = _by_cluster(hit, is_one, place)
    one = Share(int(table[:, 0].sum()), int(table[:, 1].sum()))
    other = Share(int(table[:, 2].sum()), int(table[:, 3].sum()))
    independent = ratio(one, other, level)
    clusters = (int((table[:, 1] > 0).sum()), int((table[:, 3] > 0).sum()))
    why_open = _why_open(clusters, one, other)
    value = one.value / other.value if other.hits else (math.inf if one.hits else math.nan)
    interval, effect = None, None
    if not why_open:
        logs = _drawn(table, seed)
        low, high = np.quantile(logs, [tail, 1 - tail])
        interval = Interval(float(np.exp(low)), float(np.exp(high)), level)
        effect = float(np.var(logs)) / _variance(one, other)
    return ClusteredRatio(
        value=value,
        interval=interval,
        as_if_independent=independent,
        design_effect=effect,
        clusters=clusters,
        one=one,
        other=other,
        why_open=why_open,
    )


def _by_cluster(
    hit: NDArray[np.bool_], is_one: NDArray[np.bool_], place: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Hits and cases of `one`, hits and cases of `other`: a row for each cluster."""
    size = int(place.max()) + 1 if len(place) else 0
    kinds = (hit & is_one, is_one, hit & ~is_one, ~is_one)
    return np.stack([np.bincount(place, weights=kind, minlength=size) for kind in kinds], axis=1)


def _why_open(clusters: tuple[int, int], one: Share, other: Share) -> str:
    if min(clusters) < FEWEST_CLUSTERS:
        return f"a group has {min(clusters)} clusters; below {FEWEST_CLUSTERS} drawing anew is no guide"
    fewest = min(one.hits, one.of - one.hits, other.hits, other.of - other.hits)
    if fewest < FEWEST_HITS:
        return f"a group has {fewest} cases of one outcome; below {FEWEST_HITS} drawing anew is no guide"
    return ""


def _drawn(table: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Logarithms of the ratio over clusters drawn anew; half a hit more keeps them finite."""
    size = len(table)
    weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), DRAWS)
    a, n, c, m = (weights @ table).T
    found: NDArray[np.float64] = np.log(((a + 0.5) / (n + 0.5)) / ((c + 0.5) / (m + 0.5)))
    return found


def _variance(one: Share, other: Share) -> float:
    """Of the logarithm of a ratio of independent shares (Katz et al. 1978)."""
    return 1 / one.hits - 1 / one.of + 1 / other.hits - 1 / other.of

"""Gi* with the right variance, and a p that holds for rare events."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control, hypergeom

from latchstring.analysis.hotspots.exact_sums import upper_tails
from latchstring.analysis.hotspots.gi_star import BadWeights, gi_star, gi_star_weighted
from latchstring.analysis.hotspots.local import BadSurface, false_discoveries, window_sums
from latchstring.analysis.hotspots.moran import Quadrant, local_moran
from latchstring.base.errors import BadInput


def queen(rows, columns):
    """Each cell, itself and the eight around it, as sparse weights."""
    y, x = np.divmod(np.arange(rows * columns), columns)
    near = (np.abs(y[:, None] - y) <= 1) & (np.abs(x[:, None] - x) <= 1)
    return csr_array(near.astype(float))


@given(st.lists(st.integers(0, 4), min_size=2, max_size=8), st.data())
def test_exact_sums_are_the_share_of_all_draws(values, data):
    """Every way to draw, one by one."""
    drawn = data.draw(st.integers(0, len(values)))
    for number, tails in enumerate(upper_tails(np.array(values), drawn)):
        sums = np.array([sum(each) for each in combinations(values, number)])
        assert tails == pytest.approx([(sums >= s).mean() for s in range(len(tails))])
        assert sums.max() == len(tails) - 1


def test_zeros_and_ones_are_hypergeometric():
    """To the last digit, far into the tail."""
    values = np.repeat([0, 1], [39_000, 1_000])
    assert upper_tails(values, 9)[9] == pytest.approx(
        hypergeom.sf(np.arange(10) - 1, 40_000, 1_000, 9), rel=1e-9
    )


def test_z_has_a_spread_of_one_under_randomness():
    """Over many shuffles, in the middle, at a side and in a corner; with row sums as the variance it was 0.367."""
    rng = np.random.default_rng(0)
    values = rng.gamma(2, 3, 400)
    w = queen(20, 20)
    drawn = (gi_star_weighted(rng.permutation(values), w, permutations=0) for _ in range(1500))
    z = np.array([each.z.reshape(20, 20) for each in drawn])
    assert z.std(axis=0)[5:15, 5:15].mean() == pytest.approx(1, abs=0.02)
    assert z.std(axis=0)[0, 0] == pytest.approx(1, abs=0.06)
    assert z.std(axis=0)[0, 10] == pytest.approx(1, abs=0.06)
    assert np.abs(z.mean(axis=0)).max() < 0.12


@pytest.mark.parametrize("mean", [0.05, 1.0, 8.0])
def test_false_alarms_are_at_most_what_was_said(mean):
    """5 % of cells where nothing is hot; usual tools flag 13 % of them, and 78 % where events are rare."""
    rng = np.random.default_rng(1)
    alarms = [np.mean(gi_star(rng.poisson(mean, (30, 30))).p <= 0.05) for _ in range(40)]
    assert np.mean(alarms) < 0.055
    assert np.mean(alarms) > (0.035 if mean > 1 else 0.0)


def test_rates_have_a_permutation_p_that_holds_too():
    rng = np.random.default_rng(2)
    alarms = [np.mean(gi_star(rng.gamma(0.5, 1, (15, 15)), seed=seed).p <= 0.05) for seed in range(12)]
    assert 0.03 < np.mean(alarms) < 0.07
    assert gi_star(rng.gamma(0.5, 1, (15, 15))).method == "permutation"


def test_drawn_and_exact_agree():
    """The same counts, once as they are and once as fractions, which are drawn."""
    counts = np.random.default_rng(3).poisson(2, (12, 12))
    exact, drawn = gi_star(counts), gi_star(counts / 7)
    assert (exact.method, drawn.method) == ("exact", "permutation")
    assert np.abs(exact.p - drawn.p).max() < 0.02
    assert drawn.p.min() >= 1 / 10_000


def test_a_hot_corner_is_found_and_a_cold_one_by_the_other_tail():
    """And the false discovery rate leaves them."""
    counts = np.random.default_rng(4).poisson(5, (40, 40))
    counts[3:6, 3:6] += 10
    counts[30:33, 30:33] = 0
    hot, cold = gi_star(counts), gi_star(counts, tail="low")
    assert hot.z[4, 4] > 6
    assert hot.q[4, 4] < 0.001
    assert cold.q[31, 31] < 0.001
    assert (hot.q <= 0.05).sum() < 40
    assert (false_discoveries(hot.p, dependent=True) >= hot.q - 1e-12).all()


@given(
    st.lists(st.sampled_from([1e-9, 0.003, 0.02, 0.05, 0.3, 0.31, 1.0, np.nan]), max_size=30), st.booleans()
)
def test_the_false_discovery_rate_is_that_of_scipy(p, dependent):
    """With ties, and with cells that have none."""
    found, known = false_discoveries(np.array(p), dependent=dependent), np.isfinite(p)
    assert np.isnan(found[~known]).all()
    if known.any():
        method = "by" if dependent else "bh"
        assert found[known] == pytest.approx(false_discovery_control(np.array(p)[known], method=method))


def test_sparse_weights_give_the_same_z():
    """Binary weights are the grid's; weights divided by their sum give the same z again, as they must."""
    counts = np.random.default_rng(5).poisson(3, (9, 11))
    w = queen(9, 11)
    flat = gi_star_weighted(counts.ravel().astype(float), w)
    grid = gi_star(counts)
    assert flat.z == pytest.approx(grid.z.ravel())
    standardised = w.multiply(1 / w.sum(axis=1)[:, None])
    assert gi_star_weighted(counts.ravel().astype(float), standardised, permutations=0).z == pytest.approx(
        flat.z
    )
    assert np.abs(flat.p - grid.p.ravel()).max() < 0.03
    assert flat.p.min() > 0
    assert gi_star_weighted(counts.ravel().astype(float), w, permutations=0).method == "normal"


def test_the_other_tail_of_sparse_weights():
    counts = np.random.default_rng(6).poisson(3, (8, 8))
    low = gi_star_weighted(counts.ravel().astype(float), queen(8, 8), tail="low")
    assert np.abs(low.p - gi_star(counts, tail="low").p.ravel()).max() < 0.03


def test_a_window_is_cut_off_at_the_edge():
    """A corner has 4 cells, a side 6, the middle 9; a reach of 2 has 25."""
    ones = np.ones((7, 8))
    assert window_sums(ones, 1)[[0, 0, 3], [0, 4, 4]].tolist() == [4, 6, 9]
    assert window_sums(ones, 2)[3, 4] == 25
    assert (window_sums(ones, 50) == 56).all()


def test_a_cell_that_neighbours_all_cannot_be_judged():
    """Its sum is always the whole: nan, not infinity."""
    found = gi_star(np.array([[1, 2], [3, 4]]))
    assert np.isnan(found.z).all()
    assert np.isnan(found.p).all()


@pytest.mark.parametrize(
    "bad", [np.zeros((5, 5)), np.full((5, 5), 3), np.array([[1.0, np.nan, 2.0]]), np.array([[1]])]
)
def test_a_surface_that_says_nothing_is_refused(bad):
    with pytest.raises(BadSurface):
        gi_star(bad)
    with pytest.raises(BadSurface):
        local_moran(bad)


def test_weights_fit_the_values():
    values = np.arange(5.0)
    with pytest.raises(BadWeights):
        gi_star_weighted(values, queen(2, 2))
    with pytest.raises(BadWeights):
        gi_star_weighted(values, csr_array(-np.eye(5)))
    with pytest.raises(BadInput, match="two dimensions"):
        gi_star(values)
    with pytest.raises(BadInput, match="one cell away"):
        gi_star(np.arange(9.0).reshape(3, 3), reach=0)


def test_moran_tells_a_cluster_from_an_outlier():
    """A hot block is high among high; one busy cell in a quiet place is high among low."""
    counts = np.random.default_rng(7).poisson(4, (30, 30))
    counts[5:9, 5:9] += 12
    counts[20:23, 20:23] = 0
    counts[21, 21] = 40
    found = local_moran(counts)
    assert found.method == "exact"
    assert found.quadrant[6, 6] == Quadrant.HIGH_HIGH
    assert found.quadrant[21, 21] == Quadrant.HIGH_LOW
    assert found.index[6, 6] > 0 > found.index[21, 21]
    assert found.p[6, 6] < 1e-6
    assert found.p[21, 21] < 1e-3


def test_morans_p_is_of_all_ways_to_deal_out_the_other_cells():
    """A corner of 3 by 3: 56 ways to give it three neighbours of the other eight."""
    counts = np.array([[5, 1, 4], [2, 3, 0], [1, 0, 2]])
    found = local_moran(counts)
    others = np.delete(counts.ravel(), 0)
    sums = np.array([sum(each) for each in combinations(others.tolist(), 3)])
    assert found.p[0, 0] == pytest.approx((sums >= 6).mean())
    drawn = local_moran(counts / 7)
    assert drawn.method == "permutation"
    assert np.abs(drawn.p - found.p).max() < 0.02


def test_morans_false_alarms():
    """One side at 5 %, chosen by where the neighbours lie: up to 10 % of cells, as the docstring says."""
    rng = np.random.default_rng(8)
    alarms = [np.mean(local_moran(rng.poisson(6, (20, 20))).p <= 0.025) for _ in range(30)]
    assert 0.03 < np.mean(alarms) < 0.055

"""How sure a map is of its hottest cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchstring.analysis.hotspots.certainty import certainty, membership
from latchstring.analysis.hotspots.grid import Grid
from latchstring.analysis.hotspots.scoring import top_cells
from latchstring.analysis.points import Points
from latchstring.base.errors import BadInput

GRID = Grid(west=0, south=0, cell_metres=100, columns=30, rows=30)


def a_town(events, seed):
    """3 by 3 km with six hotspots of 150 m: counts by cell, and the true intensity."""
    rng = np.random.default_rng(seed)
    middles, weights = rng.uniform(400, 2600, (6, 2)), rng.uniform(0.5, 2, 6)
    weights /= weights.sum()
    near = middles[rng.choice(6, size=events, p=weights)] + rng.normal(0, 150, (events, 2))
    places = np.where(rng.random((events, 1)) < 0.6, near, rng.uniform(0, 3000, (events, 2)))
    far2 = (GRID.xs[None, :, None] - middles[:, 0]) ** 2 + (GRID.ys[:, None, None] - middles[:, 1]) ** 2
    return GRID.counts(Points(places.clip(0, 3000))), np.exp(-far2 / (2 * 150**2)) @ weights


@pytest.mark.parametrize(("events", "least", "most"), [(50, 0.5, 0.7), (400, 0.76, 0.88), (2000, 0.86, 0.95)])
def test_a_map_of_few_events_keeps_few_of_its_hottest_cells(events, least, most):
    """58 % of them at 50 events, 80 % at 400, 88 % at 2,000 in the study that the release rule rests on."""
    kept = [
        certainty(a_town(events, seed)[0], GRID, bandwidth_metres=150, maps=60).kept for seed in range(20)
    ]
    assert least < np.mean(kept) < most


@pytest.mark.parametrize("events", [100, 1000])
def test_the_probability_is_what_it_says(events):
    """Against the true intensity: of cells with 0.95 and more nine in ten are truly in the top 5 %, of those
    around a half about half, and hardly any of the rest."""
    found, true = [], []
    for seed in range(30):
        counts, intensity = a_town(events, seed)
        found.append(certainty(counts, GRID, bandwidth_metres=150).probability.ravel())
        true.append(membership(intensity.reshape(1, -1), 45)[0] > 0)
    chance, hot = np.concatenate(found), np.concatenate(true)
    assert hot[chance >= 0.95].mean() > 0.85
    assert 0.4 < hot[(chance > 0.4) & (chance < 0.8)].mean() < 0.7
    assert hot[chance < 0.05].mean() < 0.01


def test_it_adds_up_to_the_top_share():
    """Each map has 45 cells in its top 5 %, so the probabilities add up to 45."""
    found = certainty(a_town(500, 0)[0], GRID, bandwidth_metres=150)
    assert found.cells == 45
    assert found.probability.sum() == pytest.approx(45)
    assert found.probability.min() >= 0
    assert found.probability.max() <= 1


def test_the_same_input_gives_the_same_bytes():
    """Seeded, and whole maps are drawn one after another whatever their number."""
    counts = a_town(300, 3)[0]
    first = certainty(counts, GRID, bandwidth_metres=150)
    again = certainty(counts, GRID, bandwidth_metres=150)
    assert first.probability.tobytes() == again.probability.tobytes()
    other = certainty(counts, GRID, bandwidth_metres=150, seed=1)
    assert np.abs(first.probability - other.probability).max() < 0.25


def test_a_quiet_town_has_no_hotspot():
    """No event: nothing is hot, not even 5 % of nothing. One event: it may as well not have been."""
    nothing = certainty(np.zeros(GRID.shape, np.int64), GRID, bandwidth_metres=150)
    assert (nothing.probability.sum(), nothing.kept) == (0, 0)
    one = np.zeros(GRID.shape, np.int64)
    one[15, 15] = 1
    assert certainty(one, GRID, bandwidth_metres=150).probability.max() < 0.75


def test_all_events_at_one_place_are_certain():
    """A hundred events at one door leave no doubt where the map is hottest."""
    counts = np.zeros(GRID.shape, np.int64)
    counts[10, 20] = 100
    assert certainty(counts, GRID, bandwidth_metres=150).probability[10, 20] == 1


def test_ties_are_shared_out():
    """Three cells tie for two places: each belongs to the top by two thirds."""
    assert membership(np.array([[5.0, 1.0, 5.0, 5.0]]), 2)[0] == pytest.approx([2 / 3, 0, 2 / 3, 2 / 3])
    assert membership(np.array([[7.0, 5.0, 5.0, 0.0]]), 2)[0] == pytest.approx([1, 0.5, 0.5, 0])
    assert membership(np.array([[0.0, 0.0, 3.0]]), 2)[0].tolist() == [0, 0, 1]


@given(st.lists(st.integers(0, 5), min_size=5, max_size=40), st.integers(1, 5))
def test_membership_fills_the_top_and_no_more(values, cells):
    """As many as there are places, or as there are cells that are not 0."""
    found = membership(np.array([values], dtype=np.float64), cells)[0]
    assert found.sum() == pytest.approx(min(cells, np.count_nonzero(values)))


def test_counts_far_above_the_tabled_ones_are_drawn_too():
    """Flat and busy: no cell stands out, and every cell is in the top 5 % about one time in twenty."""
    found = certainty(np.full(GRID.shape, 40), GRID, bandwidth_metres=150, edge="renormalise")
    assert found.probability.max() < 0.4


def test_shares_and_maps_are_numbers_that_make_sense():
    counts = np.zeros(GRID.shape, np.int64)
    for share in (0, -1, 1.5, float("nan")):
        with pytest.raises(BadInput, match="share of the cells"):
            certainty(counts, GRID, bandwidth_metres=150, share=share)
    with pytest.raises(BadInput, match="at least one map"):
        certainty(counts, GRID, bandwidth_metres=150, maps=0)
    assert top_cells(3, 0.05) == 1

"""Shares of donors (from 0 up, sum 1) that come nearest to the treated unit: exact, and checked."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from latchstring.analysis.points import Floats

ROUNDING = 1e-9


def nearest(differences: Floats) -> Floats:
    """The shares w that minimise |differences @ w|; `differences` holds donors less treated, one a column.

    The nearest point of a convex hull to the origin. Non-negative least squares on one more row of ones, with
    the target 1 in it, has a solution that is a multiple of it, whatever the size of that row (Lawson and
    Hanson 1974, chapter 23); so the sum of 1 is exact and nothing is penalised.
    """
    rows, donors = differences.shape
    scale = float(np.abs(differences).max()) or 1.0
    system = np.empty((rows + 1, donors))
    system[:-1] = differences / scale
    system[-1] = 1.0
    target = np.zeros(rows + 1)
    target[-1] = 1.0
    multiple, _ = nnls(system, target)
    return np.asarray(multiple / multiple.sum(), dtype=np.float64)


def kkt_gap(differences: Floats, shares: Floats) -> float:
    """How far the shares are from optimal: 0 at the optimum (Karush, Kuhn, Tucker), as a share of the scale.

    At the optimum no donor lies nearer to the treated unit, along the line to what the shares give, than that
    does: the duality gap of the hull problem.
    """
    meeting = differences @ shares
    slack = float(meeting @ meeting - (differences.T @ meeting).min())
    return slack / (float((differences**2).sum(axis=0).max()) or 1.0)


def by_corners(differences: Floats, steps: int = 10_000) -> Floats:
    """The same shares by another way: Wolfe's walk over corners (Wolfe 1976), with no least squares solver.

    Slower; it is there so that no optimum is believed from one method alone.
    """
    corners = [int((differences**2).sum(axis=0).argmin())]
    shares = np.ones(1)
    size = float((differences**2).sum(axis=0).max()) or 1.0
    for _ in range(steps):
        meeting = differences[:, corners] @ shares
        along = differences.T @ meeting
        best = int(along.argmin())
        if float(meeting @ meeting) - along[best] <= 1e-12 * size or best in corners:
            break
        corners.append(best)
        shares = np.append(shares, 0.0)
        corners, shares = _to_affine_minimum(differences, corners, shares)
    full = np.zeros(differences.shape[1])
    full[corners] = shares
    return full


def affine_minimum(chosen: Floats) -> Floats:
    """The shares with sum 1, of any sign, that minimise |chosen @ w|."""
    count = chosen.shape[1]
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = chosen.T @ chosen
    system[count, count] = 0.0
    target = np.zeros(count + 1)
    target[count] = 1.0
    return np.asarray(np.linalg.lstsq(system, target, rcond=None)[0][:count])


def _to_affine_minimum(differences: Floats, corners: list[int], shares: Floats) -> tuple[list[int], Floats]:
    """Walk towards the minimum of the plane through the corners; drop each corner whose share becomes 0."""
    while True:
        goal = affine_minimum(differences[:, corners])
        if (goal > ROUNDING).all():
            return corners, goal
        leaving = goal <= ROUNDING
        step = min(1.0, float((shares[leaving] / (shares[leaving] - goal[leaving] + 1e-300)).min()))
        shares = shares + step * (goal - shares)
        keep = shares > ROUNDING
        corners, shares = (
            [c for c, k in zip(corners, keep, strict=True) if k],
            shares[keep] / shares[keep].sum(),
        )

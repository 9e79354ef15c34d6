"""How much each predictor counts in a synthetic control: searched for from many starts, never interpreted.

Abadie, Diamond and Hainmueller 2010, section 2.3, choose the importances V so that the outcome before the
start is met best. That search has many local optima and an optimum that is hardly identified; one local
search, the custom of packages, stops at the wrong one. So: many starts over the orders of magnitude, the best
of them improved by the exact gradient, and a floor below which no predictor falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from latchstring.analysis.impact.simplex import nearest
from latchstring.analysis.points import Floats

FLOOR = 1e-4  # of the sum of all; without it the optimum lies where rounding decides
STARTS, IMPROVED, STEPS, LAST_STEPS = 300, 5, 60, 400


@dataclass(frozen=True, kw_only=True)
class Importance:
    """The best importances (sum 1, none below the floor), their loss, and where other searches ended."""

    values: Floats
    loss: float
    others: tuple[float, ...]


def search(predictors: Floats, outcomes: Floats, seed: int) -> Importance:
    """`predictors` (K, donors) and `outcomes` (times, donors) hold donors less treated; loss: mean square.

    The same seed gives the same answer.
    """
    kinds = len(predictors)
    rng = np.random.default_rng(seed)
    drawn = np.exp(rng.uniform(np.log(FLOOR), 0.0, (STARTS, kinds)))
    starts = np.vstack([np.full((1, kinds), 1.0), drawn])
    problem = _Problem(predictors, outcomes)
    starts = np.log(starts / starts.sum(axis=1, keepdims=True))
    losses = np.array([problem.loss(start) for start in starts])
    found = []
    for start in starts[np.argsort(losses, kind="stable")[:IMPROVED]]:
        improved = minimize(
            problem.loss_and_slope,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-20.0, 5.0)] * kinds,
            options={"maxiter": STEPS},
        )
        found.append((float(improved.fun), improved.x))
    found.sort(key=lambda each: each[0])
    last = minimize(
        problem.loss,
        found[0][1],
        method="Nelder-Mead",
        options={
            "maxfev": LAST_STEPS,
            "xatol": 1e-6,
            "fatol": 1e-10,
            "initial_simplex": np.vstack([found[0][1], found[0][1] + 0.3 * np.eye(kinds)]),
        },
    )
    best = last.x if last.fun < found[0][0] else found[0][1]
    return Importance(
        values=problem.importances(best)[0],
        loss=problem.loss(best),
        others=tuple(loss for loss, _ in found[1:]),
    )


class _Problem:
    """Loss and slope at the logarithms of importances; remembers which donors were last at work."""

    def __init__(self, predictors: Floats, outcomes: Floats) -> None:
        self._predictors, self._outcomes = predictors, outcomes
        self._support = np.zeros(0, dtype=np.intp)

    def importances(self, logs: Floats) -> tuple[Floats, Floats]:
        """Shares of the sum above the floor, and what each share was before the floor."""
        shares = np.exp(logs - logs.max())
        shares /= shares.sum()
        kinds = len(shares)
        floor = min(FLOOR, 0.5 / kinds)
        return floor + (1 - kinds * floor) * shares, shares

    def loss(self, logs: Floats) -> float:
        support, shares = self._solve(self.importances(logs)[0])[:2]
        missed = self._outcomes[:, support] @ shares
        return float(missed @ missed) / len(missed)

    def loss_and_slope(self, logs: Floats) -> tuple[float, Floats]:
        """The slope follows from the conditions that the shares at work meet (implicit differentiation)."""
        importances, above = self.importances(logs)
        support, shares, system = self._solve(importances)
        outcomes, predictors = self._outcomes[:, support], self._predictors[:, support]
        missed = outcomes @ shares
        pull = np.zeros(len(support) + 1)
        pull[:-1] = 2 / len(missed) * (missed @ outcomes)
        moved = _solved(system, pull)[:-1]
        slope = -(predictors @ moved) * (predictors @ shares)
        slope *= 1 - len(above) * min(FLOOR, 0.5 / len(above))
        return float(missed @ missed) / len(missed), above * (slope - above @ slope)

    def _solve(self, importances: Floats) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], Floats, Floats]:
        """Donors at work, their shares, and the system of their optimality conditions."""
        weighted = self._predictors * np.sqrt(importances)[:, None]
        if self._support.size:
            chosen = weighted[:, self._support]
            system = _conditions(chosen)
            target = np.zeros(len(system))
            target[-1] = 1.0
            shares = _solved(system, target)[:-1]
            if (shares > 0).all():
                meeting = chosen @ shares
                square = float(meeting @ meeting)
                if float((meeting @ weighted).min()) >= square - 1e-10 * (1e-6 + square):
                    return self._support, shares, system
        whole = nearest(weighted)
        self._support = np.flatnonzero(whole)
        return self._support, whole[self._support], _conditions(weighted[:, self._support])


def _conditions(chosen: Floats) -> Floats:
    count = chosen.shape[1]
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = chosen.T @ chosen
    system[count, count] = 0.0
    return system


def _solved(system: Floats, target: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(system, target))
    except np.linalg.LinAlgError:  # two donors are alike
        return np.asarray(np.linalg.lstsq(system, target, rcond=None)[0])

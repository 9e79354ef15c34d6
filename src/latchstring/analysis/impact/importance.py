"""How much each predictor counts in a synthetic control: searched for from many starts, never interpreted.

Abadie, Diamond and Hainmueller 2010, section 2.3, choose the importances V so that the outcome before the
start is met best. That search has many local optima and an optimum that is hardly identified; one local
search, the custom of packages, stops at the wrong one. So: many starts over the orders of magnitude, the best
of them improved by the exact gradient, and a floor below which no predictor falls.

The systems have less than ten rows. What would spread them over threads (a matrix by its own transpose, the
Cholesky factors of L-BFGS) is avoided: on a busy machine the threads wait for one another longer than they
work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgesv
from scipy.optimize import minimize

from latchstring.analysis.impact.simplex import nearest
from latchstring.analysis.points import Floats

Support = NDArray[np.intp]
FLOOR = 1e-4  # of the sum of all; without it the optimum lies where rounding decides
STARTS, IMPROVED, KEPT = 600, 8, 2
STEPS, MORE_STEPS, LAST_LOOKS = 25, 60, 400
NEAR, NONE = 1e-10, 1e-6  # what counts as equally near
BOUNDS = (-20.0, 5.0)  # of logarithms; below, an importance is at the floor anyway


@dataclass(frozen=True, kw_only=True)
class Importance:
    """The best importances (sum 1, none below the floor), their loss, and where other searches ended."""

    values: Floats
    loss: float
    others: tuple[float, ...]


def search(predictors: Floats, outcomes: Floats, seed: int) -> Importance:
    """`predictors` (K, donors) and `outcomes` (times, donors) hold donors less treated; loss: mean square.

    Of 600 starts, the best one of each of the 8 best sets of donors is improved, the best 2 of those further,
    and the best of all without slopes, because the loss has edges. The same seed gives the same answer.
    """
    problem = _Problem(predictors, outcomes)
    starts = _starts(len(predictors), seed)
    improved = [problem.improve(start, STEPS) for start in problem.best_by_support(starts)]
    improved.sort(key=lambda each: each[0])
    further = [problem.improve(logs, MORE_STEPS) for _, logs in improved[:KEPT]]
    best = min(further, key=lambda each: each[0])[1]
    loss, logs = problem.look_around(best)
    return Importance(
        values=problem.importances(logs)[0], loss=loss, others=tuple(each for each, _ in improved[1:])
    )


def _starts(kinds: int, seed: int) -> Floats:
    """Logarithms of importances: all equal, and drawn evenly over the orders of magnitude."""
    drawn = np.random.default_rng(seed).uniform(math.log(FLOOR), 0.0, (STARTS, kinds))
    starts = np.exp(np.vstack([np.zeros((1, kinds)), drawn]))
    return np.asarray(np.log(starts / starts.sum(axis=1, keepdims=True)))


class _Problem:
    """Loss and slope at the logarithms of importances; remembers which donors were last at work."""

    def __init__(self, predictors: Floats, outcomes: Floats) -> None:
        self._predictors = predictors
        self._by_donor, self._outcomes_of = predictors.T.copy(), outcomes.T.copy()
        kinds = len(predictors)
        self._floor = min(FLOOR, 0.5 / kinds)
        self._above = 1 - kinds * self._floor
        self._support: Support | None = None

    def importances(self, logs: Floats) -> tuple[Floats, Floats]:
        """With the floor, and without; for one row of logarithms or for many."""
        shares = np.exp(logs - logs.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return self._floor + self._above * shares, shares

    def best_by_support(self, starts: Floats) -> list[Floats]:
        """The start with the least loss of each set of donors at work, for the sets of least loss."""
        losses, supports = [], []
        for roots in np.sqrt(self.importances(starts)[0]):
            support, shares = self._solve_anew(roots)
            losses.append(self._missed(support, shares)[1])
            supports.append(support.tobytes())
        chosen: dict[bytes, Floats] = {}
        for at in np.argsort(losses, kind="stable"):
            chosen.setdefault(supports[at], starts[at])
            if len(chosen) == IMPROVED:
                break
        return list(chosen.values())

    def improve(self, logs: Floats, steps: int) -> tuple[float, Floats]:
        self._support = None
        found = minimize(
            self.loss_and_slope,
            logs,
            jac=True,
            method="SLSQP",
            bounds=[BOUNDS] * len(logs),
            options={"maxiter": steps},
        )
        return float(found.fun), found.x

    def look_around(self, logs: Floats) -> tuple[float, Floats]:
        corners = np.vstack([logs, logs + 0.3 * np.eye(len(logs))])
        found = minimize(
            self.loss,
            logs,
            method="Nelder-Mead",
            options={"maxfev": LAST_LOOKS, "xatol": 1e-6, "fatol": 1e-10, "initial_simplex": corners},
        )
        return float(found.fun), found.x

    def loss(self, logs: Floats) -> float:
        support, shares, _ = self._solve(self.importances(logs)[0])
        return self._missed(support, shares)[1]

    def loss_and_slope(self, logs: Floats) -> tuple[float, Floats]:
        """The slope follows from the conditions that the shares at work meet (implicit differentiation)."""
        importances, above = self.importances(logs)
        support, shares, system = self._solve(importances)
        predictors = self._by_donor[support]
        missed, loss = self._missed(support, shares)
        pull = np.zeros(len(system))
        pull[:-1] = 2 / len(missed) * (self._outcomes_of[support] @ missed)
        slope = -self._above * (_solved(system, pull)[:-1] @ predictors) * (shares @ predictors)
        return loss, above * (slope - above @ slope)

    def _missed(self, support: Support, shares: Floats) -> tuple[Floats, float]:
        missed = shares @ self._outcomes_of[support]
        return missed, float(missed @ missed) / len(missed)

    def _solve(self, importances: Floats) -> tuple[Support, Floats, Floats]:
        """Donors at work, their shares, and the system of their conditions; first tries the last donors."""
        roots = np.sqrt(importances)
        if self._support is not None:
            chosen = self._by_donor[self._support] * roots
            system = _conditions(chosen)
            target = np.zeros(len(system))
            target[-1] = 1.0
            shares = _solved(system, target)[:-1]
            if shares.min() > 0:
                meeting = shares @ chosen
                square = float(meeting @ meeting)
                if float(((meeting * roots) @ self._predictors).min()) >= square - NEAR * (NONE + square):
                    return self._support, shares, system
        support, shares = self._solve_anew(roots)
        self._support = support
        return support, shares, _conditions(self._by_donor[support] * roots)

    def _solve_anew(self, roots: Floats) -> tuple[Support, Floats]:
        whole = nearest(self._predictors * roots[:, None])
        support = np.flatnonzero(whole)
        return support, whole[support]


def _conditions(chosen: Floats) -> Floats:
    """Equal pull of all donors at work, one a row, and a sum of 1."""
    count = len(chosen)
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = np.einsum("ik,jk->ij", chosen, chosen)
    system[count, count] = 0.0
    return system


def _solved(system: Floats, target: Floats) -> Floats:
    *_, solution, failed = dgesv(system, target)
    if failed:  # two donors are alike
        solution = np.linalg.lstsq(system, target, rcond=None)[0]
    return np.asarray(solution)

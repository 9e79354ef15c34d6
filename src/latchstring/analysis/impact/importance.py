"""How much each predictor counts in a synthetic control: searched for widely, never interpreted.

Abadie, Diamond and Hainmueller 2010, section 2.3, choose the importances V so that the outcome before the
start is met best. That search has many local optima, most of them where some predictors hardly count, and an
optimum that is hardly identified; one local search, the custom of packages, stops at the wrong one. So: many
starts over the orders of magnitude; rounds of variations of the best start for each set of donors; the best
of these improved by the exact gradient; and a floor below which no predictor falls.

The systems have less than ten rows. What would spread them over threads (a matrix by its own transpose, the
Cholesky factors of L-BFGS) is avoided: on a busy machine the threads wait for one another far longer than
they work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgesv
from scipy.optimize import minimize

from latchstring.analysis.impact.simplex import nearest
from latchstring.analysis.points import Floats

Support = NDArray[np.intp]
FLOOR = 1e-4  # of the sum of all; without it the optimum lies where rounding decides
STARTS, ROUNDS, KEPT, VARIATIONS, IMPROVED = 400, 8, 8, 20, 2
STRIDE, SHRINKING = 2.0, 0.85  # of the variations: how far at first, in logarithms, and from round to round
STEPS, LAST_LOOKS = 60, 400
NEAR, NONE = 1e-10, 1e-6  # what counts as equally near
BOUNDS = (-20.0, 5.0)  # of logarithms; below, an importance is at the floor anyway
EXACTLY = 1e5  # how much more predictors weigh than outcomes where they can be met exactly
LEAST = -14.0  # the same for starts: a third of them count a predictor for hardly more than the floor


@dataclass(frozen=True, kw_only=True)
class Importance:
    """The best importances (sum 1, none below the floor), the shares of donors with them, and their loss.

    Where several mixes meet the predictors equally well, these shares are the one that met the outcomes best.
    """

    values: Floats
    shares: Floats
    loss: float


@dataclass(frozen=True)
class _Found:
    """Logarithms of importances, shares of all donors, and the loss; the best of each set of donors."""

    logs: Floats
    shares: Floats
    losses: Floats

    def best(self, kept: int) -> _Found:
        chosen: dict[bytes, int] = {}
        for at in np.argsort(self.losses, kind="stable").tolist():
            chosen.setdefault((self.shares[at] > 0).tobytes(), at)
            if len(chosen) == kept:
                break
        rows = list(chosen.values())
        return _Found(self.logs[rows], self.shares[rows], self.losses[rows])

    def and_(self, others: Sequence[_Found]) -> _Found:
        every = [self, *others]
        return _Found(
            np.vstack([each.logs for each in every]),
            np.vstack([each.shares for each in every]),
            np.concatenate([each.losses for each in every]),
        )


def search(predictors: Floats, outcomes: Floats, seed: int) -> Importance:
    """`predictors` (K, donors) and `outcomes` (times, donors) hold donors less treated; loss: mean square.

    400 starts; 8 rounds of 20 variations of the best of each of the 8 best sets of donors; the best 2 are
    improved by slopes, and the best of all without them, because the loss has edges. The same seed gives the
    same answer. Nothing is searched for where the predictors can be met exactly: importances then decide
    nothing, and of all mixes that meet them the one that is best for the outcomes is known.
    """
    if (exact := _met_exactly(predictors, outcomes)) is not None:
        return exact
    problem, rng = _Problem(predictors, outcomes), np.random.default_rng(seed)
    starts = rng.uniform(LEAST, 0.0, (STARTS, len(predictors)))
    starts[0] = 0.0
    best = problem.try_anew(_from_top(starts)).best(KEPT)
    for number in range(ROUNDS):
        stride = STRIDE * SHRINKING**number
        varied = [
            problem.try_near(_varied(logs, stride, rng), np.flatnonzero(shares))
            for logs, shares in zip(best.logs, best.shares, strict=True)
        ]
        best = best.and_(varied).best(KEPT)
    improved = [
        problem.improve(logs, np.flatnonzero(shares))
        for logs, shares in zip(best.logs[:IMPROVED], best.shares[:IMPROVED], strict=True)
    ]
    return problem.look_around(*min(improved, key=lambda each: each[0])[1:])


def from_equal(predictors: Floats, outcomes: Floats) -> Importance:
    """The optimum that equal importances lead to: one search, as is the custom of packages, and no seed.

    Where all are searched, the best one may rest on one or two predictors (Kuosmanen and others 2021).
    """
    problem, equal = _Problem(predictors, outcomes), np.zeros((1, len(predictors)))
    start = problem.try_anew(equal)
    _, logs, support = problem.improve(start.logs[0], np.flatnonzero(start.shares[0]))
    return problem.look_around(logs, support)


def _met_exactly(predictors: Floats, outcomes: Floats) -> Importance | None:
    """The best mix for the outcomes among those that leave no difference in any predictor."""
    size = float(np.abs(predictors).max())
    if float(np.abs(predictors @ nearest(predictors)).max()) > NONE**1.5 * size:
        return None
    first = EXACTLY * float(np.abs(outcomes).max()) / size
    shares = nearest(np.vstack([first * predictors, outcomes]))
    loss = float(np.square(outcomes @ shares).mean())
    return Importance(values=np.full(len(predictors), 1 / len(predictors)), shares=shares, loss=loss)


def _from_top(logs: Floats) -> Floats:
    """The largest is 0, and none is below what counts."""
    return np.asarray(np.maximum(logs - logs.max(axis=1, keepdims=True), LEAST))


def _varied(logs: Floats, stride: float, rng: np.random.Generator) -> Floats:
    """Half of the variations move all of the importances, half draw about one or two of them anew."""
    moved = logs + rng.normal(0.0, stride, (VARIATIONS, len(logs)))
    half = VARIATIONS // 2
    anew = rng.random((half, len(logs))) < 1.5 / len(logs)
    moved[:half] = np.where(anew, rng.uniform(LEAST, 0.0, anew.shape), logs)
    return _from_top(moved)


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

    def try_anew(self, logs: Floats) -> _Found:
        """The loss of each row."""
        shares = np.array([self._nearest(row) for row in self.importances(logs)[0]])
        return self._found(logs, shares)

    def try_near(self, logs: Floats, support: Support) -> _Found:
        """The same, all rows at once where these donors stay at work."""
        importances = self.importances(logs)[0]
        chosen, count = self._by_donor[support], len(support)
        systems = np.ones((len(logs), count + 1, count + 1))
        systems[:, :count, :count] = (chosen * importances[:, None, :]) @ chosen.T
        systems[:, count, count] = 0.0
        target = np.zeros((count + 1, 1))
        target[count] = 1.0
        shares = np.zeros((len(logs), self._predictors.shape[1]))
        try:
            solved = np.linalg.solve(systems, target)[:, :count, 0]
        except np.linalg.LinAlgError:  # two donors are alike
            stay = np.zeros(len(logs), dtype=np.bool_)
        else:
            meeting = solved @ chosen
            pulls = meeting * importances
            squares = (pulls * meeting).sum(axis=1)
            lowest = (pulls @ self._predictors).min(axis=1)
            stay = (solved > 0).all(axis=1) & (lowest >= squares - NEAR * (NONE + squares))
            shares[np.ix_(stay, support)] = solved[stay]
        for row in np.flatnonzero(~stay):
            shares[row] = self._nearest(importances[row])
        return self._found(logs, shares)

    def improve(self, logs: Floats, support: Support) -> tuple[float, Floats, Support]:
        """Loss, logarithms, and donors at work."""
        self._support = support
        found = minimize(
            self.loss_and_slope,
            logs,
            jac=True,
            method="SLSQP",
            bounds=[BOUNDS] * len(logs),
            options={"maxiter": STEPS},
        )
        loss, _ = self.loss_and_slope(found.x)
        assert self._support is not None
        return loss, found.x, self._support

    def look_around(self, logs: Floats, support: Support) -> Importance:
        self._support = support
        corners = np.vstack([logs, logs + 0.3 * np.eye(len(logs))])
        found = minimize(
            self.loss,
            logs,
            method="Nelder-Mead",
            options={"maxfev": LAST_LOOKS, "xatol": 1e-6, "fatol": 1e-10, "initial_simplex": corners},
        )
        importances = self.importances(found.x)[0]
        at_work, solved, _ = self._solve(importances)
        shares = np.zeros(self._predictors.shape[1])
        shares[at_work] = solved
        return Importance(values=importances, shares=shares, loss=self._missed(at_work, solved)[1])

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
        whole = self._nearest(importances)
        support = self._support = np.flatnonzero(whole)
        return support, whole[support], _conditions(self._by_donor[support] * roots)

    def _nearest(self, importances: Floats) -> Floats:
        return nearest(self._predictors * np.sqrt(importances)[:, None])

    def _found(self, logs: Floats, shares: Floats) -> _Found:
        return _Found(logs, shares, np.square(np.einsum("ij,jk->ik", shares, self._outcomes_of)).mean(axis=1))


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

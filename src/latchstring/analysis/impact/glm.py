"""Regression of counts by iteratively reweighted least squares (McCullagh and Nelder 1989, 2.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlogy

from latchstring.analysis.impact.counts import BadCounts
from latchstring.analysis.points import Floats

Link = Literal["log", "identity"]
ROUNDS, CLOSE, LEAST_MEAN = 200, 1e-11, 1e-10
SMALLEST_ALPHA, LARGEST_ALPHA = 1e-6, 100.0
NO_GAIN = 1e-4  # in log-likelihood: less than this speaks for no variation beyond chance


class NoFit(BadCounts):
    """The regression does not settle: some combination of area and period has no incident at all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """`beta` (k), `means` (n), `covariance` (k, k) from the expected information, and scores (n, k)."""

    beta: Floats
    means: Floats
    covariance: Floats
    scores: Floats
    alpha: float
    pearson: float


def fit(design: Floats, counts: Floats, *, link: Link, alpha: float = 0.0) -> Fit:
    """Poisson for `alpha` 0, otherwise negative binomial with variance mean + alpha * mean^2 (NB2)."""
    means: Floats = counts + 0.5
    predicted: Floats = np.log(means) if link == "log" else means
    beta: Floats = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        slope = means if link == "log" else np.ones_like(means)
        weight = slope**2 / (means + alpha * means**2)
        working = predicted + (counts - means) / slope
        root = np.sqrt(weight)
        stepped = np.asarray(np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0])
        moved = float(np.abs(stepped - beta).max())
        beta = stepped
        predicted = design @ beta
        means = np.exp(np.minimum(predicted, 700.0)) if link == "log" else np.maximum(predicted, LEAST_MEAN)
        if moved <= CLOSE * (1 + float(np.abs(beta).max())):
            break
    else:
        raise NoFit
    if not np.isfinite(means).all():
        raise NoFit
    slope = means if link == "log" else np.ones_like(means)
    variance = means + alpha * means**2
    information = (design * (slope**2 / variance)[:, None]).T @ design
    return Fit(
        beta=beta,
        means=means,
        covariance=np.asarray(np.linalg.inv(information)),
        scores=design * ((counts - means) * slope / variance)[:, None],
        alpha=alpha,
        pearson=float(((counts - means) ** 2 / variance).sum()),
    )


def fit_negative_binomial(design: Floats, counts: Floats, *, link: Link) -> Fit:
    """Alpha by maximum likelihood; 0 where counts vary no more than by chance."""

    def loss(log_alpha: float) -> float:
        alpha = float(np.exp(log_alpha))
        return -log_likelihood(counts, fit(design, counts, link=link, alpha=alpha).means, alpha)

    poisson = fit(design, counts, link=link)
    bounds = (math.log(SMALLEST_ALPHA), math.log(LARGEST_ALPHA))
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    if -best.fun <= log_likelihood(counts, poisson.means, 0.0) + NO_GAIN:
        return poisson
    return fit(design, counts, link=link, alpha=float(np.exp(best.x)))


def log_likelihood(counts: Floats, means: Floats, alpha: float) -> float:
    if alpha == 0:
        return float((xlogy(counts, means) - means - gammaln(counts + 1)).sum())
    size = 1 / alpha
    return float(
        (
            gammaln(counts + size)
            - gammaln(size)
            - gammaln(counts + 1)
            + xlogy(counts, alpha * means)
            - (counts + size) * np.log1p(alpha * means)
        ).sum()
    )

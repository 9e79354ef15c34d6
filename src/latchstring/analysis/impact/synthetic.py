"""Synthetic control: a mix of other units that was like the treated one until the start, and the gap since.

Abadie and Gardeazabal 2003; Abadie, Diamond and Hainmueller 2010, Synthetic control methods for comparative
case studies, JASA 105. Times before `start` are before; `start` itself and later ones are after.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latchstring.analysis.impact.importance import from_equal, search
from latchstring.analysis.impact.panel import BadPanel, Panel
from latchstring.analysis.impact.simplex import by_corners, kkt_gap, nearest
from latchstring.analysis.points import Floats
from latchstring.base.errors import BadInput

PERFECT = 1e-9  # of the outcome; closer than this is rounding


class BadDesign(BadInput):
    """The synthetic control cannot be built as described."""


@dataclass(frozen=True)
class Predictor:
    """The mean of a column over these times, of what is there."""

    column: str
    times: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Predictor:
        """`lnincome:1980-1988`, `cigsale:1975`, `schooling:1980,1985`; times below 0 too: `y:-12--1`."""
        column, colon, times = text.rpartition(":")
        if span := re.fullmatch(r"(-?\d+)-(-?\d+)", times):
            first, last = map(int, span.groups())
            if column and colon and first <= last <= first + 10_000:
                return cls(column, tuple(range(first, last + 1)))
        elif column and re.fullmatch(r"-?\d+(,-?\d+)*", times):
            return cls(column, tuple(map(int, times.split(","))))
        raise BadDesign(f"a predictor is written like lnincome:1980-1988 or cigsale:1975, not {text}")

    def __str__(self) -> str:
        first, last = self.times[0], self.times[-1]
        spans = len(self.times) > 1 and self.times == tuple(range(first, last + 1))
        return f"{self.column}:{f'{first}-{last}' if spans else ','.join(map(str, self.times))}"


@dataclass(frozen=True, kw_only=True)
class Design:
    """What is compared with what.

    Without predictors the outcomes before the start are all that is met ("outcome only"). `donors` are all
    other units unless named. `fitted` is the first and last time over which the importances of predictors
    are chosen, all times before the start unless given; `importances` sets them instead. `from_equal`: take
    the optimum that equal importances lead to, not the best of all that are found.
    """

    outcome: str
    treated: str
    start: int
    predictors: tuple[Predictor, ...] = ()
    donors: tuple[str, ...] | None = None
    fitted: tuple[int, int] | None = None
    importances: tuple[float, ...] | None = None
    from_equal: bool = False
    seed: int = 1

    @property
    def is_searched(self) -> bool:
        """Whether importances are searched for from many starts, so that the mix hangs on the seed."""
        return len(self.predictors) > 1 and self.importances is None and not self.from_equal


@dataclass(frozen=True, kw_only=True)
class Synthetic:
    """Shares of the donors, and treated less synthetic at each time.

    `importances` reproduce the fit and mean nothing: very different ones give the same shares. `kkt_gap` is 0
    at the exact optimum of the shares; `methods_apart` is the largest difference to those found by another
    way, and above 0 where several mixes meet the predictors equally well.
    """

    treated: str
    start: int
    weights: Mapping[str, float]
    importances: Mapping[str, float]
    gaps: Mapping[int, float]
    expected: Mapping[int, float]
    kkt_gap: float
    methods_apart: float

    @property
    def before(self) -> Floats:
        return np.array([gap for time, gap in self.gaps.items() if time < self.start])

    @property
    def after(self) -> Floats:
        return np.array([gap for time, gap in self.gaps.items() if time >= self.start])

    @property
    def mspe_before(self) -> float:
        return float((self.before**2).mean())

    @property
    def mspe_after(self) -> float:
        return float((self.after**2).mean())

    @property
    def mspe_fit(self) -> float:
        """Mean square before, never 0: a fit that is perfect but for rounding counts as just that."""
        size = max((abs(value) for value in self.expected.values()), default=1.0) or 1.0
        return max(self.mspe_before, (PERFECT * size) ** 2)

    @property
    def mspe_ratio(self) -> float:
        """Mean square after over before."""
        return self.mspe_after / self.mspe_fit

    @property
    def rmspe_ratio(self) -> float:
        """Its root."""
        return math.sqrt(self.mspe_ratio)

    @property
    def mean_gap(self) -> float:
        """The mean difference since the start."""
        return float(self.after.mean())


def fit(panel: Panel, design: Design) -> Synthetic:
    """The synthetic control of one unit."""
    donors = _donors(panel, design)
    units = (design.treated, *donors)
    outcome = panel.complete(design.outcome, units)
    before = _times_before(panel, design.start)
    apart = outcome[1:] - outcome[0]
    if not design.predictors:
        predictors = apart[:, before].T
        importances: Floats = np.full(len(predictors), 1 / len(predictors))
        shares = _with_shares(predictors, importances)[1]
        names: Sequence[str] = [f"{design.outcome}:{panel.times[i]}" for i in np.flatnonzero(before)]
    else:
        predictors = _predictors(panel, design, units)
        names = [str(each) for each in design.predictors]
        importances, shares = _importances(panel, design, predictors, apart)
    weighted = predictors * np.sqrt(importances)[:, None]
    expected = shares @ outcome[1:]
    gaps = outcome[0] - expected
    return Synthetic(
        treated=design.treated,
        start=design.start,
        weights=dict(zip(donors, shares.tolist(), strict=True)),
        importances=dict(zip(names, importances.tolist(), strict=True)),
        gaps=dict(zip(panel.times, gaps.tolist(), strict=True)),
        expected=dict(zip(panel.times, expected.tolist(), strict=True)),
        kkt_gap=kkt_gap(weighted, shares),
        methods_apart=float(np.abs(by_corners(weighted) - shares).max()),
    )


def applied(panel: Panel, design: Design, weights: Mapping[str, float]) -> Synthetic:
    """The synthetic control with weights that are given, such as published ones; nothing is searched for."""
    donors = tuple(weights)
    outcome = panel.complete(design.outcome, (design.treated, *donors))
    _times_before(panel, design.start)
    expected = np.array(list(weights.values())) @ outcome[1:]
    gaps = outcome[0] - expected
    return Synthetic(
        treated=design.treated,
        start=design.start,
        weights=dict(weights),
        importances={},
        gaps=dict(zip(panel.times, gaps.tolist(), strict=True)),
        expected=dict(zip(panel.times, expected.tolist(), strict=True)),
        kkt_gap=0.0,
        methods_apart=0.0,
    )


def _donors(panel: Panel, design: Design) -> tuple[str, ...]:
    panel.index(design.treated)
    donors = design.donors
    if donors is None:
        donors = tuple(unit for unit in panel.units if unit != design.treated)
    if design.treated in donors:
        raise BadDesign(f"{design.treated} is treated and cannot be its own donor")
    if len(set(donors)) != len(donors):
        raise BadDesign("a donor is named twice")
    if len(donors) < 2:
        raise BadDesign(f"a synthetic control needs two or more donors, not {len(donors)}")
    return donors


def _times_before(panel: Panel, start: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    before = np.array([time < start for time in panel.times])
    if before.sum() < 2 or before.all():
        raise BadDesign(
            f"the start at {start} leaves {int(before.sum())} times before it and {int((~before).sum())} from"
            " it on; it takes 2 and 1"
        )
    return before


def _predictors(panel: Panel, design: Design, units: Sequence[str]) -> Floats:
    """Donors less treated for each predictor, in standard deviations over all units."""
    rows = [panel.index(unit) for unit in units]
    found = []
    for predictor in design.predictors:
        late = [time for time in predictor.times if time >= design.start]
        if late:
            raise BadDesign(f"the predictor {predictor} reads {late[0]}, which is not before the start")
        at = [panel.times.index(time) for time in predictor.times if time in panel.times]
        values = panel.column(predictor.column)[rows][:, at]
        empty = np.flatnonzero(np.isnan(values).all(axis=1))
        if empty.size:
            raise BadPanel(f"the predictor {predictor} has no value for {units[int(empty[0])]}")
        means = np.nanmean(values, axis=1)
        spread = float(means.std(ddof=1))
        if spread == 0:
            raise BadDesign(f"the predictor {predictor} is the same for all units and tells nothing apart")
        found.append((means[1:] - means[0]) / spread)
    return np.array(found)


def _importances(panel: Panel, design: Design, predictors: Floats, apart: Floats) -> tuple[Floats, Floats]:
    """And the shares of the donors that go with them."""
    if design.importances is not None:
        given = np.array(design.importances, dtype=np.float64)
        if (
            given.shape != (len(predictors),)
            or not (np.isfinite(given) & (given >= 0)).all()
            or not given.sum()
        ):
            raise BadDesign(f"there are {len(predictors)} predictors; each has an importance from 0 up")
        return _with_shares(predictors, given / given.sum())
    if len(predictors) == 1:
        return _with_shares(predictors, np.ones(1))
    first, last = design.fitted or (panel.times[0], design.start - 1)
    if last >= design.start:
        raise BadDesign(f"the times that are fitted end with {last}, which is not before the start")
    fitted = [first <= time <= last for time in panel.times]
    if not any(fitted):
        raise BadDesign(f"nothing was measured from {first} to {last}")
    if design.from_equal:
        found = from_equal(predictors, apart[:, fitted].T)
    else:
        found = search(predictors, apart[:, fitted].T, design.seed)
    return found.values, found.shares


def _with_shares(predictors: Floats, importances: Floats) -> tuple[Floats, Floats]:
    return importances, nearest(predictors * np.sqrt(importances)[:, None])

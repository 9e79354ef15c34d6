"""Maps over a grid: where incidents gather, how sure that is, and over which denominator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latchstring.analysis.hotspots.bandwidth import Suggestion
from latchstring.analysis.hotspots.clusters import Clusters
from latchstring.analysis.hotspots.gi_star import GiStar
from latchstring.analysis.hotspots.grid import Counts, Grid
from latchstring.analysis.hotspots.hotspot_map import HotspotMap, Verdict
from latchstring.analysis.hotspots.local import false_discoveries, window_sizes, window_sums
from latchstring.analysis.hotspots.moran import LocalMoran, Quadrant
from latchstring.analysis.hotspots.rates import garwood
from latchstring.analysis.hotspots.risk import RiskSurface
from latchstring.analysis.hotspots.scoring import BackTest
from latchstring.studies import chart, geojson, plots
from latchstring.studies.chart import Bar
from latchstring.studies.plane import Plane
from latchstring.studies.study import Plot, Shown, Study, between, chance, number, percent

_SHOWN = 15  # rows in a table for people
_NO_DENOMINATOR = "No denominator was given: these are counts, and more homes have more of them."
_SMOOTHED = "The intervals are of the smoothed density; smoothing itself flattens peaks and fills gaps."
_CELL_ALONE = "Each p is of a cell by itself; of so many cells some are surprising by chance alone."
_DESCRIBES = "Clusters describe where incidents lie close together. That may be where most people live."
_WORDS = {Verdict.HOT: "hot", Verdict.CANNOT_TELL: "cannot tell", Verdict.NOT_HOT: "not hot"}
_LIKENESS = {
    Quadrant.HIGH_HIGH: "high among high",
    Quadrant.LOW_HIGH: "low among high",
    Quadrant.LOW_LOW: "low among low",
    Quadrant.HIGH_LOW: "high among low",
}


def of_map(found: HotspotMap, because: str, plane: Plane | None) -> Study:
    """`because` says where the bandwidth comes from."""
    sure = found.certainty.probability
    order = [at for at in _highest(sure, found.density) if sure[at] > 0 or found.counts[at]]
    verdicts = None if found.risk is None else found.verdicts
    cells = [_map_cell(found, verdicts, at) for at in order]
    shown = cells[: found.certainty.cells]
    return Study(
        title="Where incidents gather, and how sure that is",
        finding=_map_said(found, verdicts),
        answer={
            "events": found.events,
            "cell_metres": found.grid.cell_metres,
            "bandwidth_metres": found.bandwidth_metres,
            "bandwidth_because": because,
            "exposure": None if found.rates is None else float(found.rates.exposure.sum()),
            "top_share": found.certainty.share,
            "level": found.level,
            "kept": found.certainty.kept,
            "cells": shown,
            "verdict": _map_said(found, verdicts),
        },
        full={"result": found, "verdicts": verdicts, "because": because},
        tables=(
            Shown(
                title=f"The surest of the densest {percent(found.certainty.share)} of the cells",
                head=("x, y of the middle", "count", "per km²", "from", "to", "sure", "said"),
                rows=tuple(
                    (
                        f"{cell['x']:,.0f}, {cell['y']:,.0f}",
                        number(cell["count"]),
                        number(cell["density"], 1),
                        number(cell["interval"][0], 1),
                        number(cell["interval"][1], 1),
                        f"{percent(cell['certainty'])}",
                        cell["verdict"],
                    )
                    for cell in shown[:_SHOWN]
                ),
            ),
        ),
        plots=(
            Plot(
                title="Density",
                svg=chart.heat(found.density, outlined=sure >= found.level),
                words=(
                    f"Incidents per square kilometre, up to {found.density.max():,.1f}, smoothed over "
                    f"{found.bandwidth_metres:,.0f} m: {because}. Framed: cells that chance rarely moves "
                    "out of the densest."
                ),
            ),
            Plot(
                title="How sure",
                svg=chart.heat(sure),
                words=(
                    f"Of {found.certainty.maps} maps drawn anew the share in which a cell is among the "
                    f"densest {percent(found.certainty.share)}. One such map keeps "
                    f"{percent(found.certainty.kept)} of these."
                ),
            ),
            Plot(
                title="The simple count",
                svg=chart.heat(found.counts.astype(np.float64)),
                words=f"Up to {int(found.counts.max()):,} in a cell. A smoothed map has to beat it.",
            ),
        ),
        beware=(*found.caveats, _SMOOTHED),
        geojson=None
        if plane is None
        else geojson.of_cells(found.grid, plane, zip(*_indices(order), cells, strict=True)),
    )


def of_gi(found: GiStar, counts: Counts, grid: Grid, reach: int, plane: Plane | None) -> Study:
    sums = np.rint(window_sums(counts.astype(np.float64), reach)).astype(np.int64)
    expected = window_sizes(grid.shape, reach) * counts.mean()
    low, high = garwood(sums)
    order = _highest(-found.q, -found.p)
    notable = [at for at in order if found.q[at] <= 0.05]
    way = "more" if found.tail == "high" else "fewer"
    said = (
        f"{len(notable):,} of {grid.cells:,} cells hold, with their neighbours, {way} incidents than an even "
        "spread over all cells gives; of these about one in twenty is wrongly found."
        if notable
        else f"We cannot tell any of the {grid.cells:,} cells from an even spread of the incidents."
    )
    cells = [
        {
            **_cell(grid, at),
            "around": int(sums[at]),
            "interval": [float(low[at]), float(high[at])],
            "expected": float(expected[at]),
            "z": float(found.z[at]),
            "p": float(found.p[at]),
            "q": float(found.q[at]),
        }
        for at in (notable or order[:_SHOWN])
    ]
    return Study(
        title="Gi*: cells and their neighbours",
        finding=said,
        answer={
            "events": int(counts.sum()),
            "cell_metres": grid.cell_metres,
            "tail": found.tail,
            "method": found.method,
            "notable": len(notable),
            "of": grid.cells,
            "cells": cells,
            "verdict": said,
        },
        full={"result": found, "counts": counts, "grid": grid},
        tables=(
            Shown(
                title=f"The smallest p of {grid.cells:,} cells",
                head=(
                    "x, y of the middle",
                    "with neighbours",
                    "from",
                    "to",
                    "if even",
                    "z",
                    "p",
                    "p of all cells",
                ),
                rows=tuple(
                    (
                        f"{cell['x']:,.0f}, {cell['y']:,.0f}",
                        number(cell["around"]),
                        number(cell["interval"][0], 1),
                        number(cell["interval"][1], 1),
                        number(cell["expected"], 1),
                        number(cell["z"]),
                        chance(cell["p"]),
                        chance(cell["q"]),
                    )
                    for cell in cells[:_SHOWN]
                ),
            ),
        ),
        plots=(
            Plot(
                title="z of each cell",
                svg=chart.heat(
                    np.maximum(np.nan_to_num(found.z) * (1 if found.tail == "high" else -1), 0),
                    outlined=found.q <= 0.05,
                ),
                words="Framed: cells that stand out with all cells taken together.",
            ),
        ),
        beware=(_NO_DENOMINATOR,),
        geojson=_notable_geojson(grid, plane, notable, cells),
    )


def of_moran(found: LocalMoran, counts: Counts, grid: Grid, plane: Plane | None) -> Study:
    order = _highest(-found.q, -found.p)
    notable = [at for at in order if found.q[at] <= 0.05]
    said = (
        f"{len(notable):,} of {grid.cells:,} cells are like their neighbours, or unlike them, beyond chance; "
        "of these about one in twenty is wrongly found."
        if notable
        else f"We cannot tell the neighbours of any of the {grid.cells:,} cells from a chance arrangement."
    )
    low, high = garwood(counts)
    cells = [
        {
            **_cell(grid, at),
            "count": int(counts[at]),
            "interval": [float(low[at]), float(high[at])],
            "kind": _LIKENESS[Quadrant(int(found.quadrant[at]))],
            "index": float(found.index[at]),
            "p": float(found.p[at]),
            "q": float(found.q[at]),
        }
        for at in (notable or order[:_SHOWN])
    ]
    return Study(
        title="Local Moran's I: cells like and unlike their neighbours",
        finding=said,
        answer={
            "events": int(counts.sum()),
            "cell_metres": grid.cell_metres,
            "method": found.method,
            "notable": len(notable),
            "of": grid.cells,
            "cells": cells,
            "verdict": said,
        },
        full={"result": found, "counts": counts, "grid": grid},
        tables=(
            Shown(
                title=f"The smallest p of {grid.cells:,} cells",
                head=("x, y of the middle", "count", "from", "to", "kind", "I", "p", "p of all cells"),
                rows=tuple(
                    (
                        f"{cell['x']:,.0f}, {cell['y']:,.0f}",
                        number(cell["count"]),
                        number(cell["interval"][0], 1),
                        number(cell["interval"][1], 1),
                        cell["kind"],
                        number(cell["index"]),
                        chance(cell["p"]),
                        chance(cell["q"]),
                    )
                    for cell in cells[:_SHOWN]
                ),
            ),
        ),
        plots=(
            Plot(
                title="The simple count",
                svg=chart.heat(counts.astype(np.float64), outlined=found.q <= 0.05),
                words="Framed: cells that stand out with all cells taken together.",
            ),
        ),
        beware=(_NO_DENOMINATOR,),
        geojson=_notable_geojson(grid, plane, notable, cells),
    )


def of_risk(found: RiskSurface, exposure: float, grid: Grid, plane: Plane | None) -> Study:
    order = [at for at in _highest(-np.nan_to_num(found.p_high, nan=1.0), found.ratio) if found.known[at]]
    surprising = false_discoveries(found.p_high) <= 0.05
    cells = [
        {
            **_cell(grid, at),
            "ratio": float(found.ratio[at]),
            "interval": [float(found.low[at]), float(found.high[at])],
            "p_high": float(found.p_high[at]),
            "p_low": float(found.p_low[at]),
        }
        for at in order
    ]
    known = int(found.known.sum())
    said = (
        f"In {int(surprising.sum()):,} of {known:,} cells the risk is higher than an even risk "
        "allows; of these about one in twenty is wrongly found."
        if surprising.any()
        else f"We cannot tell the risk of any of {known:,} cells from that of the whole area."
    )
    return Study(
        title="Risk: incidents over exposure",
        finding=said,
        answer={
            "overall": found.overall,
            "exposure": exposure,
            "unexposed": found.unexposed,
            "draws": found.draws,
            "cells": cells[:_SHOWN],
            "verdict": said,
        },
        full={"result": found, "grid": grid},
        tables=(
            Shown(
                title=f"Risk over that of the whole area, {found.overall:.3g} for each that is exposed",
                head=("x, y of the middle", "ratio", "from", "to", "p of as high"),
                rows=tuple(
                    (
                        f"{cell['x']:,.0f}, {cell['y']:,.0f}",
                        number(cell["ratio"]),
                        number(cell["interval"][0]),
                        number(cell["interval"][1]),
                        chance(cell["p_high"]),
                    )
                    for cell in cells[:_SHOWN]
                ),
            ),
        ),
        plots=(
            Plot(
                title="Risk over that of the whole area",
                svg=chart.heat(found.ratio, outlined=surprising),
                words="Framed: cells that stand out with all cells taken together.",
            ),
        ),
        beware=(_CELL_ALONE, *_unexposed(found.unexposed)),
        geojson=None
        if plane is None
        else geojson.of_cells(grid, plane, zip(*_indices(order), cells, strict=True)),
    )


def of_clusters(found: Clusters, events: int) -> Study:
    surest = None if found.p is None or not found.p.size else float(found.p.min())
    if not found.size.size:
        said = "No incidents lie so close together that they are a cluster."
    elif surest is None:
        said = f"{found.size.size:,} clusters hold {int(found.size.sum()):,} of {events:,} incidents."
    elif surest <= 0.05:
        said = (
            f"{int((found.p <= 0.05).sum()):,} of {found.size.size:,} clusters are larger than the largest "
            "that the background gives by chance."
            if found.p is not None
            else ""
        )
    else:
        said = "We cannot tell the clusters from those that the background gives by chance."
    clusters = [
        {
            "size": int(size),
            "of": events,
            "x": float(xy[0]),
            "y": float(xy[1]),
            "spread_metres": float(spread),
            "p": None if found.p is None else float(found.p[n]),
        }
        for n, (size, xy, spread) in enumerate(zip(found.size, found.xy, found.spread_metres, strict=True))
    ]
    return Study(
        title="Clusters of incidents",
        finding=said,
        answer={
            "events": events,
            "clusters": clusters,
            "in_none": int((found.label < 0).sum()),
            "draws": found.draws,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"At least {found.least} within {found.distance_metres:g} m",
                head=("x, y of the middle", "incidents", "of", "spread in metres", "p"),
                rows=tuple(
                    (
                        f"{each['x']:,.0f}, {each['y']:,.0f}",
                        number(each["size"]),
                        number(events),
                        number(each["spread_metres"], 0),
                        "–" if each["p"] is None else chance(each["p"]),
                    )
                    for each in clusters[:_SHOWN]
                ),
            ),
        ),
        plots=(
            plots.of_bars(
                "Incidents in each cluster",
                [Bar(name=str(n), value=int(size)) for n, size in enumerate(found.size[:_SHOWN], start=1)],
                words="In the order of the table.",
            ),
        )
        if clusters
        else (),
        beware=(_DESCRIBES,) if found.p is None else (),
    )


def of_bandwidths(found: Mapping[str, Suggestion], events: int) -> Study:
    return Study(
        title="How far to smooth",
        finding="The choice stays yours: look at the map with each, and say which one was taken.",
        answer={
            name: {
                "metres": each.metres,
                "because": each.because,
                "at_border": each.at_border,
                "events": events,
            }
            for name, each in found.items()
        },
        full=found,
        tables=(
            Shown(
                title=f"Suggestions from {events:,} incidents",
                head=("by", "metres", "because"),
                rows=tuple((name, number(each.metres, 0), each.because) for name, each in found.items()),
            ),
        ),
        plots=(
            plots.of_bars(
                "Suggestions in metres",
                [Bar(name=name, value=each.metres) for name, each in found.items()],
                words="The further they lie apart, the more the map hangs on the choice.",
            ),
        ),
        beware=tuple(
            f"By {name}: the best that was tried is the smallest or largest of all; look further."
            for name, each in found.items()
            if each.at_border
        ),
    )


def of_back_test(found: BackTest) -> Study:
    said = {
        "kernel": "The smoothed map foretold more of the later incidents than the simple count.",
        "count": "The simple count foretold more of the later incidents than the smoothed map.",
        "cannot tell": "We cannot tell whether smoothing foretells better than the simple count.",
    }[found.better]
    rows = (
        ("smoothed map", found.kernel_pai, found.kernel_interval, found.only_kernel),
        ("simple count", found.count_pai, found.count_interval, found.only_count),
    )
    return Study(
        title="Would the map have foretold what came after?",
        finding=said,
        answer={
            "before": found.before,
            "after": found.after,
            "cells": found.cells,
            "share": found.share,
            "kernel_pai": found.kernel_pai,
            "kernel_interval": found.kernel_interval,
            "count_pai": found.count_pai,
            "count_interval": found.count_interval,
            "only_kernel": found.only_kernel,
            "only_count": found.only_count,
            "p": found.p,
            "better": found.better,
        },
        full=found,
        tables=(
            Shown(
                title=f"Made of {found.before:,} incidents, scored on the {found.after:,} after them",
                head=(f"top {percent(found.share)}", "PAI", "from", "to", "caught by it alone"),
                rows=tuple(
                    (name, number(pai), number(inside.low), number(inside.high), number(alone))
                    for name, pai, inside, alone in rows
                ),
            ),
        ),
        plots=(
            plots.of_rows(
                "PAI of the flagged cells",
                [plots.row(name, pai, inside) for name, pai, inside, _ in rows],
                neutral=1.0,
                words="1 is a map that knows nothing.",
            ),
        ),
    )


def _map_said(found: HotspotMap, verdicts: NDArray[np.int8] | None) -> str:
    if verdicts is None or found.rates is None:
        return (
            f"{found.events:,} incidents. Without a denominator no cell is called a hotspot: "
            "the cells below are the densest, with how sure that is."
        )
    hot, open_ = int((verdicts == Verdict.HOT).sum()), int((verdicts == Verdict.CANNOT_TELL).sum())
    of = f"{found.events:,} incidents over an exposure of {number(float(found.rates.exposure.sum()))}"
    if not hot:
        return f"{of}: we cannot tell of any cell that it is a hotspot."
    return f"{of}: {hot:,} cells are hot beyond chance and exposure. Of {open_:,} more we cannot tell."


def _map_cell(found: HotspotMap, verdicts: NDArray[np.int8] | None, at: tuple[int, int]) -> dict[str, Any]:
    cell = {
        **_cell(found.grid, at),
        "count": int(found.counts[at]),
        "density": float(found.density[at]),
        "interval": [float(found.low[at]), float(found.high[at])],
        "certainty": float(found.certainty.probability[at]),
        "verdict": _WORDS[Verdict.CANNOT_TELL if verdicts is None else Verdict(int(verdicts[at]))],
    }
    if found.rates is not None:
        cell["exposure"] = float(found.rates.exposure[at])
        cell["rate"] = None if not found.rates.known[at] else float(found.rates.value[at])
        cell["rate_interval"] = between(float(found.rates.low[at]), float(found.rates.high[at]))
    if found.reporting is not None:
        cell["true_count"] = [float(found.reporting.low[at]), float(found.reporting.high[at])]
    return cell


def _cell(grid: Grid, at: tuple[int, int]) -> dict[str, Any]:
    return {"x": float(grid.xs[at[1]]), "y": float(grid.ys[at[0]])}


def _highest(first: NDArray[np.float64], then: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Rows and columns of all cells that are known, highest first."""
    order = np.lexsort((-np.nan_to_num(then).ravel(), -np.nan_to_num(first, nan=-np.inf).ravel()))
    rows, columns = np.unravel_index(order, first.shape)
    return [
        (row, column)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if np.isfinite(first[row, column])
    ]


def _indices(order: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [row for row, _ in order], [column for _, column in order]


def _notable_geojson(
    grid: Grid, plane: Plane | None, notable: list[tuple[int, int]], cells: list[dict[str, Any]]
) -> dict[str, Any] | None:
    if plane is None:
        return None
    return geojson.of_cells(grid, plane, zip(*_indices(notable), cells[: len(notable)], strict=True))


def _unexposed(events: int) -> tuple[str, ...]:
    if not events:
        return ()
    return (
        f"{events:,} incidents lie where nothing is exposed and were left out: the denominator is amiss.",
    )

"""Studies of pairs of incidents: do they come in bunches, near in space and near in time?"""

from __future__ import annotations

from latchstring.analysis.hotspots.jacquez import Jacquez
from latchstring.analysis.hotspots.knox import Knox
from latchstring.analysis.hotspots.mantel import Mantel
from latchstring.analysis.hotspots.near_repeat import NearRepeat
from latchstring.studies import chart, plots
from latchstring.studies.study import Shown, Study, chance, number

_CAUSES = (
    "Being near in space and time says nothing of the cause: the same offender, the same weakness of the "
    "houses, and a neighbour who reports more eagerly after the first one all look alike."
)
_BY_CHANCE = "by chance alone, with what was observed as a dot"
_THE_BAR = "The bar is where it lies by chance alone."


def of_knox(found: Knox) -> Study:
    return Study(
        title="Knox test: near in space and near in time",
        finding=_said(found),
        answer={
            "observed": found.observed,
            "expected": found.expected,
            "variance": found.variance,
            "z": found.z,
            "p": found.p,
        },
        full=found,
        tables=(
            Shown(
                title=f"Pairs of {found.events:,} incidents",
                head=("", "observed", "by chance", "from", "to", "p"),
                rows=(
                    (
                        f"within {found.distance:g} m and {found.days:g} days",
                        number(found.observed),
                        number(found.expected),
                        number(found.by_chance.low),
                        number(found.by_chance.high),
                        chance(found.p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "Pairs near in space and time", _BY_CHANCE, found.observed, found.by_chance, words=_THE_BAR
            ),
        ),
        beware=(_CAUSES, *entered_twice(found.duplicates)),
    )


def of_near_repeat(found: NearRepeat) -> Study:
    head = ("metres \\ days", *found.day_labels)

    def shown(title: str, cells: list[list[str]]) -> Shown:
        rows = zip(found.distance_labels, cells, strict=True)
        return Shown(title=title, head=head, rows=tuple((label, *row) for label, row in rows))

    surest = found.p_of_all.min()
    return Study(
        title="Near repeats: incidents that follow each other closely",
        finding=(
            "Some pairs are more frequent than chance allows, with all cells of the table taken together."
            if surest <= 0.05
            else "We cannot tell these pairs from chance, with all cells of the table taken together."
        ),
        answer={
            "observed": found.observed,
            "expected": found.expected,
            "ratio": found.ratio,
            "variance": found.variance,
        },
        full={**vars(found), "distance_labels": found.distance_labels, "day_labels": found.day_labels},
        tables=(
            shown(
                f"Pairs of {found.events:,} incidents", [[number(n) for n in row] for row in found.observed]
            ),
            shown("Expected by chance", [[number(n, 1) for n in row] for row in found.expected]),
            shown("Observed over expected", [[number(n, 3) for n in row] for row in found.ratio]),
            shown("p, for the table as a whole", [[chance(p) for p in row] for row in found.p_of_all]),
        ),
        plots=(
            plots.of_rows(
                "Observed over expected",
                [
                    chart.Estimate(
                        name=f"{metres} m, {days} days",
                        value=float(found.ratio[row, column]),
                        low=float(found.ratio_low[row, column]),
                        high=float(found.ratio_high[row, column]),
                    )
                    for row, metres in enumerate(found.distance_labels)
                    for column, days in enumerate(found.day_labels)
                    if found.expected[row, column] > 0
                ],
                neutral=1.0,
                words="Dots are what was observed; each bar is where the ratio lies by chance alone.",
            ),
        ),
        beware=(_CAUSES, *entered_twice(found.duplicates)),
    )


def of_mantel(found: Mantel) -> Study:
    p = found.p if found.permuted is None else found.permuted.p
    by_chance = found.by_chance
    said = (
        "Incidents that are close in space are closer in time than chance allows."
        if found.correlation is not None and p <= 0.05
        else "We cannot tell whether incidents that are close in space are closer in time."
    )
    return Study(
        title="Mantel's test: apart in space and apart in time",
        finding=said,
        answer={
            "events": found.events,
            "correlation": found.correlation,
            "by_chance": by_chance,
            "z": found.z,
            "p": found.p,
            "permuted_p": None if found.permuted is None else found.permuted.p,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"All pairs of {found.events:,} incidents",
                head=("", "correlation", "by chance from", "to", "p"),
                rows=(
                    (
                        "space and time",
                        number(found.correlation, 4),
                        number(None if by_chance is None else by_chance.low, 4),
                        number(None if by_chance is None else by_chance.high, 4),
                        chance(p),
                    ),
                ),
            ),
        ),
        plots=()
        if by_chance is None
        else (
            plots.of_one(
                "The correlation of distance and days",
                _BY_CHANCE,
                found.correlation,
                by_chance,
                words=_THE_BAR,
            ),
        ),
        beware=(_CAUSES,),
    )


def of_jacquez(found: Jacquez) -> Study:
    said = (
        "Nearest neighbours in space are nearest in time more often than chance allows."
        if found.p <= 0.05
        else "We cannot tell nearest neighbours in space and time from chance."
    )
    return Study(
        title="Jacquez's test: nearest neighbours in space and in time",
        finding=said,
        answer={
            "events": found.events,
            "neighbours": found.neighbours,
            "observed": found.observed,
            "expected": found.expected,
            "variance": found.variance,
            "by_chance": found.by_chance,
            "z": found.z,
            "p": found.p,
            "by_row_order": found.by_row_order,
            "verdict": said,
        },
        full=found,
        tables=(
            Shown(
                title=f"The {found.neighbours} nearest of each of {found.events:,} incidents",
                head=("", "observed", "by chance", "from", "to", "p"),
                rows=(
                    (
                        "near in both",
                        number(found.observed),
                        number(found.expected, 1),
                        number(found.by_chance.low, 1),
                        number(found.by_chance.high, 1),
                        chance(found.p),
                    ),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "Neighbours near in both", _BY_CHANCE, found.observed, found.by_chance, words=_THE_BAR
            ),
        ),
        beware=(_CAUSES,),
    )


def _said(found: Knox) -> str:
    seen = f"{found.observed:,} pairs are near in space and time"
    judged = "more than chance allows" if found.p <= 0.05 else "we cannot tell this from chance"
    return f"{seen}, where chance gives {number(found.expected, 1)}: {judged}."


def entered_twice(pairs: int) -> tuple[str, ...]:
    """What to beware of where so many pairs share a place and a day."""
    if not pairs:
        return ()
    return (
        f"{pairs:,} pairs lie at the very same place on the same day. If some are one incident entered "
        "twice, take the second entries out and run this again.",
    )

"""Studies of pairs of incidents: do they come in bunches, near in space and near in time?"""

from __future__ import annotations

from latchstring.analysis.hotspots.knox import Knox
from latchstring.analysis.hotspots.near_repeat import NearRepeat
from latchstring.studies.study import Shown, Study, chance, number

_CAUSES = (
    "Being near in space and time says nothing of the cause: the same offender, the same weakness of the "
    "houses, and a neighbour who reports more eagerly after the first one all look alike."
)


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
        beware=(_CAUSES, *_duplicates(found.duplicates)),
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
        beware=(_CAUSES, *_duplicates(found.duplicates)),
    )


def _said(found: Knox) -> str:
    seen = f"{found.observed:,} pairs are near in space and time"
    judged = "more than chance allows" if found.p <= 0.05 else "we cannot tell this from chance"
    return f"{seen}, where chance gives {number(found.expected, 1)}: {judged}."


def _duplicates(pairs: int) -> tuple[str, ...]:
    if not pairs:
        return ()
    return (
        f"{pairs:,} pairs lie at the very same place on the same day. If some are one incident entered "
        "twice, take the second entries out and run this again.",
    )

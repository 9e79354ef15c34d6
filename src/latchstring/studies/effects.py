"""Studies of effects: what changed, what changed elsewhere, and whether one can tell."""

from __future__ import annotations

from latchstring.analysis.impact import wdd
from latchstring.analysis.impact.counts import Change
from latchstring.analysis.impact.verdict import verdict
from latchstring.analysis.impact.wdd import WeightedDifference
from latchstring.studies.study import Shown, Study, chance, number


def of_wdd(found: WeightedDifference) -> Study:
    judged = verdict(wdd.evidence(found))
    return Study(
        title="Weighted displacement difference",
        finding=judged.text,
        answer={
            "wdd": found.wdd,
            "se": found.se,
            "z": found.z,
            "interval": found.interval,
            "verdict": judged.text,
        },
        full={"result": found, "verdict": judged},
        tables=(
            Shown(
                title="Incidents",
                head=("", "before", "after", "change"),
                rows=tuple(
                    (name, number(change.before), number(change.after), number(change.difference))
                    for name, change in _areas(found)
                ),
            ),
            Shown(
                title="Change beyond that of like areas",
                head=("estimate", "standard error", "from", "to", "z", "p if counts vary by pure chance"),
                rows=(
                    (
                        number(found.wdd),
                        number(found.se),
                        number(found.interval.low),
                        number(found.interval.high),
                        number(found.z),
                        chance(found.p),
                    ),
                ),
            ),
        ),
    )


def _areas(found: WeightedDifference) -> list[tuple[str, Change]]:
    named = {
        "treated": found.treated,
        "control": found.control,
        "displacement": found.displacement_treated,
        "control of displacement": found.displacement_control,
    }
    return [(name, change) for name, change in named.items() if change is not None]

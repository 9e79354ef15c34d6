"""Did incidents move next door?"""

from __future__ import annotations

import math

from latchstring.analysis.impact.displacement import Catchment, Quotient
from latchstring.studies import plots
from latchstring.studies.chart import Bar
from latchstring.studies.study import Shown, Study, between, number


def of_quotient(found: Quotient) -> Study:
    inside, net = found.wdq_interval, found.net_interval
    open_ended = math.isinf(inside.low) and math.isinf(inside.high)
    if open_ended:
        moved = (
            "We cannot tell whether anything moved: the treated area may have changed just like the control."
        )
    elif inside.low > 0:
        moved = "The area next door changed the same way: gains there too, if there were gains."
    elif inside.high < 0:
        moved = "Next door it went the other way: some of it may have moved."
    else:
        moved = "We cannot tell whether anything moved next door."
    both = (
        f"Both together had {number(net.low)} to {number(net.high)} fewer incidents than if they had "
        "followed the "
        "control."
        if net.low > 0
        else "We cannot tell whether both together had fewer incidents than if they had followed the control."
    )
    return Study(
        title="Displacement: the quotient and the net effect",
        finding=f"{moved} {both}",
        answer={
            "wdq": found.wdq,
            "wdq_interval": between(inside.low, inside.high),
            "net": found.net,
            "net_se": found.net_se,
            "net_interval": net,
            "verdict": f"{moved} {both}",
        },
        full=found,
        tables=(
            Shown(
                title="Beside the control",
                head=("", "estimate", "from", "to"),
                rows=(
                    ("quotient WDQ", number(found.wdq, 3), *_ends(inside.low, inside.high)),
                    ("net effect, incidents fewer", number(found.net, 1), *_ends(net.low, net.high)),
                ),
            ),
        ),
        plots=(
            plots.of_one(
                "Incidents fewer, treated area and next door together",
                "beside the control",
                found.net,
                net,
                neutral=0.0,
                words="The broken line is no effect.",
            ),
        ),
        beware=(
            "The quotient is a share of what may be nothing; the difference of `impact wdd` is easier to "
            "read.",
            "The interval allows for pure chance only, unless the dispersion was given or shown.",
        ),
    )


def of_catchment(found: Catchment, reach: float) -> Study:
    rows = (
        ("treated", found.treated, found.treated_cells),
        (f"within {reach:g} m of it", found.buffer, found.buffer_cells),
    )
    return Study(
        title="A treated area and the ring around it",
        finding="These are counts. Whether anything moved takes a control: `impact displacement` or "
        "`impact wdd`.",
        answer={
            "treated": [found.treated.before, found.treated.after],
            "buffer": [found.buffer.before, found.buffer.after],
            "treated_cells": found.treated_cells,
            "buffer_cells": found.buffer_cells,
        },
        full=found,
        tables=(
            Shown(
                title="Incidents",
                head=("", "before", "after", "cells"),
                rows=tuple(
                    (name, number(change.before), number(change.after), number(cells))
                    for name, change, cells in rows
                ),
            ),
        ),
        plots=(
            plots.of_bars(
                "Incidents before and after",
                [
                    Bar(name=f"{name}, {when}", value=count)
                    for name, change in (("treated", found.treated), ("ring", found.buffer))
                    for when, count in (("before", change.before), ("after", change.after))
                ],
                words=f"The ring reaches {reach:g} m.",
            ),
        ),
    )


def _ends(low: float, high: float) -> tuple[str, str]:
    return (
        "no limit" if math.isinf(low) else number(low, 3),
        "no limit" if math.isinf(high) else number(high, 3),
    )

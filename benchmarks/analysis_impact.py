"""Synthetic control of Proposition 99 and its placebos, beside pysyncon 1.7.0.

The fit is timed from the table of 39 states to the weights. pysyncon searches from equal importances by Nelder-Mead,
as its documentation does; it is run once, for it takes minutes, and it does not find the published donors, so its loss
is told beside ours. Its placebos would take 39 times as long and are not run. Needs ../shared/data/analysis.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import harness
from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.synthetic import Design, Predictor, fit
from latchstring.analysis.impact.synthetic_placebo import placebo_test

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data/analysis/prop99_smoking.csv"
PEERS = ROOT / ".cache/peers/bin/python"
RUNS = 3
TEXTS = (
    "lnincome:1980-1988 age15to24:1980-1988 retprice:1980-1988 beer:1984-1988"
    " cigsale:1975 cigsale:1980 cigsale:1988"
)
PEER = """
import json, sys, time
import pandas as pd
from pysyncon import Dataprep, Synth
table = pd.read_csv(sys.argv[1])
prepared = Dataprep(
    foo=table, predictors=["lnincome", "age15to24", "retprice"], predictors_op="mean",
    time_predictors_prior=range(1980, 1989),
    special_predictors=[("beer", range(1984, 1989), "mean")] + [("cigsale", [y], "mean") for y in (1975, 1980, 1988)],
    dependent="cigsale", unit_variable="state", time_variable="year", treatment_identifier="California",
    controls_identifier=[s for s in table.state.unique() if s != "California"], time_optimize_ssr=range(1970, 1989))
began = time.perf_counter()
synth = Synth()
synth.fit(dataprep=prepared, optim_method="Nelder-Mead", optim_initial="equal")
print(json.dumps([time.perf_counter() - began, float(synth.mspe())]))
"""


def smoking() -> Panel:
    with DATA.open() as lines:
        rows = list(csv.DictReader(lines))
    names = ("cigsale", "lnincome", "beer", "age15to24", "retprice")
    columns = {name: [float(row[name]) if row[name] else math.nan for row in rows] for name in names}
    return Panel.of_rows([row["state"] for row in rows], [float(row["year"]) for row in rows], columns)


def main() -> None:
    if not DATA.is_file():
        sys.exit("analysis_impact: ../shared/data/analysis/prop99_smoking.csv is not on this machine")
    panel = smoking()
    predictors = tuple(Predictor.of(text) for text in TEXTS.split())
    design = Design(outcome="cigsale", treated="California", start=1989, predictors=predictors)

    def seconds_of_fit() -> float:
        began = time.perf_counter()
        fit(panel, design)
        return time.perf_counter() - began

    ours = harness.median_of(seconds_of_fit, RUNS)
    began = time.perf_counter()
    test = placebo_test(panel, design)
    placebos = time.perf_counter() - began
    done = subprocess.run([PEERS, "-c", PEER, str(DATA)], capture_output=True, check=True, text=True)
    peer_seconds, peer_loss = json.loads(done.stdout.splitlines()[-1])
    name = "pysyncon 1.7.0, Nelder-Mead from equal importances"
    harness.write(
        "analysis_impact",
        [
            harness.row("Proposition 99, one fit", ours, peer_seconds, name, "s", RUNS),
            harness.row(
                "its mean square error before", test.treated.mspe_before, peer_loss, name, "packs²", 1
            ),
            harness.row("all 39 states in its place", placebos, None, None, "s", 1),
        ],
    )


if __name__ == "__main__":
    main()

"""What a study may say: a closed list of sentences, each of which some study is seen to say.

`sentences.txt` holds them as they stand in the code, with `{}` where a number or a name goes. Who changes a
sentence, or adds one, changes the list, and whoever reads the change sees the words that people will read.
"""

from __future__ import annotations

import ast
import datetime as dt
import html
import json
import re
from dataclasses import replace

import h3
import numpy as np
import pytest
from click.testing import CliRunner

from conftest import ROOT
from latchstring.analysis.bias.agreement import agreement
from latchstring.analysis.hotspots.scoring import BackTest
from latchstring.analysis.impact.panel import Panel
from latchstring.analysis.impact.synthetic import Design, applied
from latchstring.analysis.impact.synthetic_power import DetectableEffect
from latchstring.analysis.interval import Interval
from latchstring.cli.main import main
from latchstring.studies import audits, maps, synthetic_power, synthetic_search
from studies.drafts import DRAFT, outcome

STUDIES = ROOT / "src" / "latchstring" / "studies"
LISTED = ROOT / "tests" / "studies" / "sentences.txt"
SPEAKING = (
    "areas",
    "audits",
    "cases",
    "cells",
    "chances",
    "displaced",
    "effects",
    "incidents",
    "maps",
    "pairs",
    "plans",
    "plots",
    "synthetic_power",
    "synthetic_search",
    "times",
)
FEWEST_WORDS = 4  # of a sentence; fewer are the heads of tables and the names in plots


def in_code(module):
    """The texts of a module that people read, in its order: no docstring, no error, no name."""
    tree = ast.parse((STUDIES / f"{module}.py").read_text("utf-8"))
    unread = {id(part) for node in ast.walk(tree) for part in parts_that_nobody_reads(node)}
    found = [
        (node.lineno, node.col_offset, template(node))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in unread
    ]
    texts = (text for _, _, text in sorted(found) if len(text.split()) >= FEWEST_WORDS)
    return list(dict.fromkeys(texts))


def parts_that_nobody_reads(node):
    match node:
        case ast.Expr(value=ast.Constant()):
            yield node.value
        case ast.Raise():
            yield from ast.walk(node)
        case ast.JoinedStr():
            yield from node.values
            for value in node.values:
                if isinstance(value, ast.FormattedValue) and isinstance(value.format_spec, ast.JoinedStr):
                    yield from (value.format_spec, *value.format_spec.values)


def template(node):
    """The text with `{}` where something goes; empty for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value.strip() if isinstance(node.value, str) else ""
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values).strip()


def listed():
    """The sentences of the list, by module."""
    found = {}
    for line in LISTED.read_text("utf-8").splitlines():
        if line.startswith("# "):
            found[line.removeprefix("# ")] = sentences = []
        elif line:
            sentences.append(line)
    return found


@pytest.mark.parametrize("module", SPEAKING)
def test_no_sentence_is_changed_or_added_without_the_list(module):
    assert in_code(module) == listed()[module]


def test_the_list_holds_every_module_that_speaks():
    """Those that are left out hold pictures, styles and errors, or what `claims` takes from the verdict."""
    silent = {path.stem for path in STUDIES.glob("*.py")} - set(SPEAKING)
    assert listed().keys() == set(SPEAKING)
    assert {name for name in silent if in_code(name)} <= {"cell_table", "chart", "dates", "report", "table"}


def tables():
    """Small files in which something is to be seen, and such in which nothing is."""
    rng = np.random.default_rng(3)
    quiet = rng.integers((0, 0, 0), (1000, 1000, 90), (60, 3)).tolist()
    bunch = [[510 + n % 3, 520 + n % 4, 40 + n % 2] for n in range(40)]
    cell = h3.latlng_to_cell(50.0, 8.0, 9)
    disk = sorted(h3.grid_disk(cell, 4))
    panel_plan = DRAFT | {
        "control": [],
        "donors": ["park", "hill", "dale", "wood"],
        "after": {"start": "2024-01-01", "end": "2024-12-31"},
        "specification": "difference in differences",
        "test": "rank among areas where nothing is done",
        "span_days": 73,
    }
    spans = [
        f"{area},{dt.date(2023, 1, 1) + dt.timedelta(day)}"
        for area in ("mill", "park", "hill", "dale", "wood")
        for day in rng.integers(0, 730, 120).tolist()
    ]
    strata = [
        (group, hit, layer)
        for layer, hits in (("north", (9, 1)), ("south", (1, 9)))
        for group, times in zip("ab", hits, strict=True)
        for hit in [1] * times + [0] * (10 - times)
    ]
    apart = [(group, n % 10 < share, n % 16) for group, share in (("a", 8), ("b", 2)) for n in range(80)]
    return {
        "quiet.csv": ["x,y,date", *(f"{x},{y},{day}" for x, y, day in quiet)],
        "wide.csv": [
            "x,y",
            *(f"{x},{y}" for x, y in rng.integers(300, 700, (200, 2)).tolist()),
            "5,5",
            "995,995",
        ],
        "degrees.csv": ["lon,lat", "8.1,50.1", "8.2,50.2"],
        "far.csv": ["lon,lat", "8.1,50.1", "8.2,50.2", "0,0"],
        "bunch.csv": ["x,y,date", *(f"{x},{y},{day}" for x, y, day in (*quiet, *bunch))],
        "dated.csv": [
            "x,y,date",
            *(f"{x},{y},{dt.date(2024, 1, 1) + dt.timedelta(day)}" for x, y, day in bunch),
        ],
        "homes.csv": [
            "x,y,name,homes",
            *(f"{x},{y},h{x}-{y},5" for x in range(50, 1000, 100) for y in range(50, 1000, 100)),
        ],
        "home.csv": ["x,y,name,homes", "500,500,all,9", "900,900,other,9"],
        "at.csv": ["name,date", *(f"{'all' if n else 'other'},{n % 60}" for n in range(40))],
        "visits.csv": [
            "x,y,how,chance",
            *(f"{x},{y},{'visit' if n % 2 else 'resident'},0.5" for n, (x, y, _) in enumerate(quiet)),
        ],
        "sources.csv": ["how,chance", "resident,", "visit,0.5"],
        "areas.csv": ["area,k,n", "a,90,100", "b,10,100", "c,12,100", "d,5,0"],
        "even.csv": ["area,k,n", "a,10,100", "b,11,100"],
        "one.csv": ["area,k,n", "a,900,100", "b,1,100", "c,1,100"],
        "cells.csv": [
            "cell",
            *[disk[0]] * 200,
            *[each for each in disk[1:40] for _ in range(6)],
            *[disk[41]] * 2,
        ],
        "few.csv": ["cell", *[cell] * 9],
        "alike.csv": ["cell", *[each for each in disk for _ in range(8)]],
        "dwellings.csv": ["cell,dwellings", *(f"{each},{4 if each == disk[50] else 40}" for each in disk)],
        "months.csv": ["area,period,count", *(f"mill,before,{n}" for n in (7, 2, 30, 4, 12, 66))],
        "same.csv": ["area,period,count", *(f"mill,before,{n}" for n in (7, 6, 8, 7)), "park,after,3"],
        "changes.csv": ["area,change", *(f"a{n},{n}" for n in range(8))],
        "many.csv": ["area,change", "a0,99", *(f"a{n},{n / 99}" for n in range(1, 30))],
        "ring.csv": [
            "x,y,treated,before,after",
            *(f"{x},200,{int(x == 200)},2,1" for x in range(0, 500, 100)),
        ],
        "panel.csv": [
            "area,month,count",
            *(f"a{n},{t},{(7 * n + 5 * t + n * t) % 11 + 9}" for n in range(5) for t in range(12)),
        ],
        "cases.csv": ["group,used,area", *(f"{g},{h},{layer}" for g, h, layer in strata), "a,1,alone"],
        "apart.csv": [
            "group,used,area,first,light,clock,asked",
            *(f"{g},{h:d},{c},{g == 'a':d},{h:d},18:00,1" for g, h, c in apart),
            "a,1,9,1,1,06:00,1",
        ],
        "sure.csv": ["group,used,area", *["a,1,c"] * 12, *["b,1,c"] * 2, *["b,0,c"] * 10],
        "level.csv": [
            "group,used,area,first",
            *(f"{'ab'[n % 2]},{n // 2 % 2},{n % 32 // 2},{n % 2}" for n in range(320)),
        ],
        "labels.csv": [
            "post,coder,label",
            *(f"{n},{who},{n % 2}" for n in range(60) for who in ("ann", "ben")),
            "99,ann,1",
        ],
        "odds.csv": [
            "post,coder,label",
            *(
                f"{n},{who},{n % 2 if who == 'ann' else n % 3 % 2}"
                for n in range(20)
                for who in ("ann", "ben")
            ),
        ],
        "missed.csv": ["who,missed,shown", "one,56,271", "other,1,385"],
        "away.csv": [
            "left,back",
            *(["2024-03-02 08:00,2024-03-02 08:30"] * 30),
            "2024-03-01 08:00,2024-03-09 08:00",
        ],
        "all-day.csv": ["left,back", "2024-03-01 08:00,2024-03-09 08:00"],
        "draft.json": [json.dumps(DRAFT)],
        "hopeless.json": [json.dumps(DRAFT | {"expected_before": 2, "expected_control": 2})],
        "panel.json": [json.dumps(panel_plan)],
        "mix.json": [json.dumps(panel_plan | {"specification": "synthetic control"})],
        "outcome.csv": ["area,date", *outcome(), "mill,2022-05-05"],
        "spans.csv": ["area,date", *spans],
    }


PANEL = "panel.csv --area-column area --time-column month --count count --treated a0,a1 --start 6"
UNITS = "panel.csv --unit-column area --time-column month --outcome count --treated a0 --start 6"
LINES = [
    *(
        f"hotspots map {each} --bandwidth 150 --maps 20"
        for each in ("quiet.csv", "visits.csv --source how --visit-probability chance")
    ),
    *(
        f"hotspots map {each} --exposure homes.csv --bandwidth 150 --maps 50"
        for each in ("quiet.csv", "bunch.csv")
    ),
    "hotspots bandwidth bunch.csv",
    "hotspots bandwidth quiet.csv --cell 20",
    *(f"hotspots {name} {file}" for name in ("gi", "moran") for file in ("quiet.csv", "wide.csv")),
    "hotspots gi bunch.csv --tail low",
    *(
        f"hotspots risk {file} --exposure homes.csv --bandwidth 150 --draws 999"
        for file in ("quiet.csv", "bunch.csv")
    ),
    "hotspots risk quiet.csv --exposure home.csv --bandwidth 150 --draws 19",
    "hotspots clusters quiet.csv --distance 150 --least 3 --exposure quiet.csv --draws 99",
    "hotspots clusters quiet.csv --distance 2",
    "hotspots clusters bunch.csv --distance 20",
    *(
        f"hotspots clusters {file} --distance 90 --exposure homes.csv --draws 99"
        for file in ("quiet.csv --least 2", "bunch.csv")
    ),
    *(f"hotspots cells {each} --cell cell" for each in ("cells.csv", "few.csv")),
    *(f"hotspots cells {each} --cell cell --dwellings dwellings.csv" for each in ("cells.csv", "alike.csv")),
    *(f"hotspots rates {file} --area area --events k --exposure n" for file in ("areas.csv", "even.csv")),
    "hotspots compare 3,1 2,1",
    "hotspots compare 30,1 2,1",
    "hotspots compare 30,1 0,1",
    *(
        f"hotspots reporting {file} --area area --reports k --reporting 0.5,0.6 --worst 1"
        for file in ("one.csv", "even.csv")
    ),
    *(f"hotspots score {file} --area area --observed k --forecast n" for file in ("even.csv",)),
    "hotspots score one.csv --area area --observed k --forecast k",
    *(
        f"hotspots {each} {file} {options}"
        for file in ("quiet.csv", "bunch.csv")
        for each, options in (
            ("knox", "--distance 20 --days 3"),
            ("near-repeat", "--distances 20,90 --days 3,9"),
            ("mantel", ""),
            ("jacquez", "--neighbours 2"),
            ("busiest", "--window 7 --draws 99"),
            ("space-time", "--radii 100 --longest 2 --draws 99"),
        )
    ),
    "hotspots busiest dated.csv --window 1 --first 2024-01-01 --last 2024-03-01 --draws 99",
    "hotspots naus --periods 52 --mean 1 --observed 9",
    "hotspots naus --periods 52 --mean 1 --observed 2",
    "hotspots aoristic away.csv --from left --to back --resamples 100",
    "hotspots aoristic all-day.csv --from left --to back --resamples 100",
    "impact power --before 60",
    "impact power --before 2",
    "impact power --before 60 --reduction 0.0001",
    "impact drop --mean 20 --best-of 10",
    "impact selection --areas 10 --mean 20",
    *(f"impact chosen areas.csv --area area --count k --chosen {area}" for area in "ad"),
    "impact dispersion months.csv",
    "impact dispersion same.csv",
    "impact placebo many.csv --area area --change change --treated a0",
    "impact placebo changes.csv --area area --change change --treated a3",
    "impact wdd --control 308,318 --treated 207,110",
    "impact wdd --control 308,318 --treated 207,110 --months same.csv",
    "impact ratio --control 20,18 --treated 20,0",
    *(
        f"impact displacement --control 300,300 --treated {treated} --buffer {buffer}"
        for treated, buffer in (
            ("200,199", "100,90"),
            ("400,100", "400,150"),
            ("400,100", "200,400"),
            ("400,100", "200,200"),
        )
    ),
    "impact catchment ring.csv --reach 150",
    f"impact rate-difference {PANEL}",
    f"impact rate-difference {PANEL} --link identity",
    f"impact did {UNITS}",
    f"impact synthetic {UNITS} --leave-one-out",
    *(f"impact plan lock {draft}.json --out {draft}.lock" for draft in ("draft", "hopeless", "panel", "mix")),
    "impact plan run draft.lock outcome.csv",
    "impact plan run panel.lock spans.csv",
    "impact plan run mix.lock spans.csv",
    "bias share 11,28",
    "bias share 11,28 --benchmark 0.4",
    "bias share 1,28 --benchmark 0.4",
    "bias compare 56,70 48,80",
    *(
        f"bias strata {file} --group group --outcome used --stratum area"
        for file in ("cases.csv", "apart.csv", "sure.csv")
    ),
    *(f"bias clusters {file} --hit used --group first --cluster area" for file in ("apart.csv", "level.csv")),
    "bias clusters cases.csv --hit used --group used --cluster area",
    "bias agreement labels.csv --unit post --coder coder --label label",
    "bias agreement odds.csv --unit post --coder coder --label label",
    "bias funnel apart.csv --group group --stages asked,used",
    "bias detector missed.csv --group who --missed missed --of shown",
    "bias outcome 20,200 60,200",
    "bias veil apart.csv --clock clock --light light --group first",
    "guard weights sources.csv --source how --visit-probability chance",
    "guard urn --runs 20 --days 50",
]
REFUSED = ["hotspots gi degrees.csv", "hotspots gi far.csv --lon lon --lat lat"]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """All that studies of these files say, in text and in reports; and what is rare, from results by hand."""
    folder = tmp_path_factory.mktemp("sentences")
    pages = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, lines in tables().items():
            (folder / name).write_text("\n".join(lines) + "\n")
        for line in LINES:
            result = CliRunner().invoke(main, ["analyse", *line.split(), "--html", "page.html"])
            assert result.exit_code == 0, (line, result.output)
            pages.append(html.unescape(re.sub(r"<[^>]+>", "\n", (folder / "page.html").read_text())))
        pages += [CliRunner().invoke(main, ["analyse", *line.split()]).stderr for line in REFUSED]
    return "\n".join((*pages, *by_hand()))


def by_hand():
    """Results that small files do not come to."""
    inside = Interval(1, 3)
    test = BackTest(
        share=0.05,
        cells=5,
        before=9,
        after=9,
        kernel_pai=2,
        kernel_interval=inside,
        count_pai=2,
        count_interval=inside,
        only_kernel=9,
        only_count=0,
        p=0.01,
        better="kernel",
    )
    for better in ("kernel", "count", "cannot tell"):
        yield maps.of_back_test(replace(test, better=better)).to_text()
        yield from (f"{each.title}\n{each.words}" for each in maps.of_back_test(test).plots)
    labels = np.tile([0.0, 1.0], (2, 60))
    labels[0, :9] = 1 - labels[0, :9]
    yield audits.of_agreement(replace(agreement(labels), reading="tentative")).finding
    seen = {"b": 2.0, "c": None}
    for size, expected in ((None, 1.0), (2.0, 1.0)):
        found = DetectableEffect(
            direction="fewer",
            size=size,
            expected=expected,
            power=0.8,
            power_at_all=0.5,
            level=0.95,
            by_unit=seen,
        )
        yield from synthetic_power.beware(found)
    outcome = np.vstack([np.arange(10.0), np.arange(10.0) + 1, np.arange(10.0) * 2]).ravel()
    panel = Panel.of_rows(np.repeat(list("abc"), 10).tolist(), [*range(10)] * 3, {"y": outcome})
    mixes = [
        applied(panel, Design(outcome="y", treated="a", start=8), {"b": b, "c": 1 - b}) for b in (0.9, 0.4)
    ]
    yield from synthetic_search.beware(*mixes)


@pytest.mark.parametrize("module", SPEAKING)
def test_every_sentence_is_said_by_some_study(module, said):
    """One that no study of these says is tested by nobody."""
    unsaid = [
        sentence
        for sentence in listed()[module]
        if not re.search(r"[^\n]*?".join(map(re.escape, sentence.split("{}"))), said)
    ]
    assert unsaid == []

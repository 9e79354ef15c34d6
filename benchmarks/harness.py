"""What every benchmark shares: medians, and rows that people and programs read."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

RESULTS = Path(__file__).with_name("results")
PEERS = Path(__file__).parents[1] / ".cache" / "peers" / "bin" / "python"


class Row(TypedDict):
    """One figure: `ratio` is ours over the peer's, None where there is no peer."""

    name: str
    ours: float
    peer: float | None
    peer_name: str | None
    ratio: float | None
    unit: str
    runs: int


def row(name: str, ours: float, peer: float | None, peer_name: str | None, unit: str, runs: int) -> Row:
    ratio = _rounded(ours / peer) if peer else None
    return Row(
        name=name,
        ours=_rounded(ours),
        peer=None if peer is None else _rounded(peer),
        peer_name=peer_name,
        ratio=ratio,
        unit=unit,
        runs=runs,
    )


def median_of(fn: Callable[[], float], runs: int) -> float:
    """The median of what `fn` measures, over `runs` runs."""
    return statistics.median(fn() for _ in range(runs))


def peer(module: str, *arguments: str) -> dict[str, float]:
    """What `benchmarks.MODULE` measures with the packages of requirements/peers.txt: one JSON object."""
    command = [str(PEERS), "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def write(name: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table and keep them in benchmarks/results/NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(list(rows), indent=2) + "\n")
    sys.stdout.write(_table(name, rows))


def _table(name: str, rows: Sequence[Row]) -> str:
    lines = [["", "ours", "peer", "ratio", "unit", "runs", "peer is"]]
    for r in rows:
        lines.append(
            [
                r["name"],
                f"{r['ours']:,}",
                _shown(r["peer"]),
                _shown(r["ratio"]),
                r["unit"],
                str(r["runs"]),
                r["peer_name"] or "–",
            ]
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = [f"\n{name}"]
    for line in lines:
        cells = [
            cell.rjust(w) if 0 < i < 4 else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    return "\n".join(text) + "\n"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def _rounded(value: float) -> float:
    """Four significant digits; more would claim what no run repeats."""
    return float(f"{value:.4g}")

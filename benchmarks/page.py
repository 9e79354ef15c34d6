"""docs/reference/figures.md out of benchmarks/results. `--check` fails when the page is not current."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import RESULTS, Row

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "figures.md"
PARTS = {
    "The hub at home": [
        "hub_cpu", "hub_growth", "hub_soak", "recovery", "live", "seek", "timeline", "doorbell", "notify", "redaction",
    ],
    "The network, the ledger and what is shared": ["entries", "ledger", "sealing", "walkthrough"],
    "Statistics": ["analysis_maps", "analysis_pairs", "analysis_impact", "analysis_national"],
}  # fmt: skip
HEAD = """# Figures

What was measured on one virtual machine with two cores and no accelerator: medians, each beside a peer or a limit in the
same run where there is one. A ratio is ours over the peer's: of times, memory and CPU less is better, of speeds more.
`scripts/bench` takes them again on your machine, all or those of one file, and writes this page anew.
"""


def page() -> str:
    return "\n".join([HEAD, *(line for title, names in PARTS.items() for line in _part(title, names))])


def _part(title: str, names: list[str]) -> Iterator[str]:
    yield f"## {title}\n"
    for name in names:
        rows: list[Row] = json.loads((RESULTS / f"{name}.json").read_text())
        yield f"### {_headline(name)}\n"
        yield f"`benchmarks/{name}.py`\n"
        yield "| | ours | unit | peer | ratio |"
        yield "|---|--:|---|---|--:|"
        yield from (_line(row) for row in rows)
        yield ""


def _headline(name: str) -> str:
    source = Path(__file__).with_name(f"{name}.py").read_text()
    said = ast.get_docstring(ast.parse(source)) or name
    return said.split("\n\n")[0].replace("\n", " ").rstrip(".")


def _line(row: Row) -> str:
    peer = "–" if row["peer"] is None else f"{_number(row['peer'])}, {row['peer_name']}"
    ratio = "–" if row["ratio"] is None else _number(row["ratio"])
    return f"| {row['name']} | {_number(row['ours'])} | {row['unit']} | {peer} | {ratio} |"


def _number(value: float) -> str:
    """Three significant digits, and no exponent; what is nothing but rounding is 0."""
    if abs(value) < 1e-6:
        return "0"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{float(f'{value:.3g}'):.6f}".rstrip("0").rstrip(".")


def main() -> None:
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(page())
    elif not PAGE.is_file() or PAGE.read_text() != page():
        sys.exit("docs/reference/figures.md is not current; run .venv/bin/python -m benchmarks.page")


if __name__ == "__main__":
    main()

"""Long work says on a terminal that it goes on, and nowhere else."""

from __future__ import annotations

import io
import sys

from latchstring.cli.main import main
from latchstring.cli.ticker import ticking
from latchstring.testing.waiting import until


class Screen(io.StringIO):
    """Standard error of somebody who sits there."""

    def isatty(self) -> bool:
        return True


def test_somebody_at_a_terminal_sees_the_seconds(monkeypatch):
    """And the line is wiped when the answer comes, so that it stands alone."""
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    with ticking(quiet_seconds=0.001, every_seconds=0.001):
        until(lambda: screen.getvalue().count("working") > 2)
    assert screen.getvalue().endswith(" " * 24 + "\r")


def test_real_progress_takes_its_place(monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    with ticking(quiet_seconds=0.001, every_seconds=0.001) as silence:
        until(lambda: "working" in screen.getvalue())
        silence()
        told = screen.getvalue()
    assert screen.getvalue() == told


def test_a_quick_answer_writes_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    with ticking():
        pass
    assert screen.getvalue() == ""


def test_a_pipe_is_told_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    with ticking(quiet_seconds=0, every_seconds=0.001) as silence:
        silence()
    assert pipe.getvalue() == ""


def test_the_answer_on_standard_output_stays_one_object(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", Screen())
    line = "analyse impact wdd --control 308,318 --treated 207,110 --json"
    main(line.split(), standalone_mode=False)
    assert capsys.readouterr().out.count("\n") == 1

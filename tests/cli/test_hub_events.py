"""`latchstring hub events FILE`: what the recorder would have told of a film."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from latchstring.cli.main import main
from latchstring.hub.cameras.synthetic import Scene
from latchstring.testing.films import film

VISIT = Scene(width=320, height=240, fps=10, seed=0, every=30)
"""Somebody crosses the porch from the tenth to the twentieth second."""


def events(path: Path, *options: str):
    return CliRunner().invoke(main, ["hub", "events", str(path), *options])


def test_a_visit_is_one_event(tmp_path: Path) -> None:
    """Times count from the file's start; a table for people, JSON for programs."""
    path = film(tmp_path / "visit.mp4", VISIT, 28)
    [event] = json.loads(events(path, "--json").stdout)
    assert event.keys() == {"start", "end", "score"}
    assert event["start"] == pytest.approx(10, abs=1)
    assert event["end"] == pytest.approx(20, abs=1)
    assert 0 < event["score"] < 1
    assert len(events(path).stdout.splitlines()) == 2


def test_a_still_film_has_no_event(tmp_path: Path) -> None:
    """An empty list, or a sentence."""
    path = film(tmp_path / "still.mp4", Scene(width=320, height=240, fps=5, quiet=1), 10)
    assert events(path, "--json").stdout == "[]\n"
    assert events(path).stdout == "Nothing moves in this film.\n"


def test_what_is_no_film_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """No such file, a folder, text, half a film, and a codec that is not recorded."""
    text, half = tmp_path / "notes.txt", tmp_path / "half.mp4"
    text.write_text("no pictures here\n" * 100)
    scene = Scene(width=320, height=240, fps=5, quiet=1)
    half.write_bytes(film(tmp_path / "film.mp4", scene, 4).read_bytes()[:5000])
    hevc = film(tmp_path / "hevc.mp4", scene, 2, codec="libx265")
    for path, word in [
        (tmp_path / "none.mp4", "no video file"),
        (tmp_path, "folder"),
        (text, "not a video file"),
        (half, "damaged"),
        (hevc, "H.264"),
    ]:
        result = events(path, "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert word in result.stderr
        assert len(result.stderr.splitlines()) == 1

"""`latchstring hub events FILE`: what the recorder would have told of a film."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
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


@pytest.mark.parametrize(
    ("name", "codec", "colours"),
    [
        ("hevc.mkv", "libx265", "yuv420p10le"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("mjpeg.mov", "mjpeg", "yuvj420p"),
        ("high10.mp4", "libx264", "yuv420p10le"),
        ("gray.ts", "libx264", "gray"),
    ],
)
def test_a_film_in_another_coding_is_looked_at_too(
    tmp_path: Path, name: str, codec: str, colours: str
) -> None:
    """What the recorder would not record, or not so: ten bits a pixel, no colours, other containers."""
    path = film(tmp_path / name, VISIT, 24, codec=codec, colours=colours)
    [event] = json.loads(events(path, "--json").stdout)
    assert event["start"] == pytest.approx(10, abs=1)
    assert event["end"] == pytest.approx(20, abs=1)


def test_a_still_film_has_no_event(tmp_path: Path) -> None:
    """An empty list, or a sentence."""
    path = film(tmp_path / "still.mp4", Scene(width=320, height=240, fps=5, quiet=1), 10)
    assert events(path, "--json").stdout == "[]\n"
    assert events(path).stdout == "Nothing moves in this film.\n"


def test_what_is_no_film_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """No such file, a folder, an empty file, text, half a film, and sound alone."""
    text, half, empty = tmp_path / "notes.txt", tmp_path / "half.mp4", tmp_path / "empty.mp4"
    empty.write_bytes(b"")
    text.write_text("no pictures here\n" * 100)
    scene = Scene(width=320, height=240, fps=5, quiet=1)
    half.write_bytes(film(tmp_path / "film.mp4", scene, 4).read_bytes()[:5000])
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w") as out:
        out.add_stream("aac", rate=8000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.rate = 8000
        out.mux(out.streams.audio[0].encode(silence))
        out.mux(out.streams.audio[0].encode(None))
    for path, word in [
        (tmp_path / "none.mp4", "no video file"),
        (tmp_path, "folder"),
        (text, "not a video file"),
        (half, "damaged"),
        (empty, "not a video file"),
        (sound, "holds no pictures"),
    ]:
        result = events(path, "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert word in result.stderr
        assert len(result.stderr.splitlines()) == 1

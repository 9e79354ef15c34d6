"""Settings: file, then environment, then what was given; unknown, missing and senseless ones are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from latchstring.base.settings import BadSettings, load


@dataclass(frozen=True)
class Sample:
    """A few settings of each type."""

    name: str
    port: int = 8600
    share: float = 0.5
    quiet: bool = False
    folder: Path | None = None
    tags: list[str] = field(default_factory=list)


def test_later_sources_win(tmp_path: Path) -> None:
    """The file's port is overruled by the environment's, and that by the command line's."""
    file = tmp_path / "settings.toml"
    file.write_text('name = "file"\nport = 1\nshare = 1\nfolder = "x"')
    assert load(Sample, file, environment={}) == Sample("file", 1, 1.0, False, Path("x"))
    environment = {"LATCHSTRING_PORT": "2", "LATCHSTRING_QUIET": "true", "OTHER": "x"}
    assert load(Sample, file, environment=environment).port == 2
    assert load(Sample, file, environment=environment).quiet is True
    assert load(Sample, file, environment=environment, port=3, share=None).port == 3


def test_defaults_and_what_is_missing() -> None:
    assert load(Sample, None, environment={}, name="x") == Sample("x")
    with pytest.raises(BadSettings, match="'name' is missing"):
        load(Sample, None, environment={})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('name = "x"\nprot = 1', "unknown setting 'prot'; known are folder, name, port"),
        ('name = "x"\nport = "many"', "'port' cannot be 'many'"),
        ('name = "x"\nport = inf', "'port' cannot be inf"),
        ("name = 12345", "'name' is a text; write it in quotation marks$"),
        ("name = ", "settings.toml: "),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(BadSettings, match=why):
        load(Sample, file, environment={})


def test_the_text_of_a_file_is_utf8_with_a_mark_or_without(tmp_path: Path) -> None:
    """Some editors put a mark before it; another encoding is said, and not guessed."""
    file = tmp_path / "settings.toml"
    file.write_bytes(b'\xef\xbb\xbfname = "x"')
    assert load(Sample, file, environment={}).name == "x"
    file.write_bytes(b'name = "\xe9"')
    with pytest.raises(BadSettings, match="not UTF-8 text"):
        load(Sample, file, environment={})


def test_mistakes_outside_the_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="there is no settings file"):
        load(Sample, tmp_path / "none.toml", environment={})
    with pytest.raises(BadSettings, match="'quiet' cannot be 'maybe'"):
        load(Sample, None, environment={"LATCHSTRING_QUIET": "maybe"}, name="x")

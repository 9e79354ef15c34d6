"""One valid package for the whole run; each test that changes it gets a copy."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from latchstring.testing.packages import MadePackage, make_package


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadePackage:
    """A valid package; read only."""
    return make_package(tmp_path_factory.mktemp("made"))


@pytest.fixture
def package(made: MadePackage, tmp_path: Path) -> MadePackage:
    """The valid package, in a folder that this test may change."""
    shutil.copytree(made.folder, tmp_path / "package")
    return replace(made, folder=tmp_path / "package")

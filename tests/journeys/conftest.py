"""A real network and real homes for whole stories; each story ends with the whole ledger verified again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from latchstring.base.geo import Point
from latchstring.base.time import TimeRange
from latchstring.testing.neighbourhood import AT_HOME, Home, Neighbourhood, film_the_porch, home
from latchstring.testing.network import TestNetwork


class MoveIn(Protocol):
    """Makes homes that follow the network; a filmed one has what its porch's camera saw a while ago."""

    def __call__(self, *, at: Point = AT_HOME, filmed_there: bool = True) -> Home: ...


@pytest.fixture(scope="session")
def _town() -> Iterator[Neighbourhood]:
    # Not below pytest's folder: for root, PostgreSQL runs as another user, who may not walk through that.
    with tempfile.TemporaryDirectory(prefix="latchstring-") as folder, TestNetwork(Path(folder)) as network:
        staff = network.enrol()
        yield Neighbourhood(network, staff)
        staff.close()


@pytest.fixture
def town(_town: Neighbourhood) -> Iterator[Neighbourhood]:
    """The network of all stories. After each one the whole ledger is derived again from its files."""
    yield _town
    size = _town.network.checkpoint().size
    assert _town.network.verify_ledger().size >= size


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TimeRange]:
    """The data folder of a hub that has recorded its porch, and when that was."""
    folder = tmp_path_factory.mktemp("filmed")
    return folder, film_the_porch(folder)


@pytest.fixture
def move_in(town: Neighbourhood, filmed: tuple[Path, TimeRange], tmp_path: Path) -> Iterator[MoveIn]:
    numbers = count(1)
    with ExitStack() as homes:

        def make(*, at: Point = AT_HOME, filmed_there: bool = True) -> Home:
            data = tmp_path / f"home-{next(numbers)}"
            if filmed_there:
                shutil.copytree(filmed[0], data)
            return homes.enter_context(home(town.network, data, at=at))

        yield make

from __future__ import annotations

import pytest

from latchstring.hub.recording.writer import GopWriter
from latchstring.testing.recorded import SMALL, gops_of


@pytest.fixture(scope="session")
def gops():
    """Four small GOPs of one second each."""
    return gops_of(SMALL, 4)


@pytest.fixture
def recorded(store, gops):
    """A store with the four GOPs written, in one file."""
    writer = GopWriter(store)
    stored = [writer.write(gop) for gop in gops]
    writer.close()
    return stored

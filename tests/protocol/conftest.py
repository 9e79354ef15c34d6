"""A small network in memory, and its policy."""

from __future__ import annotations

import pytest

from latchstring.protocol.policy import Policy
from latchstring.testing.town import Town


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def policy(town: Town) -> Policy:
    return town.policy

"""What every test may lean on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from latchstring.testing.quick_secrets import QuickSecrets

ROOT = Path(__file__).parents[1]

# Machines are shared and noisy: a slow example is no failure.
settings.register_profile("quiet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# In CI the same commit gives the same answer; new examples are looked for at every desk.
settings.register_profile("ci", settings.get_profile("quiet"), derandomize=True)
PROFILE = "ci" if os.environ.get("CI") else "quiet"
settings.register_profile("few", settings.get_profile(PROFILE), max_examples=25)
settings.load_profile(PROFILE)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[QuickSecrets]:
    """Passwords and recovery codes are made slow on purpose; each sign-in need not prove it again."""
    with QuickSecrets() as secrets:
        yield secrets


@pytest.fixture
def in_earnest(quick: QuickSecrets) -> Iterator[None]:
    """For tests of that slowness itself."""
    with quick.paused():
        yield


@pytest.fixture(scope="session")
def real_video() -> Path:
    """A folder of real surveillance footage, where the machine has it."""
    folder = ROOT.parent / "shared" / "data" / "video"
    if not folder.is_dir():
        pytest.skip("the folder of real footage (../shared/data/video) is not on this machine")
    return folder

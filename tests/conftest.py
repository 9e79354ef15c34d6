"""What every test may lean on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Machines are shared and noisy: a slow example is no failure.
settings.register_profile("quiet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# In CI the same commit gives the same answer; new examples are looked for at every desk.
settings.register_profile("ci", settings.get_profile("quiet"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "quiet")


@pytest.fixture(scope="session")
def real_video() -> Path:
    """A folder of real surveillance footage, where the machine has it."""
    folder = ROOT.parent / "shared" / "data" / "video"
    if not folder.is_dir():
        pytest.skip("the folder of real footage (../shared/data/video) is not on this machine")
    return folder

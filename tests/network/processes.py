"""Processes that a test starts and kills."""

from __future__ import annotations

import os
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


def child_environment() -> dict[str, str]:
    """Our source first, and no warning turned into an error in other people's code."""
    return {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "default"}

"""Small pictures with known content for the motion detector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 96, 160


def picture(
    *, noise: int = 0, figure: int | None = None, light: int = 0, leaves: int = 0
) -> NDArray[np.uint8]:
    """A wall with sensor noise (by its seed), somebody at column `figure`, more light, swaying leaves."""
    random = np.random.default_rng(noise)
    wall = np.tile(np.linspace(60, 140, COLUMNS), (ROWS, 1))
    if leaves:
        wall[:20, 100::6] += leaves * 2.5
    if figure is not None:
        wall[30:70, figure : figure + 14] = 20
    wall = wall + light + random.normal(0, 3, wall.shape)
    return np.clip(wall, 0, 255).astype(np.uint8)

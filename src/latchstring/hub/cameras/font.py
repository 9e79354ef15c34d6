"""A five by seven pixel font with just what a clock needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GLYPHS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00010 00100 01000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    ":": "00000 00100 00100 00000 00100 00100 00000",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    ".": "00000 00000 00000 00000 00000 01100 01100",
    " ": "00000 00000 00000 00000 00000 00000 00000",
    "Z": "11111 00001 00010 00100 01000 10000 11111",
}
_ARRAYS = {
    sign: np.array([[bit == "1" for bit in row] + [False] for row in rows.split()])
    for sign, rows in _GLYPHS.items()
}


def draw(text: str, scale: int) -> NDArray[np.bool_]:
    """The text's pixels, `7 * scale` high and `6 * scale` wide for each sign."""
    line = np.hstack([_ARRAYS[sign] for sign in text])
    return np.repeat(np.repeat(line, scale, axis=0), scale, axis=1)

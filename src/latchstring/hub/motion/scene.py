"""Is it another scene? What the whole picture tells at once, which nobody who moves in it can do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latchstring.hub.motion.arithmetic import Bits

SCENE_SHARE = 0.6
"""So much of the picture differs when the scene is another."""
_NINTHS, _OF_A_NINTH = 8, 0.25
"""As many ninths of the picture differ so much when all of it does."""
_OF_EACH = 0.05
"""Nobody covers so much of every ninth who was not there the look before."""
SHIFTED_SHARE = 0.02
"""Less than this does not differ when the camera has moved."""
_SOME_EDGES, _WITH_EDGES = 10, 4
"""A ninth with fewer edges says nothing; with fewer ninths that have some, nothing is said."""
_OF_EDGES = 0.06
"""In all ninths but one, so many of the edges differ: the few that do not lie along the movement do."""
_EDGES_BEFORE_PLAINS = 2.0
"""And on edges it differs so much more often than beside them."""


def is_another(hot: Bits, count: int) -> bool:
    """Whether nearly every ninth of the picture differs at once; `count`: how much of it does."""
    if count > SCENE_SHARE * hot.size:
        return True
    if count < _NINTHS * _OF_A_NINTH * hot.size / 9:
        return False
    return int(np.count_nonzero(_ninths(hot) > _OF_A_NINTH * (hot.size // 9))) >= _NINTHS


def is_shifted(hot: Bits, background: NDArray[np.int16], threshold: NDArray[np.int16]) -> bool:
    """Whether the camera was moved: the background's edges differ all over the picture, and little else.

    A knock, wind at the pole, a door that slams. It does not matter how far or in which direction. To be
    asked where it came at once.
    """
    if np.min(_ninths(hot)) >= _OF_EACH * (hot.size // 9):
        return True
    edges = np.zeros_like(hot)
    edges[:, 1:] = np.abs(background[:, 1:] - background[:, :-1]) > threshold[:, 1:]
    edges[1:] |= np.abs(background[1:] - background[:-1]) > threshold[1:]
    hot_edges = edges & hot
    there, differ = _ninths(edges), _ninths(hot_edges)
    telling = there >= _SOME_EDGES
    if np.count_nonzero(telling) < _WITH_EDGES:
        return False
    if np.sort(differ[telling] / there[telling])[1] < _OF_EDGES:
        return False
    on, beside = np.count_nonzero(hot_edges), np.count_nonzero(hot) - np.count_nonzero(hot_edges)
    of_on, of_beside = np.count_nonzero(edges), np.count_nonzero(~edges)
    return bool(on * of_beside > _EDGES_BEFORE_PLAINS * beside * of_on)


def _ninths(bits: Bits) -> NDArray[Any]:
    """How many bits are set in each ninth of the picture."""
    rows, columns = bits.shape[0] // 3, bits.shape[1] // 3
    out: NDArray[Any] = bits[: rows * 3, : columns * 3].reshape(3, rows, 3, columns).sum(axis=(1, 3)).ravel()
    return out

"""What the C library does with freed memory (glibc: mallopt(3))."""

from __future__ import annotations

import ctypes

LARGE_BYTES = 512 * 1024
_M_MMAP_THRESHOLD = -3


def give_back_large() -> None:
    """From now on what is large goes back to the system when it is freed.

    Else the C library learns from the first picture to keep as much, for each thread apart. One that does not
    learn needs no word.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)

"""Waiting for real processes and threads, with an end to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from latchstring.base.errors import Unavailable

T = TypeVar("T")
WAIT_SECONDS = 90.0
_LOOK_SECONDS = 0.02


class DidNotHappen(Unavailable):
    """What was waited for did not happen."""


def until(look: Callable[[], T | None], what: str = "it", *, seconds: float = WAIT_SECONDS) -> T:
    """The first answer of `look` that is there, or `DidNotHappen` if none is within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise DidNotHappen(f"{what} did not happen within {seconds:g} s")
        time.sleep(_LOOK_SECONDS)
    return found

"""When a camera is listened to next, so that a picture has gathered and is taken in one piece."""

from __future__ import annotations

import random

GATHER_SECONDS = 0.003, 0.009
"""In this time the pieces of most pictures follow the first one. Each call has its own, to spread them."""
LISTEN_EVERY_SECONDS = 1.0
LONGEST_STEP_SECONDS = 0.25


class Rhythm:
    """Waking up costs more than reading, and a picture comes in many pieces.

    So after its first piece the others are given a moment, and when the beat is known, the time up to that
    moment is slept through. Every second, and when a picture was late, its first piece is listened for anew.
    """

    def __init__(self, timescale: int) -> None:
        self._timescale = timescale
        self._gather = random.uniform(*GATHER_SECONDS)  # noqa: S311  spreads, hides nothing
        self._dts = 0
        self._step = 0.0  # seconds from picture to picture
        self._is_whole = False
        self._is_listening = True
        self._first_at = self._listened_at = 0.0
        self._due: float | None = None  # when the next picture should be whole; None: its first piece tells
        self._has_waited = False

    def whole(self, dts: int) -> None:
        """A picture is complete."""
        self._step, self._dts = (dts - self._dts) / self._timescale, dts
        self._is_whole = True

    def pause(self, heard_at: float) -> float:
        """Seconds to sleep before the next read; the last one ended at `heard_at`."""
        if self._is_listening:
            self._is_listening = False
            self._first_at = self._listened_at = heard_at
        if self._is_whole:
            self._is_whole = False
            return self._until_next(heard_at)
        if self._has_waited:
            return 0.0
        self._has_waited = True
        return self._gather

    def _until_next(self, now: float) -> float:
        was_late = self._due is not None and self._has_waited
        whole_at = self._first_at + self._gather if self._due is None else self._due
        self._due, self._has_waited = whole_at + self._step, False
        is_known = 0 < self._step <= LONGEST_STEP_SECONDS and not was_late
        if is_known and self._due > now and now - self._listened_at < LISTEN_EVERY_SECONDS:
            return self._due - now
        self._due, self._is_listening = None, True
        return 0.0

"""How much time has gone by, told by how long the hub ran; a clock that leaps ahead is believed after a day.

Recordings that are too old are deleted for good, so their age must not hang on one wrong clock. Time in
which the hub ran is certain. Whatever the clock is ahead of that, because it leapt or because the hub was
off, counts once the hub has run for a day and the clock still says so. A machine without a clock battery
starts in the past; that too is believed after a day only, so its start costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

BELIEVED_AFTER_US = 86_400_000_000
NOTICED_US = 10_000_000
"""Less than this is the drift of a clock that runs."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The clock went ahead by so much more than the hub ran."""

    ahead_us: int
    ran_us: int = 0  # since then


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """The time that surely has come, and what the clock says beyond it."""

    at_us: int
    steps: tuple[Step, ...] = ()  # the oldest first
    behind_us: int = 0  # for how long the clock has been behind it

    @property
    def doubted_us(self) -> int:
        return sum(step.ahead_us for step in self.steps)

    def look(self, clock_us: int, *, ran_us: int) -> Reckoning:
        """What is known when the clock is read anew, `ran_us` after the last time."""
        waited = [replace(step, ran_us=step.ran_us + ran_us) for step in self.steps]
        at_us = self.at_us + ran_us
        at_us += sum(step.ahead_us for step in waited if step.ran_us >= BELIEVED_AFTER_US)
        steps = [step for step in waited if step.ran_us < BELIEVED_AFTER_US]
        unexplained = clock_us - at_us - sum(step.ahead_us for step in steps)
        if unexplained > NOTICED_US:
            steps.append(Step(ahead_us=unexplained))
        elif unexplained < 0:
            steps = list(_without_newest(steps, -unexplained))
        behind_us = self.behind_us + ran_us if clock_us < at_us else 0
        if behind_us >= BELIEVED_AFTER_US:
            at_us, behind_us = clock_us, 0
        return Reckoning(at_us=at_us, steps=tuple(steps), behind_us=behind_us)


def _without_newest(steps: Iterable[Step], taken_back_us: int) -> Iterable[Step]:
    """A clock that went back takes back what it had gone ahead, the last first."""
    left = sum(step.ahead_us for step in steps) - taken_back_us
    for step in steps:
        if left <= 0:
            return
        yield replace(step, ahead_us=min(step.ahead_us, left))
        left -= step.ahead_us

"""A timer whose time comes when it is told."""

from __future__ import annotations

from collections.abc import Callable


class Later:
    """What is to be done later is done when the test says so."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._acts: list[Callable[[], None]] = []

    def __call__(self, seconds: float, act: Callable[[], None]) -> Callable[[], None]:
        self.waits.append(seconds)
        self._acts.append(act)
        return lambda: self._leave(act)

    def come(self) -> None:
        """Its time is there."""
        acts, self._acts = self._acts, []
        for act in acts:
            act()

    def _leave(self, act: Callable[[], None]) -> None:
        self._acts = [each for each in self._acts if each is not act]

"""At most so many in so many seconds, for each name by itself."""

from __future__ import annotations

import threading
from collections import deque

MOST_NAMES = 1000


class Throttle:
    """Use from any thread; `now` is a monotonic clock's seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def is_full(self, name: str, *, now: float) -> bool:
        with self._lock:
            return len(self._recent(name, now)) >= self._most

    def count(self, name: str, *, now: float) -> None:
        with self._lock:
            times = self._recent(name, now)
            times.append(now)
            self._times[name] = times
            while len(self._times) > MOST_NAMES:
                self._times.pop(next(iter(self._times)))

    def _recent(self, name: str, now: float) -> deque[float]:
        times = self._times.get(name, deque(maxlen=self._most))
        while times and times[0] <= now - self._seconds:
            times.popleft()
        return times

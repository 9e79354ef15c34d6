"""What the watcher is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CodedFrame:
    """One H.264 frame to look at."""

    session: int  # another number: the stream was interrupted, so decoder and background start anew
    data: bytes
    extradata: bytes
    utc_us: int


class FrameFeed(Protocol):
    """Where frames come from: a camera's sub stream, or what its recorder holds in memory."""

    def frames(self, stopping: threading.Event) -> Iterator[CodedFrame]:
        """Frames as they come, until `stopping`. Interruptions are handled within."""
        ...
